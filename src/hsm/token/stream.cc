// Multi-part operations. What is deciphered with a check at the end (GCM) is held back whole until
// the check is done, up to kHeldBackBytesMax.
#include <algorithm>
#include <array>
#include <cstring>

#include "hsm/token/admission.h"
#include "hsm/token/context.h"
#include "hsm/token/crypto_terms.h"
#include "hsm/token/mechanisms.h"

namespace azekura::hsm::token {
namespace {

using cryptoki::Family;
using cryptoki::MechanismFacts;
using wire::Kind;

constexpr std::size_t kFinalBlockMax = crypto::kAesBlockSize;

tl::unexpected<Failure> too_small() {
  return refuse(CKR_BUFFER_TOO_SMALL, "the result does not fit");
}

bool overlap(ByteView a, ByteView b) {
  return !a.empty() && !b.empty() && a.data() < b.data() + b.size() &&
         b.data() < a.data() + a.size();
}

class Keyed : public Stream {
 public:
  explicit Keyed(ObjectPtr key) : key_(std::move(key)) {}
  const ObjectPtr& key() const override { return key_; }

 private:
  ObjectPtr key_;
};

// CBC, CBC-PAD and CTR in both directions, and GCM encryption.
class AesStream final : public Keyed {
 public:
  AesStream(ObjectPtr key, crypto::AesCipher cipher)
      : Keyed(std::move(key)),
        cipher_(std::move(cipher)),
        meaning_(cipher_.direction() == crypto::Direction::kEncrypt
                     ? Meaning{.invalid = CKR_DATA_LEN_RANGE}
                     : Meaning{.invalid = CKR_ENCRYPTED_DATA_LEN_RANGE,
                               .corrupt = CKR_ENCRYPTED_DATA_INVALID}) {}

  Outcome<std::size_t> update(ByteView in, MutableByteView out) override {
    if (out.size() < cipher_.update_size(in.size())) return too_small();
    // A part's result is shifted against its data by what earlier parts left over, so that it
    // cannot be made in place.
    Secret copy;
    if (overlap(in, out)) {
      copy = Secret::copy_of(in);
      in = copy.reveal(Purpose::kCipher);
    }
    auto done = cipher_.update(in, out);
    if (!done) return refuse_as(meaning_, done.error());
    return *done;
  }

  Outcome<std::size_t> finish(ByteView in, ByteView, MutableByteView out, bool& more) override {
    more = false;
    if (out.size() < cipher_.update_size(in.size())) return too_small();
    ASSIGN_OR_RETURN(const std::size_t updated, update(in, out));
    std::array<std::uint8_t, kFinalBlockMax> last{};
    auto done = cipher_.finish(last);
    if (!done) return refuse_as(meaning_, done.error());
    if (out.size() - updated < *done) return too_small();
    std::memcpy(out.data() + updated, last.data(), *done);
    wipe(last.data(), last.size());
    return updated + *done;
  }

 private:
  crypto::AesCipher cipher_;
  Meaning meaning_;
};

class GcmDecryption final : public Keyed {
 public:
  GcmDecryption(ObjectPtr key, crypto::AesCipher cipher, std::size_t tag_size,
                std::shared_ptr<HeldBack> together)
      : Keyed(std::move(key)),
        cipher_(std::move(cipher)),
        tag_size_(tag_size),
        together_(std::move(together)) {}
  GcmDecryption(const GcmDecryption&) = delete;
  GcmDecryption& operator=(const GcmDecryption&) = delete;
  ~GcmDecryption() override { together_->give_back(plaintext_.size()); }

  Outcome<std::size_t> update(ByteView in, MutableByteView) override {
    RETURN_IF_ERROR(hold(in));
    return 0;
  }

  Outcome<std::size_t> finish(ByteView in, ByteView, MutableByteView out, bool& more) override {
    if (!verified_) {
      RETURN_IF_ERROR(hold(in));
      if (taken_ < tag_size_) {
        return refuse(CKR_ENCRYPTED_DATA_LEN_RANGE, "the data is shorter than the tag");
      }
      std::array<std::uint8_t, kFinalBlockMax> none{};
      if (auto done = cipher_.finish(none); !done) return refuse_as(kMeaning, done.error());
      verified_ = true;
    }
    const std::size_t part = std::min(out.size(), held_ - given_);
    if (part > 0) {
      std::memcpy(out.data(), plaintext_.reveal(Purpose::kCipher).data() + given_, part);
    }
    given_ += part;
    more = given_ < held_;
    return part;
  }

 private:
  static constexpr Meaning kMeaning{.invalid = CKR_ENCRYPTED_DATA_LEN_RANGE,
                                    .corrupt = CKR_ENCRYPTED_DATA_INVALID};

