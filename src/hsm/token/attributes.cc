#include "hsm/token/attributes.h"

#include <algorithm>
#include <array>
#include <string>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "hsm/cryptoki/names.h"

namespace azekura::hsm::token {
namespace {

// ---- The table ----------------------------------------------------------------------------------

// What an object is, as far as its attributes go: one bit each.
using Species = std::uint32_t;
constexpr Species kData = 1 << 0;
constexpr Species kCertificate = 1 << 1;
constexpr Species kPublicRsa = 1 << 2;
constexpr Species kPublicEc = 1 << 3;
constexpr Species kPublicEd = 1 << 4;
constexpr Species kPrivateRsa = 1 << 5;
constexpr Species kPrivateEc = 1 << 6;
constexpr Species kPrivateEd = 1 << 7;
constexpr Species kAes = 1 << 8;
constexpr Species kGeneric = 1 << 9;  // CKK_GENERIC_SECRET and the HMAC key types
constexpr Species kPublic = kPublicRsa | kPublicEc | kPublicEd;
constexpr Species kPrivate = kPrivateRsa | kPrivateEc | kPrivateEd;
constexpr Species kSecret = kAes | kGeneric;
constexpr Species kCurve = kPublicEc | kPublicEd;
constexpr Species kCurvePrivate = kPrivateEc | kPrivateEd;
constexpr Species kKey = kPublic | kPrivate | kSecret;
constexpr Species kGuarded = kPrivate | kSecret;
constexpr Species kAny = kData | kCertificate | kKey;

enum class Kind : std::uint8_t { kFlag, kNumber, kBytes, kDate, kMechanisms, kTemplate };

// Whose template may name an attribute: one bit for each origin but kCopied, which changes.
using Givers = std::uint8_t;
constexpr Givers kNobody = 0;
constexpr Givers kCreate = 1;
constexpr Givers kGenerate = 2;
constexpr Givers kUnwrap = 4;
constexpr Givers kDerive = 8;
constexpr Givers kMade = kGenerate | kUnwrap | kDerive;
constexpr Givers kAll = kCreate | kMade;

enum class Change : std::uint8_t {
  kNever,
  kFree,           // C_SetAttributeValue and C_CopyObject
  kOnlyTrue,       // both, and never back
  kOnlyFalse,      // both, and never back
  kCopy,           // C_CopyObject alone
  kCopyOnlyTrue,   // C_CopyObject alone, and never back
  kCopyOnlyFalse,  // C_CopyObject alone, and never back
};

// What a silent template means.
enum class Silence : std::uint8_t { kAbsent, kFalse, kTrue, kZero, kEmpty };

struct Rule {
  CK_ATTRIBUTE_TYPE type;
  Species holders;
  Kind kind;
  Givers given;
  Givers needed;
  Change change;
  Silence silence;
  bool secret = false;
};

using enum Change;
using enum Silence;
using enum Kind;

// Ascending types. An attribute that differs between species has a line for each.
constexpr Rule kRules[] = {
    {CKA_CLASS, kAny, kNumber, kAll, kNobody, Change::kNever, kAbsent},
    {CKA_TOKEN, kAny, kFlag, kAll, kNobody, kCopy, kFalse},
    {CKA_PRIVATE, kGuarded, kFlag, kAll, kNobody, kCopyOnlyTrue, kTrue},
    {CKA_PRIVATE, kAny & ~kGuarded, kFlag, kAll, kNobody, kCopyOnlyTrue, kFalse},
    {CKA_LABEL, kAny, kBytes, kAll, kNobody, kFree, kEmpty},
    {CKA_UNIQUE_ID, kAny, kBytes, kNobody, kNobody, kNever, kAbsent},
    {CKA_APPLICATION, kData, kBytes, kCreate, kNobody, kFree, kEmpty},
    {CKA_VALUE, kData, kBytes, kCreate, kNobody, kFree, kEmpty},
    {CKA_VALUE, kCertificate, kBytes, kCreate, kNobody, kNever, kEmpty},
    {CKA_VALUE, kCurvePrivate | kSecret, kBytes, kCreate, kCreate, kNever, kAbsent, true},
    {CKA_OBJECT_ID, kData, kBytes, kCreate, kNobody, kFree, kEmpty},
    {CKA_CERTIFICATE_TYPE, kCertificate, kNumber, kCreate, kCreate, kNever, kAbsent},
    {CKA_ISSUER, kCertificate, kBytes, kCreate, kNobody, kFree, kEmpty},
    {CKA_SERIAL_NUMBER, kCertificate, kBytes, kCreate, kNobody, kFree, kEmpty},
    {CKA_TRUSTED, kCertificate | kPublic | kSecret, kFlag, kAll, kNobody, kFree, kFalse},
    {CKA_CERTIFICATE_CATEGORY, kCertificate, kNumber, kCreate, kNobody, kNever, kZero},
    {CKA_JAVA_MIDP_SECURITY_DOMAIN, kCertificate, kNumber, kCreate, kNobody, kNever, kZero},
    {CKA_URL, kCertificate, kBytes, kCreate, kNobody, kNever, kEmpty},
    {CKA_HASH_OF_SUBJECT_PUBLIC_KEY, kCertificate, kBytes, kCreate, kNobody, kNever, kEmpty},
    {CKA_HASH_OF_ISSUER_PUBLIC_KEY, kCertificate, kBytes, kCreate, kNobody, kNever, kEmpty},
    {CKA_NAME_HASH_ALGORITHM, kCertificate, kNumber, kCreate, kNobody, kNever, kAbsent},
    {CKA_CHECK_VALUE, kCertificate | kSecret, kBytes, kAll, kNobody, kNever, kAbsent},
    {CKA_KEY_TYPE, kKey, kNumber, kAll, kNobody, kNever, kAbsent},
    {CKA_SUBJECT, kCertificate, kBytes, kCreate, kCreate, kNever, kAbsent},
    {CKA_SUBJECT, kPublic | kPrivate, kBytes, kAll, kNobody, kFree, kEmpty},
    {CKA_ID, kCertificate | kKey, kBytes, kAll, kNobody, kFree, kEmpty},
    {CKA_SENSITIVE, kGuarded, kFlag, kAll, kNobody, kOnlyTrue, kTrue},
    {CKA_ENCRYPT, kPublicRsa | kAes, kFlag, kAll, kNobody, kOnlyFalse, kTrue},
    {CKA_ENCRYPT, kCurve | kGeneric, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_DECRYPT, kPrivateRsa | kAes, kFlag, kAll, kNobody, kOnlyFalse, kTrue},
    {CKA_DECRYPT, kCurvePrivate | kGeneric, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_WRAP, kPublic | kSecret, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_UNWRAP, kGuarded, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_SIGN, kPrivate | kGeneric, kFlag, kAll, kNobody, kOnlyFalse, kTrue},
    {CKA_SIGN, kAes, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_SIGN_RECOVER, kPrivate, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_VERIFY, kPublic | kGeneric, kFlag, kAll, kNobody, kOnlyFalse, kTrue},
    {CKA_VERIFY, kAes, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_VERIFY_RECOVER, kPublic, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_DERIVE, kPrivateEc, kFlag, kAll, kNobody, kOnlyFalse, kTrue},
    {CKA_DERIVE, kKey & ~kPrivateEc, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_START_DATE, kCertificate | kKey, kDate, kAll, kNobody, kFree, kEmpty},
    {CKA_END_DATE, kCertificate | kKey, kDate, kAll, kNobody, kFree, kEmpty},
    {CKA_MODULUS, kPublicRsa | kPrivateRsa, kBytes, kCreate, kCreate, kNever, kAbsent},
    {CKA_MODULUS_BITS, kPublicRsa, kNumber, kGenerate, kGenerate, kNever, kAbsent},
    {CKA_PUBLIC_EXPONENT, kPublicRsa, kBytes, kCreate | kGenerate, kCreate, kNever, kAbsent},
    {CKA_PUBLIC_EXPONENT, kPrivateRsa, kBytes, kCreate, kNobody, kNever, kAbsent},
    {CKA_PRIVATE_EXPONENT, kPrivateRsa, kBytes, kCreate, kCreate, kNever, kAbsent, true},
    {CKA_PRIME_1, kPrivateRsa, kBytes, kCreate, kNobody, kNever, kAbsent, true},
    {CKA_PRIME_2, kPrivateRsa, kBytes, kCreate, kNobody, kNever, kAbsent, true},
    {CKA_EXPONENT_1, kPrivateRsa, kBytes, kCreate, kNobody, kNever, kAbsent, true},
    {CKA_EXPONENT_2, kPrivateRsa, kBytes, kCreate, kNobody, kNever, kAbsent, true},
    {CKA_COEFFICIENT, kPrivateRsa, kBytes, kCreate, kNobody, kNever, kAbsent, true},
    {CKA_PUBLIC_KEY_INFO, kCertificate | kPublic | kPrivate, kBytes, kCreate, kNobody, kNever,
     kEmpty},
    {CKA_VALUE_LEN, kSecret, kNumber, kAll, kGenerate, kNever, kAbsent},
    {CKA_EXTRACTABLE, kGuarded, kFlag, kAll, kNobody, kOnlyFalse, kFalse},
    {CKA_LOCAL, kKey, kFlag, kNobody, kNobody, kNever, kFalse},
    {CKA_NEVER_EXTRACTABLE, kGuarded, kFlag, kNobody, kNobody, kNever, kFalse},
    {CKA_ALWAYS_SENSITIVE, kGuarded, kFlag, kNobody, kNobody, kNever, kFalse},
    {CKA_KEY_GEN_MECHANISM, kKey, kNumber, kNobody, kNobody, kNever, kAbsent},
    {CKA_MODIFIABLE, kAny, kFlag, kAll, kNobody, kCopyOnlyFalse, kTrue},
    {CKA_COPYABLE, kAny, kFlag, kAll, kNobody, kOnlyFalse, kTrue},
    {CKA_DESTROYABLE, kAny, kFlag, kAll, kNobody, kOnlyFalse, kTrue},
    {CKA_EC_PARAMS, kCurve, kBytes, kCreate | kGenerate, kCreate | kGenerate, kNever, kAbsent},
    {CKA_EC_PARAMS, kCurvePrivate, kBytes, kCreate, kCreate, kNever, kAbsent},
    {CKA_EC_POINT, kCurve, kBytes, kCreate, kCreate, kNever, kAbsent},
    {CKA_ALWAYS_AUTHENTICATE, kPrivate, kFlag, kAll, kNobody, kNever, kFalse},
    {CKA_WRAP_WITH_TRUSTED, kGuarded, kFlag, kAll, kNobody, kOnlyTrue, kFalse},
    {CKA_WRAP_TEMPLATE, kPublic | kSecret, kTemplate, kAll, kNobody, kNever, kAbsent},
    {CKA_UNWRAP_TEMPLATE, kGuarded, kTemplate, kAll, kNobody, kNever, kAbsent},
    {CKA_DERIVE_TEMPLATE, kGuarded, kTemplate, kAll, kNobody, kNever, kAbsent},
    {CKA_ALLOWED_MECHANISMS, kKey, kMechanisms, kAll, kNobody, kNever, kAbsent},
};

constexpr bool ascending() {
  for (std::size_t i = 1; i < std::size(kRules); ++i) {
    if (kRules[i - 1].type > kRules[i].type) return false;
  }
  return true;
}
static_assert(ascending());

std::span<const Rule> rules_of(CK_ATTRIBUTE_TYPE type) {
  auto [first, last] =
      std::equal_range(std::begin(kRules), std::end(kRules), Rule{.type = type},
                       [](const Rule& left, const Rule& right) { return left.type < right.type; });
  return {first, last};
}

const Rule* rule_of(CK_ATTRIBUTE_TYPE type, Species species) {
  for (const Rule& rule : rules_of(type)) {
    if ((rule.holders & species) != 0) return &rule;
  }
  return nullptr;
}

std::optional<Species> key_species(CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type) {
  switch (object_class) {
    case CKO_PUBLIC_KEY:
      if (key_type == CKK_RSA) return kPublicRsa;
      if (key_type == CKK_EC) return kPublicEc;
      if (key_type == CKK_EC_EDWARDS) return kPublicEd;
      break;
    case CKO_PRIVATE_KEY:
      if (key_type == CKK_RSA) return kPrivateRsa;
      if (key_type == CKK_EC) return kPrivateEc;
      if (key_type == CKK_EC_EDWARDS) return kPrivateEd;
      break;
    case CKO_SECRET_KEY:
      switch (key_type) {
        case CKK_AES:
          return kAes;
        case CKK_GENERIC_SECRET:
        case CKK_SHA_1_HMAC:
        case CKK_SHA224_HMAC:
        case CKK_SHA256_HMAC:
        case CKK_SHA384_HMAC:
        case CKK_SHA512_HMAC:
          return kGeneric;
        default:
          break;
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

Givers giver_of(Origin origin) {
  switch (origin) {
    case Origin::kCreated:
      return kCreate;
    case Origin::kGenerated:
      return kGenerate;
    case Origin::kUnwrapped:
      return kUnwrap;
    case Origin::kDerived:
      return kDerive;
    case Origin::kCopied:
      return kNobody;
  }
  return kNobody;
}

std::string name_of(CK_ATTRIBUTE_TYPE type) {
  const std::string_view name = cryptoki::name_of_attribute(type);
  return name.empty() ? "attribute " + std::to_string(type) : std::string(name);
}

// ---- Values -------------------------------------------------------------------------------------

bool same(ByteView left, ByteView right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

// CK_DATE: "YYYYMMDD", or nothing.
bool is_date(ByteView value) {
  if (value.empty()) return true;
  if (value.size() != 8) return false;
  if (!std::all_of(value.begin(), value.end(), [](auto c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  const int month = (value[4] - '0') * 10 + (value[5] - '0');
  const int day = (value[6] - '0') * 10 + (value[7] - '0');
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool is_value(Kind kind, ByteView value) {
  switch (kind) {
    case kFlag:
      return value.size() == 1 && value[0] <= 1;
    case kNumber:
      return value.size() == sizeof(std::uint64_t);
    case kBytes:
      return true;
    case kDate:
      return is_date(value);
    // An empty list would forbid everything or nothing, depending on whom one asks.
    case kMechanisms:
      return !value.empty() && value.size() % sizeof(std::uint64_t) == 0;
    case kTemplate:
      return nested_template(value).has_value();
  }
  return false;
}

std::uint64_t number_in(ByteView value) {
  std::uint64_t number = 0;
  std::memcpy(&number, value.data(), sizeof number);
  return number;
}

const wire::Attribute* find_in(const wire::Template& attributes, CK_ATTRIBUTE_TYPE type) {
  for (const wire::Attribute& attribute : attributes) {
    if (attribute.type == type) return &attribute;
  }
  return nullptr;
}

Outcome<std::optional<std::uint64_t>> number_of(const wire::Template& attributes,
                                                CK_ATTRIBUTE_TYPE type) {
  const wire::Attribute* found = find_in(attributes, type);
  if (found == nullptr) return std::nullopt;
  if (!is_value(kNumber, found->value)) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID, name_of(type) + " is not a number");
  }
  return number_in(found->value);
}

Outcome<void> check_shape(const wire::Template& attributes) {
  if (attributes.size() > wire::kTemplateItemsMax) {
    return refuse(CKR_ARGUMENTS_BAD, "the template has too many attributes");
  }
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      // PKCS#11 3.2 §4.1.1: the same value again should do no harm.
      if (attributes[i].type == attributes[j].type &&
          !same(attributes[i].value, attributes[j].value)) {
        return refuse(CKR_TEMPLATE_INCONSISTENT,
                      name_of(attributes[i].type) + " is given two values");
      }
    }
  }
  return {};
}

// The rule for an attribute that a template names, after a look at its value.
Outcome<const Rule*> checked_rule(const wire::Attribute& attribute, Species species) {
  if (rules_of(attribute.type).empty()) {
    return refuse(CKR_ATTRIBUTE_TYPE_INVALID, name_of(attribute.type) + " is not known");
  }
  const Rule* rule = rule_of(attribute.type, species);
  if (rule == nullptr) {
    return refuse(CKR_TEMPLATE_INCONSISTENT,
                  name_of(attribute.type) + " is no attribute of such an object");
  }
  if (!is_value(rule->kind, attribute.value)) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "the value of " + name_of(attribute.type));
  }
  return rule;
}

std::string new_unique_id() {
  std::array<std::uint8_t, 16> octets{};
  if (!crypto::random_bytes(octets)) return {};
  octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0f) | 0x40);  // RFC 9562 §5.4
  octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3f) | 0x80);
  std::string text = to_hex(octets);
  for (std::size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return text;
}

// ---- Making -------------------------------------------------------------------------------------

// The caller's template and what the parent key insists on. PKCS#11 3.2 §4.10.3: a conflict fails.
Outcome<wire::Template> united(const wire::Template& asked, const Object* parent,
                               CK_ATTRIBUTE_TYPE insisting) {
  const Bytes* value = parent == nullptr ? nullptr : parent->attributes().find(insisting);
  if (value == nullptr) return asked;
  auto insisted = nested_template(*value);
  if (!insisted) return tl::make_unexpected(insisted.error());
  wire::Template all = asked;
  for (const wire::Attribute& attribute : *insisted) {
    const wire::Attribute* found = find_in(asked, attribute.type);
    if (found == nullptr) {
      all.push_back(attribute);
    } else if (!same(found->value, attribute.value)) {
      return refuse(CKR_TEMPLATE_INCONSISTENT,
                    name_of(attribute.type) + " is not what " + name_of(insisting) + " says");
    }
  }
  return all;
}

Outcome<Species> species_of(const DraftRequest& request, const wire::Template& attributes,
                            AttributeSet& out) {
  auto object_class = number_of(attributes, CKA_CLASS);
  if (!object_class) return tl::make_unexpected(object_class.error());
  auto key_type = number_of(attributes, CKA_KEY_TYPE);
  if (!key_type) return tl::make_unexpected(key_type.error());

  if (request.origin == Origin::kGenerated) {
    if (*object_class && *object_class != request.object_class) {
      return refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_CLASS is not what the mechanism makes");
    }
    if (*key_type && *key_type != request.key_type) {
      return refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_KEY_TYPE is not what the mechanism makes");
    }
  }
  const std::optional<CK_OBJECT_CLASS> which =
      *object_class ? std::optional<CK_OBJECT_CLASS>(**object_class) : request.object_class;
  if (!which) return refuse(CKR_TEMPLATE_INCOMPLETE, "CKA_CLASS is missing");
  out.set_number(CKA_CLASS, *which);

  switch (*which) {
    case CKO_DATA:
    case CKO_CERTIFICATE:
      if (request.origin != Origin::kCreated) {
        return refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_CLASS is no class of keys");
      }
      if (*which == CKO_DATA) return kData;
      {
        auto certificate_type = number_of(attributes, CKA_CERTIFICATE_TYPE);
        if (!certificate_type) return tl::make_unexpected(certificate_type.error());
        if (!*certificate_type) {
          return refuse(CKR_TEMPLATE_INCOMPLETE, "CKA_CERTIFICATE_TYPE is missing");
        }
        if (**certificate_type != CKC_X_509) {
          return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "only X.509 certificates are kept");
        }
      }
      return kCertificate;
    case CKO_PUBLIC_KEY:
    case CKO_PRIVATE_KEY:
    case CKO_SECRET_KEY:
      break;
    default:
      return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "objects of this CKA_CLASS are not kept");
  }

  const std::optional<CK_KEY_TYPE> type =
      *key_type ? std::optional<CK_KEY_TYPE>(**key_type) : request.key_type;
  if (!type) return refuse(CKR_TEMPLATE_INCOMPLETE, "CKA_KEY_TYPE is missing");
  const auto species = key_species(*which, *type);
  if (!species) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID,
                  "there are no keys of this CKA_CLASS and CKA_KEY_TYPE");
  }
  out.set_number(CKA_KEY_TYPE, *type);
  return *species;
}

