#include "hsm/token/mechanisms_testing.h"

#include <gtest/gtest.h>

#include <cstring>

namespace azekura::hsm::token {
namespace {

Handle next_handle() {
  static Handle last = 0;
  return ++last;
}

Asker asker(bool security_officer = false) {
  return {.security_officer = security_officer, .user = true, .read_write = true};
}

Draft must(Outcome<Draft> draft) {
  EXPECT_TRUE(draft) << (draft ? "" : draft.error().why);
  return draft ? std::move(*draft) : Draft{};
}

}  // namespace

Asked& Asked::number(CK_ATTRIBUTE_TYPE type, std::uint64_t value) {
  Bytes octets_of(sizeof value);
  std::memcpy(octets_of.data(), &value, sizeof value);
  return octets(type, std::move(octets_of));
}

Asked& Asked::octets(CK_ATTRIBUTE_TYPE type, Bytes value) {
  types_.push_back(type);
  values_.push_back(std::move(value));
  return *this;
}

Asked& Asked::hex(CK_ATTRIBUTE_TYPE type, std::string_view value) {
  return octets(type, token::hex(value));
}

Asked& Asked::flags(std::initializer_list<CK_ATTRIBUTE_TYPE> types) {
  for (const CK_ATTRIBUTE_TYPE type : types) flag(type, true);
  return *this;
}

wire::Template Asked::view() const {
  wire::Template attributes;
  for (std::size_t i = 0; i < types_.size(); ++i) attributes.push_back({types_[i], values_[i]});
  return attributes;
}

ObjectPtr object_of(Draft draft) {
  return std::make_shared<const Object>(next_handle(), 0, nullptr, 0, std::move(draft));
}

Outcome<Draft> create(const Asked& asked, bool security_officer) {
  ASSIGN_OR_RETURN(Draft draft, draft_from_template({.origin = Origin::kCreated,
                                                     .object_class = std::nullopt,
                                                     .key_type = std::nullopt,
                                                     .asker = asker(security_officer)},
                                                    asked.view()));
  RETURN_IF_ERROR(complete_created(draft));
  return draft;
}

Outcome<Draft> generate(CK_MECHANISM_TYPE mechanism, const Asked& asked) {
  ASSIGN_OR_RETURN(const CK_KEY_TYPE key_type, key_type_made_by(mechanism));
  ASSIGN_OR_RETURN(Draft draft, draft_from_template({.origin = Origin::kGenerated,
                                                     .object_class = CKO_SECRET_KEY,
                                                     .key_type = key_type,
                                                     .mechanism = mechanism,
                                                     .asker = asker()},
                                                    asked.view()));
  RETURN_IF_ERROR(generate_key({.type = mechanism}, draft));
  return draft;
}

Outcome<std::pair<Draft, Draft>> generate_pair(CK_MECHANISM_TYPE mechanism, const Asked& public_key,
                                               const Asked& private_key) {
  ASSIGN_OR_RETURN(const CK_KEY_TYPE key_type, key_type_made_by(mechanism));
  DraftRequest request{.origin = Origin::kGenerated,
                       .object_class = CKO_PUBLIC_KEY,
                       .key_type = key_type,
                       .mechanism = mechanism,
                       .asker = asker()};
  ASSIGN_OR_RETURN(Draft half, draft_from_template(request, public_key.view()));
  request.object_class = CKO_PRIVATE_KEY;
  ASSIGN_OR_RETURN(Draft whole, draft_from_template(request, private_key.view()));
  RETURN_IF_ERROR(generate_key_pair({.type = mechanism}, half, whole));
  return std::pair(std::move(half), std::move(whole));
}

Outcome<Draft> unwrap(const wire::Mechanism& mechanism, const ObjectPtr& unwrapping_key,
                      ByteView wrapped, const Asked& asked) {
  ASSIGN_OR_RETURN(Draft draft, draft_from_template({.origin = Origin::kUnwrapped,
                                                     .object_class = std::nullopt,
                                                     .key_type = std::nullopt,
                                                     .parent = unwrapping_key.get(),
                                                     .asker = asker()},
                                                    asked.view()));
  RETURN_IF_ERROR(unwrap_key(mechanism, *unwrapping_key, wrapped, draft));
  return draft;
}

Outcome<Draft> derive(const wire::Mechanism& mechanism, const ObjectPtr& base_key,
                      const Asked& asked) {
  ASSIGN_OR_RETURN(Draft draft, draft_from_template({.origin = Origin::kDerived,
                                                     .object_class = CKO_SECRET_KEY,
                                                     .key_type = CKK_GENERIC_SECRET,
                                                     .parent = base_key.get(),
                                                     .asker = asker()},
                                                    asked.view()));
  RETURN_IF_ERROR(derive_key(mechanism, *base_key, draft));
  return draft;
}

ObjectPtr created(const Asked& asked) { return object_of(must(create(asked))); }

ObjectPtr generated(CK_MECHANISM_TYPE mechanism, const Asked& asked) {
  return object_of(must(generate(mechanism, asked)));
}

ObjectPair generated_pair(CK_MECHANISM_TYPE mechanism, const Asked& public_key,
                          const Asked& private_key) {
  auto pair = generate_pair(mechanism, public_key, private_key);
  EXPECT_TRUE(pair) << (pair ? "" : pair.error().why);
  if (!pair) return {object_of({}), object_of({})};
  return {object_of(std::move(pair->first)), object_of(std::move(pair->second))};
}

namespace {

ObjectPtr secret_of_type(CK_KEY_TYPE key_type, std::string_view digits,
                         std::initializer_list<CK_ATTRIBUTE_TYPE> usages) {
  Asked asked;
  asked.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, key_type).hex(CKA_VALUE, digits);
  for (const CK_ATTRIBUTE_TYPE type :
       {CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN, CKA_VERIFY, CKA_WRAP, CKA_UNWRAP}) {
    asked.flag(type, std::find(usages.begin(), usages.end(), type) != usages.end());
  }
  asked.flag(CKA_EXTRACTABLE,
             std::find(usages.begin(), usages.end(), CKA_EXTRACTABLE) != usages.end());
  return created(asked);
}

}  // namespace