  Outcome<void> hold(ByteView in) {
    const std::size_t size = cipher_.update_size(in.size());
    if (size > kHeldBackBytesMax - held_) {
      return refuse(CKR_DATA_LEN_RANGE, "more plaintext than is held back for a GCM tag");
    }
    if (plaintext_.size() < held_ + size) RETURN_IF_ERROR(grow(held_ + size));
    auto done = cipher_.update(in, plaintext_.fill(Purpose::kCipher).subspan(held_));
    if (!done) return refuse_as(kMeaning, done.error());
    held_ += *done;
    taken_ += in.size();
    return {};
  }

  Outcome<void> grow(std::size_t size) {
    const std::size_t room = std::min(std::max(size, plaintext_.size() * 2), kHeldBackBytesMax);
    if (!together_->take(room - plaintext_.size())) {
      return refuse(CKR_DEVICE_MEMORY, "the application holds back too much plaintext at once");
    }
    Secret larger(room);
    const ByteView held = plaintext_.reveal(Purpose::kCipher).first(held_);
    if (!held.empty()) {
      std::memcpy(larger.fill(Purpose::kCipher).data(), held.data(), held.size());
    }
    plaintext_ = std::move(larger);
    return {};
  }

  crypto::AesCipher cipher_;
  std::size_t tag_size_;
  const std::shared_ptr<HeldBack> together_;  // all of plaintext_ is taken out of it
  std::size_t taken_ = 0;                     // of ciphertext and tag
  Secret plaintext_;
  std::size_t held_ = 0;   // octets of plaintext_ that are set
  std::size_t given_ = 0;  // and told
  bool verified_ = false;
};

class HmacStream final : public Keyed {
 public:
  HmacStream(ObjectPtr key, crypto::Hmac hmac, Kind kind, std::size_t size)
      : Keyed(std::move(key)), hmac_(std::move(hmac)), kind_(kind), size_(size) {}

  Outcome<std::size_t> update(ByteView in, MutableByteView) override {
    if (auto done = hmac_.update(in); !done) return refuse_as({}, done.error());
    return 0;
  }

  Outcome<std::size_t> finish(ByteView in, ByteView signature, MutableByteView out,
                              bool& more) override {
    more = false;
    if (kind_ == Kind::kVerify && signature.size() != size_) {
      return refuse(CKR_SIGNATURE_LEN_RANGE, "the MAC has another length");
    }
    if (kind_ == Kind::kSign && out.size() < size_) return too_small();
    RETURN_IF_ERROR(update(in, {}));
    std::array<std::uint8_t, crypto::kHashSizeMax> mac{};
    if (auto done = hmac_.finish(mac); !done) return refuse_as({}, done.error());
    if (kind_ == Kind::kSign) {
      std::memcpy(out.data(), mac.data(), size_);
      return size_;
    }
    if (!crypto::equal_constant_time(ByteView(mac).first(size_), signature)) {
      return refuse(CKR_SIGNATURE_INVALID);
    }
    return 0;
  }

 private:
  crypto::Hmac hmac_;
  Kind kind_;
  std::size_t size_;
};

}  // namespace

bool HeldBack::take(std::size_t octets) {
  std::size_t before = octets_.load(std::memory_order_relaxed);
  do {
    if (octets > octets_max_ - before) return false;
  } while (!octets_.compare_exchange_weak(before, before + octets, std::memory_order_relaxed));
  return true;
}

Outcome<std::unique_ptr<Stream>> begin_stream(const ObjectPtr& key,
                                              const wire::StreamBegin& request,
                                              std::shared_ptr<HeldBack> held_back) {
  ASSIGN_OR_RETURN(const MechanismFacts* mechanism, known_mechanism(request.mechanism));
  if (mechanism->single_part || mechanism->hash_and_sign()) {
    return refuse(CKR_MECHANISM_INVALID, "the mechanism takes its data in one piece");
  }
  RETURN_IF_ERROR(admit(*key, *mechanism, operation_of(request.kind)));
  ASSIGN_OR_RETURN(Context context,
                   make_context(*key, *mechanism, request.kind, request.mechanism));

  if (auto* hmac = std::get_if<crypto::Hmac>(&context)) {
    return std::make_unique<HmacStream>(key, std::move(*hmac), request.kind,
                                        mac_size(*mechanism, request.mechanism));
  }
  auto* cipher = std::get_if<crypto::AesCipher>(&context);
  if (cipher == nullptr) return refuse(CKR_MECHANISM_INVALID, "no stream with this mechanism");
  if (auto begun = cipher->start(aes_message(*mechanism, request.mechanism)); !begun) {
    return refuse_as({.invalid = CKR_MECHANISM_PARAM_INVALID}, begun.error());
  }
  if (mechanism->family == Family::kAesGcm && request.kind == Kind::kDecrypt) {
    return std::make_unique<GcmDecryption>(key, std::move(*cipher), request.mechanism.number_a / 8,
                                           std::move(held_back));
  }
  return std::make_unique<AesStream>(key, std::move(*cipher));
}

}  // namespace azekura::hsm::token