void set_silent(const Rule& rule, AttributeSet& attributes) {
  switch (rule.silence) {
    case kAbsent:
      break;
    case kFalse:
      attributes.set_flag(rule.type, false);
      break;
    case kTrue:
      attributes.set_flag(rule.type, true);
      break;
    case kZero:
      attributes.set_number(rule.type, 0);
      break;
    case kEmpty:
      attributes.set(rule.type, {});
      break;
  }
}

// A key made for wrapping that could decrypt as well would tell what it wrapped (Clulow 2003), so
// it is not given that unasked.
void separate_uses(const wire::Template& asked, AttributeSet& attributes) {
  if (!attributes.flag(CKA_WRAP) && !attributes.flag(CKA_UNWRAP)) return;
  for (CK_ATTRIBUTE_TYPE type : {CKA_ENCRYPT, CKA_DECRYPT}) {
    if (find_in(asked, type) == nullptr && attributes.has(type)) attributes.set_flag(type, false);
  }
}

void set_history(const DraftRequest& request, AttributeSet& attributes) {
  const bool generated = request.origin == Origin::kGenerated;
  attributes.set_flag(CKA_LOCAL, generated);
  attributes.set_number(CKA_KEY_GEN_MECHANISM,
                        generated ? request.mechanism : CK_UNAVAILABLE_INFORMATION);
  if (!attributes.has(CKA_SENSITIVE)) return;
  bool sensitive = generated;
  bool kept_in = generated;
  if (request.origin == Origin::kDerived && request.parent != nullptr) {
    sensitive = request.parent->attributes().flag(CKA_ALWAYS_SENSITIVE);
    kept_in = request.parent->attributes().flag(CKA_NEVER_EXTRACTABLE);
  }
  attributes.set_flag(CKA_ALWAYS_SENSITIVE, sensitive && attributes.flag(CKA_SENSITIVE));
  attributes.set_flag(CKA_NEVER_EXTRACTABLE, kept_in && !attributes.flag(CKA_EXTRACTABLE));
}

