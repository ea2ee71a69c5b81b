// One whole operation. What a hostile peer may do to shared memory meanwhile decides where data is
// worked on: enciphering and MACs read the caller's data in place, which can harm the caller alone;
// everything that is checked, padded, or read twice is copied first. Signing reads twice (Ed25519
// would tell its key if the two readings differed).
#include <array>
#include <cstring>

#include "crypto/hash.h"
#include "hsm/token/admission.h"
#include "hsm/token/context_cache.h"
#include "hsm/token/crypto_terms.h"
#include "hsm/token/mechanisms.h"

namespace azekura::hsm::token {
namespace {

using cryptoki::Family;
using cryptoki::MechanismFacts;
using wire::Kind;

struct Call {
  ContextCache& cache;
  const MechanismFacts& mechanism;
  const wire::Operate& request;
  ByteView in;
  bool in_shared;
  MutableByteView out;
};

tl::unexpected<Failure> too_small() {
  return refuse(CKR_BUFFER_TOO_SMALL, "the result does not fit");
}

Outcome<std::size_t> give(ByteView result, MutableByteView out) {
  if (out.size() < result.size()) return too_small();
  if (!result.empty()) std::memcpy(out.data(), result.data(), result.size());
  return result.size();
}

// ---- AES ----------------------------------------------------------------------------------------

constexpr Meaning kEnciphering{.invalid = CKR_DATA_LEN_RANGE};
constexpr Meaning kDeciphering{.invalid = CKR_ENCRYPTED_DATA_LEN_RANGE,
                               .corrupt = CKR_ENCRYPTED_DATA_INVALID};

Outcome<std::size_t> run_aes(Call& call, crypto::AesCipher& cipher) {
  const auto message = aes_message(call.mechanism, call.request.mechanism);
  const bool enciphering = call.request.kind == Kind::kEncrypt;
  if (enciphering || call.mechanism.family == Family::kAesCbc ||
      call.mechanism.family == Family::kAesCtr) {
    if (call.out.size() < cipher.output_size_max(call.in.size(), message.tag_size)) {
      return too_small();
    }
    auto done = cipher.run(message, call.in, call.out);
    if (!done) return refuse_as(enciphering ? kEnciphering : kDeciphering, done.error());
    return *done;
  }
  if (call.mechanism.family == Family::kAesGcm && call.in.size() < message.tag_size) {
    return refuse(CKR_ENCRYPTED_DATA_LEN_RANGE, "the data is shorter than the tag");
  }
  // The peer sees plaintext only when all of it is known to be good.
  const auto loan = call.cache.borrow(call.in.size());
  const MutableByteView copy = loan.bytes();
  if (!call.in.empty()) std::memcpy(copy.data(), call.in.data(), call.in.size());
  auto done = cipher.run(message, copy, copy);
  if (!done) return refuse_as(kDeciphering, done.error());
  return give(copy.first(*done), call.out);
}

// ---- HMAC ---------------------------------------------------------------------------------------

Outcome<std::size_t> run_hmac(Call& call, crypto::Hmac& hmac) {
  const std::size_t size = mac_size(call.mechanism, call.request.mechanism);
  if (call.request.kind == Kind::kVerify && call.request.signature.size() != size) {
    return refuse(CKR_SIGNATURE_LEN_RANGE, "the MAC has another length");
  }
  std::array<std::uint8_t, crypto::kHashSizeMax> mac;
  if (auto done = hmac.compute(call.in, mac); !done) return refuse_as({}, done.error());
  if (call.request.kind == Kind::kSign) return give(ByteView(mac).first(size), call.out);
  if (!crypto::equal_constant_time(ByteView(mac).first(size), call.request.signature)) {
    return refuse(CKR_SIGNATURE_INVALID);
  }
  return 0;
}

// ---- Signatures ---------------------------------------------------------------------------------

constexpr Meaning kSigning{.invalid = CKR_DATA_LEN_RANGE};
constexpr Meaning kVerifying{.invalid = CKR_DATA_LEN_RANGE, .corrupt = CKR_SIGNATURE_INVALID};

// What the signature is made over: the digest for hash-and-sign, else the data. Calls `use` with a
// view that the peer cannot change.
template <typename Use>
Outcome<std::size_t> with_signed_data(Call& call, Use use) {
  std::array<std::uint8_t, crypto::kRsaSizeMax> local;
  if (call.mechanism.hash_and_sign() && !call.request.prehashed) {
    auto size = crypto::digest(hash_of(call.mechanism.digest), call.in, local);
    if (!size) return refuse_as({}, size.error());
    return use(ByteView(local).first(*size));
  }
  // PKCS#11 3.2 §6.1.9: CKM_RSA_PKCS_PSS is given a digest of its parameter's hash.
  std::size_t wanted = 0;
  if (call.request.prehashed) wanted = cryptoki::digest_size(call.mechanism.digest);
  if (call.mechanism.family == Family::kRsaPss) {
    wanted = cryptoki::digest_size(call.request.mechanism.number_a);
  }
  if (wanted != 0 && call.in.size() != wanted) {
    return refuse(CKR_DATA_LEN_RANGE, "the data is not a digest of the mechanism's hash");
  }
  if (!call.in_shared) return use(call.in);
  if (call.in.size() <= local.size()) {
    if (!call.in.empty()) std::memcpy(local.data(), call.in.data(), call.in.size());
    return use(ByteView(local).first(call.in.size()));
  }
  const auto loan = call.cache.borrow(call.in.size());
  std::memcpy(loan.bytes().data(), call.in.data(), call.in.size());
  return use(ByteView(loan.bytes()));
}

Outcome<std::size_t> run_signer(Call& call, crypto::Signer& signer) {
  if (call.out.size() < signer.signature_size()) return too_small();
  return with_signed_data(call, [&](ByteView data) -> Outcome<std::size_t> {
    // Into private memory first: the padded block that RSA begins with is not for the peer's eyes.
    std::array<std::uint8_t, crypto::kSignatureSizeMax> signature;
    auto size = signer.sign(data, signature);
    if (!size) return refuse_as(kSigning, size.error());
    return give(ByteView(signature).first(*size), call.out);
  });
}

Outcome<std::size_t> run_verifier(Call& call, crypto::Verifier& verifier) {
  const ByteView signature = call.request.signature;
  if (signature.size() != verifier.signature_size()) {
    return refuse(CKR_SIGNATURE_LEN_RANGE, "the signature has another length");
  }
  return with_signed_data(call, [&](ByteView data) -> Outcome<std::size_t> {
    if (auto good = verifier.verify(data, signature); !good) {
      return refuse_as(kVerifying, good.error());
    }
    return 0;
  });
}

// ---- RSA encryption -----------------------------------------------------------------------------

Outcome<std::size_t> run_encrypter(Call& call, crypto::RsaEncrypter& encrypter) {
  if (call.in.size() > encrypter.plaintext_size_max()) {
    return refuse(CKR_DATA_LEN_RANGE, "the data is longer than key and padding allow");
  }
  const auto loan = call.cache.borrow(call.in.size());
  if (!call.in.empty()) std::memcpy(loan.bytes().data(), call.in.data(), call.in.size());
  std::array<std::uint8_t, crypto::kRsaSizeMax> ciphertext;
  auto size = encrypter.encrypt(loan.bytes(), ciphertext);
  if (!size) return refuse_as(kEnciphering, size.error());
  return give(ByteView(ciphertext).first(*size), call.out);
}

Outcome<std::size_t> run_decrypter(Call& call, crypto::RsaDecrypter& decrypter) {
  if (call.in.size() != decrypter.ciphertext_size()) {
    return refuse(CKR_ENCRYPTED_DATA_LEN_RANGE, "the data is not as long as the modulus");
  }
  std::array<std::uint8_t, crypto::kRsaSizeMax> ciphertext;
  std::memcpy(ciphertext.data(), call.in.data(), call.in.size());
  const auto loan = call.cache.borrow(decrypter.ciphertext_size());
  auto size = decrypter.decrypt(ByteView(ciphertext).first(call.in.size()), loan.bytes());
  if (!size) return refuse_as(kDeciphering, size.error());
  return give(loan.bytes().first(*size), call.out);
}

// ---- Dispatch -----------------------------------------------------------------------------------

Outcome<std::size_t> run(Call& call, Context& context) {
  if (auto* aes = std::get_if<crypto::AesCipher>(&context)) return run_aes(call, *aes);
  if (auto* hmac = std::get_if<crypto::Hmac>(&context)) return run_hmac(call, *hmac);
  if (auto* signer = std::get_if<crypto::Signer>(&context)) return run_signer(call, *signer);
  if (auto* verifier = std::get_if<crypto::Verifier>(&context)) {
    return run_verifier(call, *verifier);
  }
  if (auto* rsa = std::get_if<crypto::RsaEncrypter>(&context)) return run_encrypter(call, *rsa);
  if (auto* rsa = std::get_if<crypto::RsaDecrypter>(&context)) return run_decrypter(call, *rsa);
  return refuse(CKR_GENERAL_ERROR, "an empty context");
}

Binding binding_of(const MechanismFacts& mechanism, const wire::Operate& request) {
  Binding binding{.mechanism = mechanism.type, .kind = request.kind};
  if (mechanism.parameter == cryptoki::ParameterKind::kPss ||
      mechanism.parameter == cryptoki::ParameterKind::kOaep) {
    binding.number_a = request.mechanism.number_a;
    binding.number_b = request.mechanism.number_b;
    binding.number_c = request.mechanism.number_c;
  }
  return binding;
}

}  // namespace

Outcome<std::size_t> operate(ContextCache& contexts, const ObjectPtr& key,
                             const wire::Operate& request, ByteView in, bool in_shared,
                             MutableByteView out) {
  ASSIGN_OR_RETURN(const MechanismFacts* mechanism, known_mechanism(request.mechanism));
  if (request.prehashed && !mechanism->hash_and_sign()) {
    return refuse(CKR_ARGUMENTS_BAD, "prehashed data for a mechanism that does not hash");
  }
  Call call{contexts, *mechanism, request, in, in_shared, out};
  const Binding binding = binding_of(*mechanism, request);
  // A label is part of an OAEP context and has no bound place in a binding; labels are rare.
  const bool keeps = mechanism->family != Family::kRsaOaep || request.mechanism.first.empty();
  if (keeps) {
    if (Context* kept = contexts.find(*key, binding)) return run(call, *kept);
  }

  RETURN_IF_ERROR(admit(*key, *mechanism, operation_of(request.kind)));
  ASSIGN_OR_RETURN(Context made, make_context(*key, *mechanism, request.kind, request.mechanism));
  if (!keeps) return run(call, made);
  return run(call, contexts.keep(key, binding, std::move(made)));
}

}  // namespace azekura::hsm::token
