#include "crypto/aead.h"

#include <limits>

#include "crypto/library.h"

namespace azekura::crypto {
namespace {

// The library counts in int.
constexpr std::size_t kTextSizeMax = std::numeric_limits<int>::max() - AesGcm::kTagSize;

tl::unexpected<Error> fail_gcm() { return fail_library(Code::kInternal, "AES-GCM failed"); }

CipherContext make_template(ByteView key, int encrypt) {
  CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER* method = fetch_aes(AesAlgorithm::kGcm, key.size());
  if (context == nullptr || method == nullptr ||
      EVP_CipherInit_ex2(context.get(), method, key.data(), nullptr, encrypt, nullptr) != 1) {
    return nullptr;
  }
  return context;
}

// A copy of the template that is ready for the text.
CipherContext begin(const CipherContext& keyed, ByteView nonce, ByteView aad) {
  CipherContext context(EVP_CIPHER_CTX_dup(keyed.get()));
  int ignored = 0;
  if (context == nullptr ||
      EVP_CipherInit_ex2(context.get(), nullptr, nullptr, nonce.data(), -1, nullptr) != 1) {
    return nullptr;
  }
  if (!aad.empty() && EVP_CipherUpdate(context.get(), nullptr, &ignored, aad.data(),
                                       static_cast<int>(aad.size())) != 1) {
    return nullptr;
  }
  return context;
}

bool update(const CipherContext& context, ByteView in, std::uint8_t* out) {
  int written = 0;
  return in.empty() || EVP_CipherUpdate(context.get(), out, &written, in.data(),
                                        static_cast<int>(in.size())) == 1;
}

Status check(ByteView nonce, ByteView aad, std::size_t text_size) {
  if (nonce.size() != AesGcm::kNonceSize) {
    return fail(Code::kInvalid, "an AES-GCM nonce has 12 octets");
  }
  if (aad.size() > kTextSizeMax || text_size > kTextSizeMax) {
    return fail(Code::kInvalid, "a text for AES-GCM is shorter than 2 GiB");
  }
  return {};
}

}  // namespace

Result<AesGcm> AesGcm::create(ByteView key) {
  if (key.size() != kKeySize) return fail(Code::kInvalid, "an AES-256-GCM key has 32 octets");
  CipherContext encrypt = make_template(key, 1);
  CipherContext decrypt = make_template(key, 0);
  if (encrypt == nullptr || decrypt == nullptr) return fail_gcm();
  return AesGcm(std::move(encrypt), std::move(decrypt));
}

Result<Bytes> AesGcm::seal(ByteView nonce, ByteView aad, ByteView plaintext) const {
  Bytes sealed(plaintext.size() + kTagSize);
  RETURN_IF_ERROR(seal_into(nonce, aad, plaintext, sealed));
  return sealed;
}

Result<Secret> AesGcm::open(ByteView nonce, ByteView aad, ByteView sealed) const {
  Secret plaintext(sealed.size() < kTagSize ? 0 : sealed.size() - kTagSize);
  RETURN_IF_ERROR(open_into(nonce, aad, sealed, plaintext.fill(Purpose::kCipher)));
  return plaintext;
}

Status AesGcm::seal_into(ByteView nonce, ByteView aad, ByteView plaintext,
                         MutableByteView out) const {
  RETURN_IF_ERROR(check(nonce, aad, plaintext.size()));
  if (out.size() != plaintext.size() + kTagSize) {
    return fail(Code::kInvalid, "the buffer for a sealed text has the wrong size");
  }
  const CipherContext context = begin(encrypt_, nonce, aad);
  std::uint8_t* tag = out.data() + plaintext.size();
  int ignored = 0;
  if (context == nullptr || !update(context, plaintext, out.data()) ||
      EVP_CipherFinal_ex(context.get(), tag, &ignored) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, tag) != 1) {
    return fail_gcm();
  }
  return {};
}

Status AesGcm::open_into(ByteView nonce, ByteView aad, ByteView sealed, MutableByteView out) const {
  if (sealed.size() < kTagSize) return fail(Code::kCorrupt, "the sealed text is cut short");
  const ByteView ciphertext = sealed.first(sealed.size() - kTagSize);
  RETURN_IF_ERROR(check(nonce, aad, ciphertext.size()));
  if (out.size() != ciphertext.size()) {
    return fail(Code::kInvalid, "the buffer for an opened text has the wrong size");
  }
  const CipherContext context = begin(decrypt_, nonce, aad);
  void* tag = const_cast<std::uint8_t*>(sealed.last(kTagSize).data());
  std::uint8_t nothing[16];
  int ignored = 0;
  if (context == nullptr ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag) != 1 ||
      !update(context, ciphertext, out.data())) {
    wipe(out.data(), out.size());
    return fail_gcm();
  }
  if (EVP_CipherFinal_ex(context.get(), nothing, &ignored) != 1) {
    wipe(out.data(), out.size());
    forget_library_errors();
    return fail(Code::kCorrupt, "the sealed text was changed, or belongs to another key or place");
  }
  return {};
}

}  // namespace azekura::crypto
