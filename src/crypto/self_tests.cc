#include "crypto/self_tests.h"

#include <algorithm>
#include <array>
#include <string>

#include "crypto/aead.h"
#include "crypto/aes_wrap.h"
#include "crypto/cipher.h"
#include "crypto/ecdh.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/key.h"
#include "crypto/known_answers.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "crypto/rsa_cipher.h"
#include "crypto/sign.h"

namespace azekura::crypto {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value_or(Bytes{}); }

Status expect(ByteView actual, std::string_view expected) {
  if (!std::ranges::equal(actual, hex(expected))) return fail(Code::kInternal, "a wrong answer");
  return {};
}

Status expect(const Secret& actual, std::string_view expected) {
  return expect(actual.reveal(Purpose::kCipher), expected);
}

// A test that accepts everything would pass every verification.
Status expect_refused(const Status& verdict) {
  if (verdict) return fail(Code::kInternal, "a wrong signature was accepted");
  return {};
}

Result<Bytes> digest_of(Hash hash, ByteView data) {
  Bytes out(hash_size(hash));
  ASSIGN_OR_RETURN(const std::size_t size, digest(hash, data, out));
  out.resize(size);
  return out;
}

Status test_hash(Hash hash, std::string_view expected) {
  ASSIGN_OR_RETURN(const Bytes actual, digest_of(hash, as_bytes("abc")));
  return expect(actual, expected);
}

Status test_sha1() { return test_hash(Hash::kSha1, known::kSha1); }
Status test_sha224() { return test_hash(Hash::kSha224, known::kSha224); }
Status test_sha256() { return test_hash(Hash::kSha256, known::kSha256); }
Status test_sha384() { return test_hash(Hash::kSha384, known::kSha384); }
Status test_sha512() { return test_hash(Hash::kSha512, known::kSha512); }

Status test_hmac_of(Hash hash, std::string_view expected) {
  ASSIGN_OR_RETURN(Hmac hmac, Hmac::create(hash, as_bytes("Jefe")));
  std::array<std::uint8_t, kHashSizeMax> out;
  ASSIGN_OR_RETURN(const std::size_t size,
                   hmac.compute(as_bytes("what do ya want for nothing?"), out));
  return expect(ByteView(out).first(size), expected);
}

Status test_hmac() {
  RETURN_IF_ERROR(test_hmac_of(Hash::kSha1, known::kHmacSha1));
  RETURN_IF_ERROR(test_hmac_of(Hash::kSha224, known::kHmacSha224));
  RETURN_IF_ERROR(test_hmac_of(Hash::kSha256, known::kHmacSha256));
  RETURN_IF_ERROR(test_hmac_of(Hash::kSha384, known::kHmacSha384));
  return test_hmac_of(Hash::kSha512, known::kHmacSha512);
}

Status test_aes(AesMode mode, std::string_view key, const AesMessage& message,
                std::string_view plaintext, std::string_view ciphertext) {
  std::array<std::uint8_t, 128> out;
  ASSIGN_OR_RETURN(AesCipher encrypt, AesCipher::create(hex(key), mode, Direction::kEncrypt));
  ASSIGN_OR_RETURN(const std::size_t sealed_size, encrypt.run(message, hex(plaintext), out));
  RETURN_IF_ERROR(expect(ByteView(out).first(sealed_size), ciphertext));
  ASSIGN_OR_RETURN(AesCipher decrypt, AesCipher::create(hex(key), mode, Direction::kDecrypt));
  ASSIGN_OR_RETURN(const std::size_t opened_size, decrypt.run(message, hex(ciphertext), out));
  return expect(ByteView(out).first(opened_size), plaintext);
}

Status test_aes_gcm() {
  const Bytes iv = hex(known::kGcmIv);
  const Bytes aad = hex(known::kGcmAad);
  RETURN_IF_ERROR(test_aes(AesMode::kGcm, known::kGcmKey, {.iv = iv, .aad = aad},
                           known::kGcmPlaintext, known::kGcmSealed));
  ASSIGN_OR_RETURN(const AesGcm gcm, AesGcm::create(hex(known::kGcmKey)));
  ASSIGN_OR_RETURN(Bytes sealed, gcm.seal(iv, aad, hex(known::kGcmPlaintext)));
  RETURN_IF_ERROR(expect(sealed, known::kGcmSealed));
  ASSIGN_OR_RETURN(const Secret opened, gcm.open(iv, aad, sealed));
  RETURN_IF_ERROR(expect(opened, known::kGcmPlaintext));
  sealed.back() ^= 1;
  if (gcm.open(iv, aad, sealed)) return fail(Code::kInternal, "a wrong tag was accepted");
  return {};
}

Status test_aes_cbc() {
  const Bytes iv = hex(known::kCbcIv);
  return test_aes(AesMode::kCbc, known::kSp800Key, {.iv = iv}, known::kSp800Plaintext,
                  known::kCbcCiphertext);
}

