// Big numbers that are wiped, and parameters made of them. Internal to src/crypto.
#pragma once

#include <openssl/bn.h>
#include <openssl/params.h>

#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/key.h"

namespace azekura::crypto {

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;
using NumberContext = std::unique_ptr<BN_CTX, FreeNumber>;

// Null when out of memory.
Number number_from(ByteView big_endian);
// Without leading zeros, or with `width` octets.
Secret secret_from(const BIGNUM* number);
Result<Secret> secret_from(const BIGNUM* number, std::size_t width);

// Parameters for EVP_PKEY_fromdata. Numbers are copied and wiped; the rest must outlive the list.
class KeyParams {
 public:
  void number(const char* name, ByteView big_endian);
  void octets(const char* name, ByteView octets);
  void text(const char* name, const char* text);
  // Valid until the list changes.
  OSSL_PARAM* list();

 private:
  std::vector<OSSL_PARAM> params_;
  std::vector<Secret> numbers_;
};

// A complete set of RSA numbers, computed from and checked against what is there: sizes, n = pq,
// and that every exponent and the coefficient do what they must. kInvalid if not. Not in constant
// time: it is done when a key is brought in, not when it is used.
Result<RsaPrivateParts> complete_rsa(const RsaPrivateView& parts);

}  // namespace azekura::crypto
