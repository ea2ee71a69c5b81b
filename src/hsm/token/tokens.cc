#include "hsm/token/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "crypto/random.h"

namespace azekura::hsm::token {
namespace {

Result<std::map<std::uint64_t, TokenRecord>> read_records(store::Store& store,
                                                          const RowCipher& cipher) {
  std::map<std::uint64_t, TokenRecord> records;
  Status wrong;
  const auto visit = [&](ByteView row, ByteView value) {
    const auto slot = slot_of_token_row(row);
    auto plaintext = cipher.open(row, value);
    if (!plaintext) {
      wrong = tl::make_unexpected(plaintext.error());
      return false;
    }
    auto record = decode_token(plaintext->reveal(Purpose::kPersist));
    if (!record || !slot || *slot >= wire::kSlotsMax) {
      wrong = fail(Code::kCorrupt, fmt::format("the row {} makes no sense", printable_row(row)));
      return false;
    }
    records.emplace(*slot, std::move(*record));
    return true;
  };
  RETURN_IF_ERROR(store.scan(as_bytes(kTokenRows), visit));
  RETURN_IF_ERROR(wrong);
  return records;
}

Status check_no_objects(store::Store& store, std::uint64_t slot) {
  bool found = false;
  RETURN_IF_ERROR(store.scan(object_rows_of(slot), [&](ByteView, ByteView) {
    found = true;
    return false;
  }));
  if (!found) return {};
  return fail(Code::kCorrupt,
              fmt::format("slot {} has objects, but the row {} of their token is missing", slot,
                          printable_row(token_row(slot))),
              "put the whole data folder back from a backup; nothing was changed");
}

}  // namespace

Tokens::Tokens(RowCipher cipher, Secret pin_memory_key, store::Store& store,
               wire::Generations& generations)
    : cipher_(std::move(cipher)),
      handles_(store, cipher_),
      pin_memory_key_(std::move(pin_memory_key)),
      around_{store, cipher_, handles_, generations, pin_checks_, pin_memory_key_} {}

Result<std::unique_ptr<Tokens>> Tokens::load(const Vault& vault, store::Store& store,
                                             wire::Generations& generations) {
  ASSIGN_OR_RETURN(const Secret key, vault.subkey("rows"));
  ASSIGN_OR_RETURN(RowCipher cipher, RowCipher::create(key));
  ASSIGN_OR_RETURN(Secret memory_key, crypto::random_secret(32));
  std::unique_ptr<Tokens> all(
      new Tokens(std::move(cipher), std::move(memory_key), store, generations));

  ASSIGN_OR_RETURN(auto records, read_records(store, all->cipher_));
  const std::uint64_t behind = records.empty() ? 0 : records.rbegin()->first + 1;
  for (std::uint64_t slot = 0; slot < wire::kSlotsMax; ++slot) {
    if (!records.contains(slot)) RETURN_IF_ERROR(check_no_objects(store, slot));
  }
  Handle seen = 0;
  while (all->slots() < behind) {
    const std::uint64_t slot = all->slots();
    all->add_slot();
    const auto record = records.find(slot);
    if (record == records.end()) continue;
    // destroy_token(), cut short, erases below every handle.
    if (record->second.erase_below < kSessionObjectBit) {
      seen = std::max(seen, record->second.erase_below);
    }
    Token& token = *all->find(slot);
    RETURN_IF_ERROR(token.load(std::move(record->second)));
    seen = std::max(seen, token.greatest_handle());
  }
  RETURN_IF_ERROR(all->handles_.load(seen));
  all->keep_one_free();
  return all;
}

std::size_t Tokens::tokens() const {
  std::size_t count = 0;
  for (std::size_t slot = 0; slot < slots(); ++slot) count += tokens_[slot]->initialized() ? 1 : 0;
  return count;
}

std::size_t Tokens::objects() const {
  std::size_t count = 0;
  for (std::size_t slot = 0; slot < slots(); ++slot) count += tokens_[slot]->objects().size();
  return count;
}

void Tokens::add_slot() {
  const std::size_t slot = slots();
  tokens_[slot] = std::make_unique<Token>(slot, around_);
  slots_.store(slot + 1, std::memory_order_release);
}

void Tokens::keep_one_free() {
  std::lock_guard lock(growing_);
  const std::size_t count = slots();
  if (count == wire::kSlotsMax) return;
  if (count > 0 && !tokens_[count - 1]->initialized()) return;
  add_slot();
  around_.generations.slot_list.fetch_add(1, std::memory_order_release);
}

Status destroy_token(const Vault& vault, store::Store& store, std::uint64_t slot) {
  ASSIGN_OR_RETURN(const Secret key, vault.subkey("rows"));
  ASSIGN_OR_RETURN(const RowCipher cipher, RowCipher::create(key));
  ASSIGN_OR_RETURN(auto records, read_records(store, cipher));
  const auto found = records.find(slot);
  if (found == records.end()) {
    return fail(Code::kNotFound, fmt::format("slot {} has no token", slot));
  }
  // From here on the objects cannot be read, whatever is left of their rows.
  TokenRecord& record = found->second;
  ASSIGN_OR_RETURN(record.key, crypto::random_secret(32));
  record.objects = 0;
  record.sum = {};
  record.erase_below = kSessionObjectBit;
  const Bytes row = token_row(slot);
  ASSIGN_OR_RETURN(const Bytes value,
                   cipher.seal(row, encode_token(record).reveal(Purpose::kPersist)));
  RETURN_IF_ERROR(store.commit(store::Batch().put(row, value)));
  RETURN_IF_ERROR(erase_object_rows(store, slot, kSessionObjectBit));
  return store.commit(store::Batch().erase(row));
}

}  // namespace azekura::hsm::token
