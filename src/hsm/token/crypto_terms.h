// Crypto's terms in PKCS#11's: hashes, and what its errors mean to a caller of Cryptoki.
#pragma once

#include "base/result.h"
#include "crypto/hash.h"
#include "hsm/cryptoki/outcome.h"

namespace azekura::hsm::token {

// REQUIRES: cryptoki::digest_size(digest) > 0; what mechanism facts and checked parameters name.
constexpr crypto::Hash hash_of(CK_MECHANISM_TYPE digest) {
  switch (digest) {
    case CKM_SHA_1:
      return crypto::Hash::kSha1;
    case CKM_SHA224:
      return crypto::Hash::kSha224;
    case CKM_SHA384:
      return crypto::Hash::kSha384;
    case CKM_SHA512:
      return crypto::Hash::kSha512;
    default:
      return crypto::Hash::kSha256;
  }
}

// What an error of the crypto room means depends on who asked: `invalid` for an input of the wrong
// size or form, `corrupt` for one that was forged or damaged. What is not the caller's fault is
// CKR_FUNCTION_FAILED.
struct Meaning {
  CK_RV invalid = CKR_FUNCTION_FAILED;
  CK_RV corrupt = CKR_FUNCTION_FAILED;
};
inline tl::unexpected<Failure> refuse_as(const Meaning& meaning, const Error& error) {
  switch (error.code) {
    case Code::kInvalid:
    case Code::kUnsupported:
    case Code::kExhausted:
      return refuse(meaning.invalid, error.message);
    case Code::kCorrupt:
    case Code::kDenied:
      return refuse(meaning.corrupt, error.message);
    default:
      return refuse(CKR_FUNCTION_FAILED, error.message);
  }
}

}  // namespace azekura::hsm::token