void note_uses(Draft& draft) {
  draft.ever_wrapping |= draft.attributes.flag(CKA_WRAP);
  draft.ever_decrypting |= draft.attributes.flag(CKA_DECRYPT);
}

// What holds for every draft, whatever it came from.
Outcome<void> check_whole(const Draft& draft, const Asker& asker) {
  const AttributeSet& attributes = draft.attributes;
  if (attributes.flag(CKA_TOKEN) && !asker.read_write) {
    return refuse(CKR_SESSION_READ_ONLY, "a token object from a read-only session");
  }
  if (attributes.flag(CKA_PRIVATE) && !asker.user) {
    return refuse(CKR_USER_NOT_LOGGED_IN, "a private object without a user's login");
  }
  if (attributes.flag(CKA_ALWAYS_AUTHENTICATE) && !attributes.flag(CKA_PRIVATE)) {
    return refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_ALWAYS_AUTHENTICATE without CKA_PRIVATE");
  }
  const Bytes* start = attributes.find(CKA_START_DATE);
  const Bytes* end = attributes.find(CKA_END_DATE);
  if (start != nullptr && end != nullptr && !start->empty() && !end->empty() && *end < *start) {
    return refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_END_DATE is before CKA_START_DATE");
  }
  if (draft.weight() > kObjectWeightMax) {
    return refuse(CKR_DEVICE_MEMORY, "the object is larger than an object may be");
  }
  return {};
}