Status test_aes_ctr() {
  const Bytes block = hex(known::kCtrBlock);
  return test_aes(AesMode::kCtr, known::kSp800Key, {.iv = block}, known::kSp800Plaintext,
                  known::kCtrCiphertext);
}

Status test_wrap_of(KeyWrap kind, std::string_view key, std::string_view plaintext,
                    std::string_view wrapped) {
  ASSIGN_OR_RETURN(const Bytes sealed, aes_wrap(kind, hex(key), hex(plaintext)));
  RETURN_IF_ERROR(expect(sealed, wrapped));
  ASSIGN_OR_RETURN(const Secret opened, aes_unwrap(kind, hex(key), hex(wrapped)));
  return expect(opened, plaintext);
}

Status test_aes_wrap() {
  RETURN_IF_ERROR(
      test_wrap_of(KeyWrap::kKw, known::kKwKey, known::kKwPlaintext, known::kKwWrapped));
  return test_wrap_of(KeyWrap::kKwp, known::kKwpKey, known::kKwpPlaintext, known::kKwpWrapped);
}

Result<PrivateKey> rsa_key() { return PrivateKey::from_pkcs8(hex(known::kRsaPkcs8)); }

Status test_rsa_pkcs1() {
  const SignatureScheme scheme{.kind = SignatureKind::kRsaPkcs1Hashed, .hash = Hash::kSha256};
  ASSIGN_OR_RETURN(const PrivateKey key, rsa_key());
  ASSIGN_OR_RETURN(Bytes hashed, digest_of(Hash::kSha256, hex(known::kRsaMessage)));
  ASSIGN_OR_RETURN(Signer signer, Signer::create(key, scheme));
  Bytes signature(signer.signature_size());
  RETURN_IF_ERROR(signer.sign(hashed, signature));
  RETURN_IF_ERROR(expect(signature, known::kRsaPkcs1Signature));
  ASSIGN_OR_RETURN(Verifier verifier, Verifier::create(key.public_key(), scheme));
  RETURN_IF_ERROR(verifier.verify(hashed, signature));
  hashed[0] ^= 1;
  return expect_refused(verifier.verify(hashed, signature));
}

Status test_rsa_pss() {
  const SignatureScheme scheme{.kind = SignatureKind::kRsaPss,
                               .hash = Hash::kSha256,
                               .mgf_hash = Hash::kSha256,
                               .salt_size = 32};
  ASSIGN_OR_RETURN(const PrivateKey key, rsa_key());
  ASSIGN_OR_RETURN(Bytes hashed, digest_of(Hash::kSha256, hex(known::kRsaMessage)));
  ASSIGN_OR_RETURN(Verifier verifier, Verifier::create(key.public_key(), scheme));
  RETURN_IF_ERROR(verifier.verify(hashed, hex(known::kRsaPssSignature)));
  ASSIGN_OR_RETURN(Signer signer, Signer::create(key, scheme));
  Bytes signature(signer.signature_size());
  RETURN_IF_ERROR(signer.sign(hashed, signature));
  RETURN_IF_ERROR(verifier.verify(hashed, signature));
  hashed[0] ^= 1;
  return expect_refused(verifier.verify(hashed, signature));
}

Status test_rsa_oaep() {
  const RsaScheme scheme{.padding = RsaPadding::kOaep,
                         .hash = Hash::kSha256,
                         .mgf_hash = Hash::kSha256,
                         .label = hex(known::kRsaOaepLabel)};
  ASSIGN_OR_RETURN(const PrivateKey key, rsa_key());
  ASSIGN_OR_RETURN(RsaDecrypter decrypter, RsaDecrypter::create(key, scheme));
  Bytes out(decrypter.ciphertext_size());
  ASSIGN_OR_RETURN(std::size_t size, decrypter.decrypt(hex(known::kRsaOaepCiphertext), out));
  RETURN_IF_ERROR(expect(ByteView(out).first(size), known::kRsaMessage));
  ASSIGN_OR_RETURN(RsaEncrypter encrypter, RsaEncrypter::create(key.public_key(), scheme));
  Bytes ciphertext(encrypter.ciphertext_size());
  RETURN_IF_ERROR(encrypter.encrypt(hex(known::kRsaMessage), ciphertext));
  ASSIGN_OR_RETURN(size, decrypter.decrypt(ciphertext, out));
  return expect(ByteView(out).first(size), known::kRsaMessage);
}

