#include "crypto/cipher.h"

#include <openssl/core_names.h>

#include <algorithm>
#include <limits>

#include "base/secret.h"
#include "crypto/library.h"

namespace azekura::crypto {
namespace {

// The library counts in int.
constexpr std::size_t kPieceSizeMax = kAesRunSizeMax;

tl::unexpected<Error> fail_cipher() { return fail_library(Code::kInternal, "AES failed"); }
tl::unexpected<Error> fail_room() {
  return fail(Code::kInvalid, "the buffer is too small for the output of the cipher");
}
tl::unexpected<Error> fail_blocks() {
  return fail(Code::kInvalid, "the data is not a whole number of AES blocks");
}

AesAlgorithm algorithm_of(AesMode mode) {
  switch (mode) {
    case AesMode::kCbc:
    case AesMode::kCbcPad:
      return AesAlgorithm::kCbc;
    case AesMode::kCtr:
      return AesAlgorithm::kCtr;
    case AesMode::kGcm:
      return AesAlgorithm::kGcm;
  }
  return AesAlgorithm::kGcm;
}

// How many octets there are before the low `counter_bits` bits of the counter block wrap to zero.
std::uint64_t octets_before_wrap(ByteView block, std::uint32_t counter_bits) {
  constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
  if (counter_bits == 128) return kUnlimited;
  // The blocks after the first are the counter's bits, inverted.
  std::uint64_t blocks = 0;
  for (std::uint32_t bit = counter_bits; bit-- > 0;) {
    const bool set = ((block[15 - bit / 8] >> (bit % 8)) & 1) != 0;
    if (blocks >= kUnlimited / 64) return kUnlimited;
    blocks = blocks * 2 + (set ? 0 : 1);
  }
  return (blocks + 1) * kAesBlockSize;
}

}  // namespace

Result<AesCipher> AesCipher::create(ByteView key, AesMode mode, Direction direction) {
  if (!is_aes_key_size(key.size())) {
    return fail(Code::kInvalid, "an AES key has 16, 24 or 32 octets");
  }
  CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER* method = fetch_aes(algorithm_of(mode), key.size());
  if (context == nullptr || method == nullptr ||
      EVP_CipherInit_ex2(context.get(), method, key.data(), nullptr,
                         direction == Direction::kEncrypt ? 1 : 0, nullptr) != 1 ||
      (mode == AesMode::kCbc && EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1)) {
    return fail_cipher();
  }
  return AesCipher(mode, direction, std::move(context));
}

std::size_t AesCipher::output_size_max(std::size_t input_size, std::size_t tag_size) const {
  const bool encrypt = direction_ == Direction::kEncrypt;
  switch (mode_) {
    case AesMode::kCbc:
    case AesMode::kCtr:
      return input_size;
    case AesMode::kCbcPad:
      return encrypt ? (input_size / kAesBlockSize + 1) * kAesBlockSize : input_size;
    case AesMode::kGcm:
      return encrypt ? input_size + tag_size : input_size - std::min(input_size, tag_size);
  }
  return 0;
}

Status AesCipher::start(const AesMessage& message) {
  active_ = false;
  if (mode_ == AesMode::kGcm) {
    if (message.iv.empty() || message.iv.size() > kGcmIvSizeMax) {
      return fail(Code::kInvalid, "an AES-GCM IV has 1 to 128 octets");
    }
    if (!is_gcm_tag_size(message.tag_size)) {
      return fail(Code::kInvalid, "an AES-GCM tag has 4, 8 or 12 to 16 octets");
    }
    if (message.aad.size() > kPieceSizeMax) {
      return fail(Code::kInvalid, "the additional data is longer than 1 GiB");
    }
    tag_size_ = message.tag_size;
    kept_size_ = 0;
    if (message.iv.size() != iv_size_) {
      if (EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_IVLEN,
                              static_cast<int>(message.iv.size()), nullptr) != 1) {
        return fail_cipher();
      }
      iv_size_ = message.iv.size();
    }
  } else {
    if (message.iv.size() != kAesBlockSize) {
      return fail(Code::kInvalid, "an AES IV or counter block has 16 octets");
    }
    if (mode_ == AesMode::kCtr) {
      if (message.counter_bits < 1 || message.counter_bits > 128) {
        return fail(Code::kInvalid, "an AES counter has 1 to 128 bits");
      }
      octets_left_ = octets_before_wrap(message.iv, message.counter_bits);
    }
    buffered_ = 0;
  }
  if (EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, message.iv.data(), -1, nullptr) != 1) {
    return fail_cipher();
  }
  int ignored = 0;
  if (mode_ == AesMode::kGcm && !message.aad.empty() &&
      EVP_CipherUpdate(context_.get(), nullptr, &ignored, message.aad.data(),
                       static_cast<int>(message.aad.size())) != 1) {
    return fail_cipher();
  }
  active_ = true;
  return {};
}