Outcome<void> check_certificate(Draft& draft) {
  AttributeSet& attributes = draft.attributes;
  const Bytes* value = attributes.find(CKA_VALUE);
  const Bytes* url = attributes.find(CKA_URL);
  if (value->empty() && url->empty()) {
    return refuse(CKR_TEMPLATE_INCOMPLETE, "a certificate without CKA_VALUE and CKA_URL");
  }
  if (value->empty() || attributes.has(CKA_CHECK_VALUE)) return {};
  std::array<std::uint8_t, crypto::kHashSizeMax> digest{};
  if (!crypto::digest(crypto::Hash::kSha1, *value, digest)) {
    return refuse(CKR_FUNCTION_FAILED, "SHA-1 failed");
  }
  attributes.set(CKA_CHECK_VALUE, ByteView(digest).first(3));  // PKCS#11 3.2 §4.6.2
  return {};
}

Outcome<void> check_trusted(bool before, bool after, const Asker& asker) {
  if (after && !before && !asker.security_officer) {
    return refuse(CKR_ATTRIBUTE_READ_ONLY, "only the security officer sets CKA_TRUSTED");
  }
  return {};
}

Outcome<void> give_unique_id(AttributeSet& attributes) {
  const std::string id = new_unique_id();
  if (id.empty()) return refuse(CKR_FUNCTION_FAILED, "no random octets");
  attributes.set_text(CKA_UNIQUE_ID, id);
  return {};
}