Status test_ecdsa_of(Curve curve, Hash hash, std::string_view point, std::string_view signature) {
  const SignatureScheme scheme{.kind = SignatureKind::kEcdsa};
  ASSIGN_OR_RETURN(Bytes hashed, digest_of(hash, hex(known::kEcdsaMessage)));
  ASSIGN_OR_RETURN(const PublicKey key, PublicKey::ec(curve, hex(point)));
  ASSIGN_OR_RETURN(Verifier verifier, Verifier::create(key, scheme));
  RETURN_IF_ERROR(verifier.verify(hashed, hex(signature)));
  hashed[0] ^= 1;
  return expect_refused(verifier.verify(hashed, hex(signature)));
}

Status test_ecdsa() {
  RETURN_IF_ERROR(
      test_ecdsa_of(Curve::kP256, Hash::kSha256, known::kP256Point, known::kP256Signature));
  RETURN_IF_ERROR(
      test_ecdsa_of(Curve::kP384, Hash::kSha384, known::kP384Point, known::kP384Signature));
  RETURN_IF_ERROR(
      test_ecdsa_of(Curve::kP521, Hash::kSha512, known::kP521Point, known::kP521Signature));
  // Signatures differ from run to run. The pairwise test of a fresh key signs and verifies one.
  for (const Curve curve : kAllCurves) RETURN_IF_ERROR(PrivateKey::generate_ec(curve));
  return {};
}

Status test_ed25519() {
  const SignatureScheme scheme{.kind = SignatureKind::kEd25519};
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::ed25519(hex(known::kEd25519Seed)));
  ASSIGN_OR_RETURN(const Bytes shown, key.public_key().point());
  RETURN_IF_ERROR(expect(shown, known::kEd25519Public));
  ASSIGN_OR_RETURN(Signer signer, Signer::create(key, scheme));
  Bytes signature(signer.signature_size());
  RETURN_IF_ERROR(signer.sign(hex(known::kEd25519Message), signature));
  RETURN_IF_ERROR(expect(signature, known::kEd25519Signature));
  ASSIGN_OR_RETURN(Verifier verifier, Verifier::create(key.public_key(), scheme));
  RETURN_IF_ERROR(verifier.verify(hex(known::kEd25519Message), signature));
  signature[0] ^= 1;
  return expect_refused(verifier.verify(hex(known::kEd25519Message), signature));
}

Status test_ecdh() {
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::ec(Curve::kP256, hex(known::kEcdhScalar)));
  ASSIGN_OR_RETURN(const Secret shared, ecdh(key, hex(known::kEcdhPoint)));
  return expect(shared, known::kEcdhShared);
}

Status test_kdf() {
  ASSIGN_OR_RETURN(const Secret hkdf,
                   hkdf_sha256(hex(known::kHkdfKey), hex(known::kHkdfSalt), hex(known::kHkdfInfo),
                               known::kHkdfDerived.size() / 2));
  RETURN_IF_ERROR(expect(hkdf, known::kHkdfDerived));
  ASSIGN_OR_RETURN(const Secret x963,
                   x963_kdf(Hash::kSha256, hex(known::kX963Secret), hex(known::kX963Info),
                            known::kX963Derived.size() / 2));
  return expect(x963, known::kX963Derived);
}

Status test_argon2id() {
  const Argon2Cost cost{.memory_kib = 256, .passes = 2, .lanes = 1};
  ASSIGN_OR_RETURN(const Secret derived,
                   argon2id(as_bytes("password"), as_bytes("somesalt"), cost, 32));
  return expect(derived, known::kArgon2Derived);
}

// A stuck generator gives the same octets again.
Status test_random() {
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  RETURN_IF_ERROR(random_bytes(first));
  RETURN_IF_ERROR(random_bytes(second));
  if (first == second) return fail(Code::kInternal, "the generator repeats itself");
  return {};
}

struct SelfTest {
  const char* name;
  Status (*run)();
};

constexpr SelfTest kSelfTests[] = {
    {"SHA-1", test_sha1},
    {"SHA-224", test_sha224},
    {"SHA-256", test_sha256},
    {"SHA-384", test_sha384},
    {"SHA-512", test_sha512},
    {"HMAC", test_hmac},
    {"random generator", test_random},
    {"AES-GCM", test_aes_gcm},
    {"AES-CBC", test_aes_cbc},
    {"AES-CTR", test_aes_ctr},
    {"AES key wrap", test_aes_wrap},
    {"RSA PKCS#1 signature", test_rsa_pkcs1},
    {"RSA-PSS signature", test_rsa_pss},
    {"RSA-OAEP", test_rsa_oaep},
    {"ECDSA", test_ecdsa},
    {"Ed25519", test_ed25519},
    {"ECDH", test_ecdh},
    {"HKDF and X9.63 KDF", test_kdf},
    {"Argon2id", test_argon2id},
};

}  // namespace

Status run_self_tests() {
  for (const SelfTest& test : kSelfTests) {
    if (const Status status = test.run(); !status) {
      return fail(Code::kInternal,
                  std::string("self-test of ") + test.name + " failed: " + status.error().message);
    }
  }
  return {};
}

}  // namespace azekura::crypto