std::size_t AesCipher::update_size(std::size_t input_size) const {
  const std::size_t total = buffered_ + input_size;
  switch (mode_) {
    case AesMode::kCtr:
      return input_size;
    case AesMode::kCbcPad:
      if (direction_ == Direction::kDecrypt) {
        // The last block stays inside: it may be the padding.
        return total == 0 ? 0 : (total - 1) / kAesBlockSize * kAesBlockSize;
      }
      [[fallthrough]];
    case AesMode::kCbc:
      return total / kAesBlockSize * kAesBlockSize;
    case AesMode::kGcm:
      if (direction_ == Direction::kEncrypt) return input_size;
      return kept_size_ + input_size - std::min(kept_size_ + input_size, tag_size_);
  }
  return 0;
}

bool AesCipher::feed(ByteView data, std::uint8_t* out, std::size_t& written) {
  while (!data.empty()) {
    const ByteView piece = data.first(std::min(data.size(), kPieceSizeMax));
    int size = 0;
    if (EVP_CipherUpdate(context_.get(), out + written, &size, piece.data(),
                         static_cast<int>(piece.size())) != 1) {
      return false;
    }
    written += static_cast<std::size_t>(size);
    data = data.subspan(piece.size());
  }
  return true;
}

Result<std::size_t> AesCipher::update(ByteView data, MutableByteView out) {
  if (!active_) return fail(Code::kConflict, "no message was started");
  if (data.empty()) return 0;
  const std::size_t expected = update_size(data.size());
  if (out.size() < expected) return fail_room();
  std::size_t written = 0;
  if (mode_ == AesMode::kCtr) {
    if (data.size() > octets_left_) return fail(Code::kExhausted, "the counter would wrap");
    if (octets_left_ != std::numeric_limits<std::uint64_t>::max()) octets_left_ -= data.size();
  } else if (mode_ == AesMode::kGcm && direction_ == Direction::kDecrypt) {
    const std::size_t from_kept = std::min(kept_size_, expected);
    const std::size_t from_data = expected - from_kept;
    if (!feed({kept_.data(), from_kept}, out.data(), written) ||
        !feed(data.first(from_data), out.data(), written)) {
      active_ = false;
      return fail_cipher();
    }
    std::copy(kept_.begin() + from_kept, kept_.begin() + kept_size_, kept_.begin());
    kept_size_ -= from_kept;
    std::copy(data.begin() + from_data, data.end(), kept_.begin() + kept_size_);
    kept_size_ += data.size() - from_data;
    return written;
  } else if (mode_ != AesMode::kGcm) {
    buffered_ = buffered_ + data.size() - expected;
  }
  if (!feed(data, out.data(), written)) {
    active_ = false;
    return fail_cipher();
  }
  return written;
}

Result<std::size_t> AesCipher::finish(MutableByteView out) {
  if (!active_) return fail(Code::kConflict, "no message was started");
  if (out.size() < kAesBlockSize) return fail_room();
  active_ = false;
  int size = 0;
  switch (mode_) {
    case AesMode::kCtr:
      return 0;
    case AesMode::kCbc:
      if (buffered_ != 0) return fail_blocks();
      return 0;
    case AesMode::kCbcPad:
      if (direction_ == Direction::kDecrypt && buffered_ != kAesBlockSize) return fail_blocks();
      if (EVP_CipherFinal_ex(context_.get(), out.data(), &size) != 1) {
        if (direction_ == Direction::kEncrypt) return fail_cipher();
        wipe(out.data(), kAesBlockSize);
        forget_library_errors();
        return fail(Code::kCorrupt, "the ciphertext does not decrypt under this key");
      }
      return static_cast<std::size_t>(size);
    case AesMode::kGcm:
      if (direction_ == Direction::kEncrypt) return write_tag(out.data());
      RETURN_IF_ERROR(check_tag({kept_.data(), kept_size_}));
      return 0;
  }
  return fail_cipher();
}

