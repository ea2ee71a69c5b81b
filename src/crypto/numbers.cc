#include "crypto/numbers.h"

#include <algorithm>

#include "crypto/der_codec.h"
#include "crypto/library.h"

namespace azekura::crypto {
namespace {

tl::unexpected<Error> fail_numbers() {
  return fail_library(Code::kInternal, "arithmetic of an RSA key failed");
}
tl::unexpected<Error> fail_rsa() {
  forget_library_errors();
  return fail(Code::kInvalid, "the numbers of the RSA key do not belong together");
}

struct RsaNumbers {
  Number n, e, d, p, q, dp, dq, qinv;
};

// p and q out of n, e and d (SP 800-56B, appendix C.1): a square root of 1 modulo n other than 1
// and -1 gives a factor, and half of all bases lead to one.
Status recover_primes(RsaNumbers& key, BN_CTX* context) {
  constexpr int kTriesMax = 128;
  Number odd(BN_new());
  Number base(BN_new());
  Number root(BN_new());
  Number square(BN_new());
  Number minus_one(BN_dup(key.n.get()));
  key.p.reset(BN_new());
  key.q.reset(BN_new());
  if (odd == nullptr || base == nullptr || root == nullptr || square == nullptr ||
      minus_one == nullptr || key.p == nullptr || key.q == nullptr ||
      !BN_sub_word(minus_one.get(), 1) || !BN_mul(odd.get(), key.e.get(), key.d.get(), context) ||
      !BN_sub_word(odd.get(), 1)) {
    return fail_numbers();
  }
  if (BN_is_zero(odd.get()) || BN_is_odd(odd.get())) return fail_rsa();
  int halvings = 0;
  while (!BN_is_bit_set(odd.get(), halvings)) ++halvings;
  if (!BN_rshift(odd.get(), odd.get(), halvings)) return fail_numbers();

  for (int i = 0; i < kTriesMax; ++i) {
    if (!BN_priv_rand_range_ex(base.get(), key.n.get(), 0, context) ||
        !BN_mod_exp(root.get(), base.get(), odd.get(), key.n.get(), context)) {
      return fail_numbers();
    }
    for (int j = 0; j < halvings; ++j) {
      if (BN_is_one(root.get()) || BN_cmp(root.get(), minus_one.get()) == 0) break;
      if (!BN_mod_sqr(square.get(), root.get(), key.n.get(), context)) return fail_numbers();
      if (BN_is_one(square.get())) {
        if (!BN_sub_word(root.get(), 1) || !BN_gcd(key.p.get(), root.get(), key.n.get(), context) ||
            !BN_div(key.q.get(), nullptr, key.n.get(), key.p.get(), context)) {
          return fail_numbers();
        }
        if (BN_cmp(key.p.get(), key.q.get()) < 0) std::swap(key.p, key.q);
        return {};
      }
      std::swap(root, square);
    }
  }
  return fail_rsa();
}

Number less_one(const Number& number) {
  Number less(BN_dup(number.get()));
  if (less == nullptr || !BN_sub_word(less.get(), 1)) return nullptr;
  return less;
}

bool product_is_one(const Number& a, const Number& b, const Number& modulus, BN_CTX* context) {
  Number product(BN_new());
  return product != nullptr &&
         BN_mod_mul(product.get(), a.get(), b.get(), modulus.get(), context) &&
         BN_is_one(product.get());
}

Status check_numbers(const RsaNumbers& key, const Number& p1, const Number& q1, BN_CTX* context) {
  Number product(BN_new());
  if (product == nullptr || !BN_mul(product.get(), key.p.get(), key.q.get(), context)) {
    return fail_numbers();
  }
  if (BN_cmp(product.get(), key.n.get()) != 0 || BN_cmp(key.d.get(), key.n.get()) >= 0 ||
      BN_cmp(key.dp.get(), p1.get()) >= 0 || BN_cmp(key.dq.get(), q1.get()) >= 0 ||
      BN_cmp(key.qinv.get(), key.p.get()) >= 0) {
    return fail_rsa();
  }
  if (!product_is_one(key.e, key.d, p1, context) || !product_is_one(key.e, key.d, q1, context) ||
      !product_is_one(key.e, key.dp, p1, context) || !product_is_one(key.e, key.dq, q1, context) ||
      !product_is_one(key.q, key.qinv, key.p, context)) {
    return fail_rsa();
  }
  return {};
}

}  // namespace

Number number_from(ByteView big_endian) {
  return Number(BN_bin2bn(non_null(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

Secret secret_from(const BIGNUM* number) {
  Secret secret(static_cast<std::size_t>(BN_num_bytes(number)));
  if (!secret.empty()) BN_bn2bin(number, secret.fill(Purpose::kCipher).data());
  return secret;
}

Result<Secret> secret_from(const BIGNUM* number, std::size_t width) {
  Secret secret(width);
  if (BN_bn2binpad(number, secret.fill(Purpose::kCipher).data(), static_cast<int>(width)) < 0) {
    return fail_library(Code::kInternal, "a number of a key is larger than its key");
  }
  return secret;
}

void KeyParams::number(const char* name, ByteView big_endian) {
  Secret native(big_endian.size());
  const MutableByteView octets = native.fill(Purpose::kCipher);
  std::reverse_copy(big_endian.begin(), big_endian.end(), octets.begin());
  params_.push_back(OSSL_PARAM_construct_BN(name, octets.data(), octets.size()));
  numbers_.push_back(std::move(native));
}

void KeyParams::octets(const char* name, ByteView octets) {
  params_.push_back(OSSL_PARAM_construct_octet_string(
      name, const_cast<std::uint8_t*>(octets.data()), octets.size()));
}

void KeyParams::text(const char* name, const char* text) {
  params_.push_back(OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(text), 0));
}

OSSL_PARAM* KeyParams::list() {
  params_.push_back(OSSL_PARAM_construct_end());
  return params_.data();
}

Result<RsaPrivateParts> complete_rsa(const RsaPrivateView& parts) {
  for (const ByteView part : {parts.private_exponent, parts.prime1, parts.prime2, parts.exponent1,
                              parts.exponent2, parts.coefficient}) {
    if (trim_zeros(part).size() > trim_zeros(parts.modulus).size()) return fail_rsa();
  }
  const NumberContext context(BN_CTX_new_ex(library_context()));
  RsaNumbers key{.n = number_from(parts.modulus),
                 .e = number_from(parts.public_exponent),
                 .d = number_from(parts.private_exponent),
                 .p = number_from(parts.prime1),
                 .q = number_from(parts.prime2),
                 .dp = number_from(parts.exponent1),
                 .dq = number_from(parts.exponent2),
                 .qinv = number_from(parts.coefficient)};
  for (const Number* number :
       {&key.n, &key.e, &key.d, &key.p, &key.q, &key.dp, &key.dq, &key.qinv}) {
    if (*number == nullptr) return fail_numbers();
  }
  if (context == nullptr) return fail_numbers();
  if (BN_is_zero(key.d.get()) || BN_is_zero(key.p.get()) != BN_is_zero(key.q.get())) {
    return fail_rsa();
  }
  if (BN_is_zero(key.p.get())) RETURN_IF_ERROR(recover_primes(key, context.get()));
  const Number p1 = less_one(key.p);
  const Number q1 = less_one(key.q);
  if (p1 == nullptr || q1 == nullptr) return fail_numbers();
  if (BN_is_zero(p1.get()) || BN_is_zero(q1.get())) return fail_rsa();
  if (BN_is_zero(key.dp.get()) && !BN_mod(key.dp.get(), key.d.get(), p1.get(), context.get())) {
    return fail_numbers();
  }
  if (BN_is_zero(key.dq.get()) && !BN_mod(key.dq.get(), key.d.get(), q1.get(), context.get())) {
    return fail_numbers();
  }
  if (BN_is_zero(key.qinv.get()) &&
      BN_mod_inverse(key.qinv.get(), key.q.get(), key.p.get(), context.get()) == nullptr) {
    return fail_rsa();
  }
  RETURN_IF_ERROR(check_numbers(key, p1, q1, context.get()));
  return RsaPrivateParts{.private_exponent = secret_from(key.d.get()),
                         .prime1 = secret_from(key.p.get()),
                         .prime2 = secret_from(key.q.get()),
                         .exponent1 = secret_from(key.dp.get()),
                         .exponent2 = secret_from(key.dq.get()),
                         .coefficient = secret_from(key.qinv.get())};
}

}  // namespace azekura::crypto