Outcome<Draft> made(const DraftRequest& request, const wire::Template& asked) {
  Draft draft;
  auto species = species_of(request, asked, draft.attributes);
  if (!species) return tl::make_unexpected(species.error());
  const Givers giver = giver_of(request.origin);

  for (const wire::Attribute& attribute : asked) {
    auto rule = checked_rule(attribute, *species);
    if (!rule) return tl::make_unexpected(rule.error());
    if (((*rule)->given & giver) == 0) {
      return refuse(CKR_ATTRIBUTE_READ_ONLY,
                    name_of(attribute.type) + " is not for the caller to say here");
    }
    if ((*rule)->secret) {
      draft.secrets.set(attribute.type, Secret::copy_of(attribute.value));
    } else {
      draft.attributes.set(attribute.type, attribute.value);
    }
  }
  RETURN_IF_ERROR(check_trusted(false, draft.attributes.flag(CKA_TRUSTED), request.asker));

  for (const Rule& rule : kRules) {
    if ((rule.holders & *species) == 0) continue;
    if (draft.attributes.has(rule.type) || draft.secrets.find(rule.type) != nullptr) continue;
    if ((rule.needed & giver) != 0) {
      return refuse(CKR_TEMPLATE_INCOMPLETE, name_of(rule.type) + " is missing");
    }
    set_silent(rule, draft.attributes);
  }
  separate_uses(asked, draft.attributes);
  if (*species == kPublicRsa && !draft.attributes.has(CKA_PUBLIC_EXPONENT)) {
    draft.attributes.set(CKA_PUBLIC_EXPONENT, Bytes{1, 0, 1});
  }

  if (const Secret* value = draft.secrets.find(CKA_VALUE); value && (*species & kSecret) != 0) {
    if (draft.attributes.number(CKA_VALUE_LEN, value->size()) != value->size()) {
      return refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_VALUE_LEN is not the length of CKA_VALUE");
    }
    draft.attributes.set_number(CKA_VALUE_LEN, value->size());
  }
  if (*species == kCertificate) RETURN_IF_ERROR(check_certificate(draft));
  if ((*species & kKey) != 0) set_history(request, draft.attributes);
  note_uses(draft);
  RETURN_IF_ERROR(check_whole(draft, request.asker));
  RETURN_IF_ERROR(give_unique_id(draft.attributes));
  return draft;
}