Result<std::size_t> AesCipher::write_tag(std::uint8_t* out) {
  int ignored = 0;
  // What EVP_CTRL_AEAD_GET_TAG does in the end, in a fifth less time for a short message.
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, out, tag_size_),
      OSSL_PARAM_construct_end()};
  if (EVP_CipherFinal_ex(context_.get(), out, &ignored) != 1 ||
      EVP_CIPHER_CTX_get_params(context_.get(), params) != 1) {
    return fail_cipher();
  }
  return tag_size_;
}

Status AesCipher::check_tag(ByteView tag) {
  std::uint8_t nothing[kAesBlockSize];
  int ignored = 0;
  if (tag.size() != tag_size_ ||
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                          const_cast<std::uint8_t*>(tag.data())) != 1 ||
      EVP_CipherFinal_ex(context_.get(), nothing, &ignored) != 1) {
    forget_library_errors();
    return fail(Code::kCorrupt, "the ciphertext does not decrypt under this key");
  }
  return {};
}

Result<std::size_t> AesCipher::run(const AesMessage& message, ByteView data, MutableByteView out) {
  if (data.size() > kAesRunSizeMax) {
    return fail(Code::kInvalid, "a message at once is at most 1 GiB");
  }
  if (out.size() < output_size_max(data.size(), message.tag_size)) return fail_room();
  const bool whole = data.size() % kAesBlockSize == 0;
  const bool decrypt = direction_ == Direction::kDecrypt;
  if (mode_ == AesMode::kCbc && !whole) return fail_blocks();
  if (mode_ == AesMode::kCbcPad && decrypt && (!whole || data.empty())) return fail_blocks();
  RETURN_IF_ERROR(start(message));
  active_ = false;
  if (mode_ == AesMode::kCtr && data.size() > octets_left_) {
    return fail(Code::kExhausted, "the counter would wrap");
  }

  const std::size_t tag_size = mode_ == AesMode::kGcm && decrypt ? tag_size_ : 0;
  if (data.size() < tag_size) return fail(Code::kCorrupt, "the ciphertext is shorter than its tag");
  // The tag is copied first: `out` may lie over it.
  std::array<std::uint8_t, kGcmTagSizeMax> tag;
  std::copy(data.end() - tag_size, data.end(), tag.begin());
  data = data.first(data.size() - tag_size);

  std::size_t written = 0;
  if (!feed(data, out.data(), written)) {
    wipe(out.data(), std::min(out.size(), data.size()));
    return fail_cipher();
  }
  if (mode_ == AesMode::kGcm && decrypt) {
    if (Status ok = check_tag({tag.data(), tag_size}); !ok) {
      wipe(out.data(), written);
      return tl::make_unexpected(std::move(ok).error());
    }
  } else if (mode_ == AesMode::kGcm) {
    ASSIGN_OR_RETURN(const std::size_t size, write_tag(out.data() + written));
    written += size;
  } else if (mode_ == AesMode::kCbcPad) {
    std::array<std::uint8_t, kAesBlockSize> last;
    int size = 0;
    if (EVP_CipherFinal_ex(context_.get(), last.data(), &size) != 1) {
      wipe(out.data(), written);
      wipe(last.data(), last.size());
      if (!decrypt) return fail_cipher();
      forget_library_errors();
      return fail(Code::kCorrupt, "the ciphertext does not decrypt under this key");
    }
    std::copy(last.begin(), last.begin() + size,
              out.begin() + static_cast<std::ptrdiff_t>(written));
    wipe(last.data(), last.size());
    written += static_cast<std::size_t>(size);
  }
  return written;
}

}  // namespace azekura::crypto
