#include "hsm/token/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/mac.h"
#include "crypto/random.h"

namespace azekura::hsm::token {
namespace {

constexpr std::uint8_t kRowVersion = 1;
constexpr std::string_view kContext = "azekura";

template <typename T>
void append_big_endian(Bytes& out, T value) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

template <typename T>
T big_endian(ByteView octets) {
  T value = 0;
  for (std::uint8_t octet : octets) value = static_cast<T>(value << 8 | octet);
  return value;
}

bool begins_with(ByteView row, std::string_view prefix) {
  return row.size() >= prefix.size() && as_text(row.first(prefix.size())) == prefix;
}

Bytes associated_data(ByteView row) {
  Bytes aad = to_bytes(as_bytes(kContext));
  aad.push_back(kRowVersion);
  aad.insert(aad.end(), row.begin(), row.end());
  return aad;
}

// Writes twice over: first counts, then fills, so that a secret is never in memory that is not
// wiped.
class SecretBuilder {
 public:
  SecretBuilder() = default;
  explicit SecretBuilder(std::size_t size) : out_(size) {}

  template <typename T>
  void number(T value) {
    raw({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  }
  void raw(ByteView octets) {
    if (!octets.empty() && out_.size() >= size_ + octets.size()) {
      std::memcpy(out_.fill(Purpose::kPersist).data() + size_, octets.data(), octets.size());
    }
    size_ += octets.size();
  }
  void string(ByteView octets) {
    number(static_cast<std::uint32_t>(octets.size()));
    raw(octets);
  }
  std::size_t size() const { return size_; }
  Secret take() { return std::move(out_); }

 private:
  Secret out_;
  std::size_t size_ = 0;
};

template <typename Write>
Secret built(const Write& write) {
  SecretBuilder counter;
  write(counter);
  SecretBuilder builder(counter.size());
  write(builder);
  return builder.take();
}

template <std::size_t size>
bool read_array(ByteReader& reader, std::array<std::uint8_t, size>& out) {
  ByteView octets;
  if (!reader.take(size, octets)) return false;
  std::copy(octets.begin(), octets.end(), out.begin());
  return true;
}

void write_pin(SecretBuilder& out, const PinRecord& pin) {
  out.number(static_cast<std::uint8_t>(pin.set));
  out.number(pin.failures);
  out.number(pin.cost.memory_kib);
  out.number(pin.cost.passes);
  out.number(pin.cost.lanes);
  out.raw(pin.salt);
  out.raw(pin.hash);
}

void read_pin(ByteReader& reader, PinRecord& pin) {
  std::uint8_t set = 0;
  reader.number(set);
  reader.number(pin.failures);
  reader.number(pin.cost.memory_kib);
  reader.number(pin.cost.passes);
  reader.number(pin.cost.lanes);
  read_array(reader, pin.salt);
  read_array(reader, pin.hash);
  pin.set = set != 0;
}

}  // namespace

Bytes token_row(std::uint64_t slot) {
  Bytes row = to_bytes(as_bytes(kTokenRows));
  append_big_endian(row, static_cast<std::uint32_t>(slot));
  return row;
}

Bytes object_rows_of(std::uint64_t slot) {
  Bytes row = to_bytes(as_bytes(kObjectRows));
  append_big_endian(row, static_cast<std::uint32_t>(slot));
  row.push_back('/');
  return row;
}

Bytes object_row(std::uint64_t slot, Handle handle) {
  Bytes row = object_rows_of(slot);
  append_big_endian(row, handle);
  return row;
}

Bytes handle_counter_row() { return to_bytes(as_bytes("counter/handle")); }

std::optional<std::uint64_t> slot_of_token_row(ByteView row) {
  if (!begins_with(row, kTokenRows) || row.size() != kTokenRows.size() + 4) return std::nullopt;
  return big_endian<std::uint32_t>(row.last(4));
}

std::optional<ObjectRowName> parse_object_row(ByteView row) {
  if (!begins_with(row, kObjectRows) || row.size() != kObjectRows.size() + 4 + 1 + 8 ||
      row[kObjectRows.size() + 4] != '/') {
    return std::nullopt;
  }
  return ObjectRowName{big_endian<std::uint32_t>(row.subspan(kObjectRows.size(), 4)),
                       big_endian<std::uint64_t>(row.last(8))};
}

std::string printable_row(ByteView row) {
  if (const auto slot = slot_of_token_row(row)) return fmt::format("token/{}", *slot);
  if (const auto name = parse_object_row(row)) {
    return fmt::format("object/{}/{}", name->slot, name->handle);
  }
  const bool text =
      std::all_of(row.begin(), row.end(), [](auto c) { return c > 0x20 && c < 0x7f; });
  return text ? std::string(as_text(row)) : to_hex(row);
}

Result<RowCipher> RowCipher::create(const Secret& key) {
  ASSIGN_OR_RETURN(crypto::AesGcm cipher, crypto::AesGcm::create(key.reveal(Purpose::kCipher)));
  return RowCipher(std::move(cipher));
}

Result<Bytes> RowCipher::seal(ByteView row, ByteView plaintext) const {
  constexpr std::size_t kFront = 1 + crypto::AesGcm::kNonceSize;
  Bytes value(kFront + plaintext.size() + crypto::AesGcm::kTagSize);
  value[0] = kRowVersion;
  const MutableByteView nonce = MutableByteView(value).subspan(1, crypto::AesGcm::kNonceSize);
  RETURN_IF_ERROR(crypto::random_bytes(nonce));
  RETURN_IF_ERROR(cipher_.seal_into(nonce, associated_data(row), plaintext,
                                    MutableByteView(value).subspan(kFront)));
  return value;
}

Result<Secret> RowCipher::open(ByteView row, ByteView value) const {
  if (!value.empty() && value[0] > kRowVersion) {
    return fail(Code::kUnsupported,
                fmt::format("the row {} is of format {}; this program knows format {}",
                            printable_row(row), value[0], kRowVersion),
                "use the newer azekura that wrote it");
  }
  constexpr std::size_t kFront = 1 + crypto::AesGcm::kNonceSize;
  if (value.size() >= kFront + crypto::AesGcm::kTagSize && value[0] == kRowVersion) {
    auto plaintext =
        cipher_.open(value.subspan(1, kFront - 1), associated_data(row), value.subspan(kFront));
    if (plaintext || plaintext.error().code != Code::kCorrupt) return plaintext;
  }
  return fail(Code::kCorrupt,
              fmt::format("the row {} of the store is damaged, exchanged, or not under this master "
                          "key",
                          printable_row(row)),
              "put the whole data folder back from a backup; nothing was changed");
}

RowTag operator^(RowTag left, const RowTag& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] ^= right[i];
  return left;
}

Result<RowTag> tag_of_row(const Secret& key, ByteView row, ByteView value) {
  ASSIGN_OR_RETURN(auto hmac,
                   crypto::Hmac::create(crypto::Hash::kSha256, key.reveal(Purpose::kCipher)));
  const std::uint64_t size = row.size();
  RETURN_IF_ERROR(hmac.update({reinterpret_cast<const std::uint8_t*>(&size), sizeof size}));
  RETURN_IF_ERROR(hmac.update(row));
  RETURN_IF_ERROR(hmac.update(value));
  RowTag tag{};
  ASSIGN_OR_RETURN([[maybe_unused]] auto written, hmac.finish(tag));
  return tag;
}

TokenRecord TokenRecord::clone() const {
  return {label,   serial, security_officer, user, login_epoch, key.clone(),
          objects, sum,    erase_below};
}

Secret encode_token(const TokenRecord& record) {
  return built([&](SecretBuilder& out) {
    out.string(as_bytes(record.label));
    out.string(as_bytes(record.serial));
    write_pin(out, record.security_officer);
    write_pin(out, record.user);
    out.number(record.login_epoch);
    out.string(record.key.reveal(Purpose::kPersist));
    out.number(record.objects);
    out.raw(record.sum);
    out.number(record.erase_below);
  });
}

std::optional<TokenRecord> decode_token(ByteView plaintext) {
  ByteReader reader(plaintext);
  TokenRecord record;
  ByteView label, serial, key;
  reader.string(label);
  reader.string(serial);
  read_pin(reader, record.security_officer);
  read_pin(reader, record.user);
  reader.number(record.login_epoch);
  reader.string(key);
  reader.number(record.objects);
  read_array(reader, record.sum);
  reader.number(record.erase_below);
  if (!reader.done()) return std::nullopt;
  record.label = as_text(label);
  record.serial = as_text(serial);
  record.key = Secret::copy_of(key);
  return record;
}

Secret encode_object(const Draft& draft) {
  return built([&](SecretBuilder& out) {
    out.number(
        static_cast<std::uint8_t>((draft.ever_wrapping ? 1 : 0) | (draft.ever_decrypting ? 2 : 0)));
    out.number(static_cast<std::uint32_t>(draft.attributes.all().size()));
    for (const auto& [type, value] : draft.attributes.all()) {
      out.number(static_cast<std::uint64_t>(type));
      out.string(value);
    }
    out.number(static_cast<std::uint32_t>(draft.secrets.all().size()));
    for (const auto& [type, value] : draft.secrets.all()) {
      out.number(static_cast<std::uint64_t>(type));
      out.string(value.reveal(Purpose::kPersist));
    }
  });
}

std::optional<Draft> decode_object(ByteView plaintext) {
  ByteReader reader(plaintext);
  Draft draft;
  std::uint8_t flags = 0;
  std::uint32_t count = 0;
  std::uint64_t type = 0;
  ByteView value;
  reader.number(flags);
  reader.number(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    reader.number(type);
    if (reader.string(value)) draft.attributes.set(type, value);
  }
  count = 0;
  reader.number(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    reader.number(type);
    if (reader.string(value)) draft.secrets.set(type, Secret::copy_of(value));
  }
  if (!reader.done()) return std::nullopt;
  draft.ever_wrapping = (flags & 1) != 0;
  draft.ever_decrypting = (flags & 2) != 0;
  return draft;
}

}  // namespace azekura::hsm::token