// ---- Changing -----------------------------------------------------------------------------------

bool may_change(Change change, bool copying, ByteView after) {
  const bool rises = after.size() == 1 && after[0] == 1;
  switch (change) {
    case Change::kNever:
      return false;
    case kFree:
      return true;
    case kOnlyTrue:
      return rises;
    case kOnlyFalse:
      return !rises;
    case kCopy:
      return copying;
    case kCopyOnlyTrue:
      return copying && rises;
    case kCopyOnlyFalse:
      return copying && !rises;
  }
  return false;
}

Outcome<Draft> changed(const Object& object, const wire::Template& changes, const Asker& asker,
                       bool copying) {
  RETURN_IF_ERROR(check_shape(changes));
  Draft draft = object.draft().clone();
  const auto key = key_species(object.object_class(), object.key_type());
  const Species species = key ? *key : object.object_class() == CKO_DATA ? kData : kCertificate;
  for (const wire::Attribute& attribute : changes) {
    auto rule = checked_rule(attribute, species);
    if (!rule) return tl::make_unexpected(rule.error());
    if ((*rule)->secret) {
      return refuse(CKR_ATTRIBUTE_READ_ONLY, name_of(attribute.type) + " never changes");
    }
    const Bytes* before = draft.attributes.find(attribute.type);
    if (before != nullptr && same(*before, attribute.value)) continue;
    if (!may_change((*rule)->change, copying, attribute.value)) {
      return refuse(CKR_ATTRIBUTE_READ_ONLY, name_of(attribute.type) + " may not be changed so");
    }
    draft.attributes.set(attribute.type, attribute.value);
  }
  RETURN_IF_ERROR(check_trusted(object.attributes().flag(CKA_TRUSTED),
                                draft.attributes.flag(CKA_TRUSTED), asker));
  note_uses(draft);
  RETURN_IF_ERROR(check_whole(draft, asker));
  return draft;
}