ObjectPtr aes_key(std::string_view digits, std::initializer_list<CK_ATTRIBUTE_TYPE> usages) {
  return secret_of_type(CKK_AES, digits, usages);
}

ObjectPtr secret_key(std::string_view digits, std::initializer_list<CK_ATTRIBUTE_TYPE> usages) {
  return secret_of_type(CKK_GENERIC_SECRET, digits, usages);
}

const ObjectPair& rsa_pair() {
  static const auto* pair = new ObjectPair(generated_pair(
      CKM_RSA_PKCS_KEY_PAIR_GEN,
      Asked().number(CKA_MODULUS_BITS, 2048).flags({CKA_VERIFY, CKA_ENCRYPT, CKA_WRAP}),
      Asked().flags({CKA_SIGN, CKA_DECRYPT, CKA_UNWRAP})));
  return *pair;
}

ObjectPair ec_pair(ByteView params) {
  return generated_pair(CKM_EC_KEY_PAIR_GEN, Asked().octets(CKA_EC_PARAMS, to_bytes(params)));
}

Outcome<Bytes> operated(ContextCache& contexts, const ObjectPtr& key, const wire::Operate& request,
                        ByteView in) {
  Bytes out(in.size() + 2048);
  ASSIGN_OR_RETURN(const std::size_t size, operate(contexts, key, request, in, true, out));
  out.resize(size);
  return out;
}

Bytes hex(std::string_view digits) {
  const auto octets = from_hex(digits);
  EXPECT_TRUE(octets) << digits;
  return octets.value_or(Bytes{});
}

}  // namespace azekura::hsm::token