Outcome<Draft> copied(const DraftRequest& request, const wire::Template& asked) {
  const Object& original = *request.parent;
  if (!original.attributes().flag(CKA_COPYABLE, true)) {
    return refuse(CKR_ACTION_PROHIBITED, "the object is not copyable");
  }
  auto draft = changed(original, asked, request.asker, true);
  if (!draft) return draft;
  RETURN_IF_ERROR(give_unique_id(draft->attributes));
  return draft;
}

}  // namespace

Outcome<Draft> draft_from_template(const DraftRequest& request, const wire::Template& attributes) {
  RETURN_IF_ERROR(check_shape(attributes));
  switch (request.origin) {
    case Origin::kCreated:
    case Origin::kGenerated:
      return made(request, attributes);
    case Origin::kCopied:
      return copied(request, attributes);
    case Origin::kUnwrapped:
    case Origin::kDerived: {
      auto all =
          united(attributes, request.parent,
                 request.origin == Origin::kUnwrapped ? CKA_UNWRAP_TEMPLATE : CKA_DERIVE_TEMPLATE);
      if (!all) return tl::make_unexpected(all.error());
      return made(request, *all);
    }
  }
  return refuse(CKR_GENERAL_ERROR, "an object without an origin");
}

Outcome<Draft> draft_with_changes(const Object& object, const wire::Template& changes,
                                  const Asker& asker) {
  if (!object.attributes().flag(CKA_MODIFIABLE, true)) {
    return refuse(CKR_ACTION_PROHIBITED, "the object is not modifiable");
  }
  return changed(object, changes, asker, false);
}

bool is_secret_attribute(CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type,
                         CK_ATTRIBUTE_TYPE type) {
  const auto species = key_species(object_class, key_type);
  if (!species) return false;
  const Rule* rule = rule_of(type, *species);
  return rule != nullptr && rule->secret;
}

bool matches(const Object& object, const wire::Template& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const wire::Attribute& attribute) {
    const Bytes* value = object.attributes().find(attribute.type);
    return value != nullptr && same(*value, attribute.value);
  });
}

Outcome<wire::Template> nested_template(ByteView value) {
  wire::Reader reader(value);
  wire::Template attributes;
  reader(attributes);
  if (!reader.done() || attributes.size() > wire::kTemplateItemsMax) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID,
                  "a nested template that is not a list of attributes");
  }
  for (const wire::Attribute& attribute : attributes) {
    const auto rules = rules_of(attribute.type);
    const bool fits = std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
      return rule.kind != kTemplate && !rule.secret && is_value(rule.kind, attribute.value);
    });
    if (!fits) {
      return refuse(CKR_ATTRIBUTE_VALUE_INVALID, name_of(attribute.type) + " in a nested template");
    }
  }
  return attributes;
}

}  // namespace azekura::hsm::token
