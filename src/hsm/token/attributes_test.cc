#include "hsm/token/attributes.h"

#include <gtest/gtest.h>

#include "hsm/token/policy.h"
#include "hsm/token/service_testing.h"

namespace azekura::hsm::token {
namespace {

constexpr Asker kUser{false, true, true};
constexpr Asker kOfficer{true, false, true};
constexpr Asker kNobody{false, false, true};

DraftRequest generated(CK_OBJECT_CLASS object_class, CK_KEY_TYPE type) {
  DraftRequest request;
  request.origin = Origin::kGenerated;
  request.object_class = object_class;
  request.key_type = type;
  request.mechanism = 0x1080;
  request.asker = kUser;
  return request;
}

DraftRequest created(Asker asker = kUser) {
  DraftRequest request;
  request.asker = asker;
  return request;
}

TemplateBuilder aes(std::size_t size = 32) { return TemplateBuilder().number(CKA_VALUE_LEN, size); }

TemplateBuilder imported_aes() {
  return TemplateBuilder()
      .number(CKA_CLASS, CKO_SECRET_KEY)
      .number(CKA_KEY_TYPE, CKK_AES)
      .bytes(CKA_VALUE, Bytes(16, 1));
}

TemplateBuilder certificate() {
  return TemplateBuilder()
      .number(CKA_CLASS, CKO_CERTIFICATE)
      .number(CKA_CERTIFICATE_TYPE, CKC_X_509)
      .text(CKA_SUBJECT, "subject")
      .text(CKA_VALUE, "certificate");
}

CK_RV rv_of(const Outcome<Draft>& outcome) { return outcome ? CKR_OK : outcome.error().rv; }

Draft draft_of(const DraftRequest& request, const TemplateBuilder& attributes) {
  auto draft = draft_from_template(request, attributes.get());
  EXPECT_TRUE(draft) << (draft ? "" : draft.error().why);
  return draft ? std::move(*draft) : Draft{};
}

Object object_of(Draft draft) { return Object(7, 0, nullptr, 0, std::move(draft)); }

// ---- Refusals -----------------------------------------------------------------------------------

TEST(Draft, WithoutAClassIsIncomplete) {
  EXPECT_EQ(rv_of(draft_from_template(created(), {})), CKR_TEMPLATE_INCOMPLETE);
}

TEST(Draft, OfAnUnknownClassIsRefused) {
  const auto attributes = TemplateBuilder().number(CKA_CLASS, CKO_HW_FEATURE);
  EXPECT_EQ(rv_of(draft_from_template(created(), attributes)), CKR_ATTRIBUTE_VALUE_INVALID);
}

TEST(Draft, OfAKeyWithoutATypeIsIncomplete) {
  const auto attributes = TemplateBuilder().number(CKA_CLASS, CKO_SECRET_KEY);
  EXPECT_EQ(rv_of(draft_from_template(created(), attributes)), CKR_TEMPLATE_INCOMPLETE);
}

TEST(Draft, OfAKeyTypeThatIsNotKeptIsRefused) {
  const auto attributes = TemplateBuilder()
                              .number(CKA_CLASS, CKO_SECRET_KEY)
                              .number(CKA_KEY_TYPE, CKK_DES3)
                              .bytes(CKA_VALUE, Bytes(24, 1));
  EXPECT_EQ(rv_of(draft_from_template(created(), attributes)), CKR_ATTRIBUTE_VALUE_INVALID);
}

TEST(Draft, WithoutTheValueOfAKeyIsIncomplete) {
  const auto attributes =
      TemplateBuilder().number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES);
  EXPECT_EQ(rv_of(draft_from_template(created(), attributes)), CKR_TEMPLATE_INCOMPLETE);
}

TEST(Draft, WithAnAttributeThatNobodyKnowsIsATypeError) {
  const auto attributes = aes().number(CKA_VENDOR_DEFINED | 1, 1);
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
            CKR_ATTRIBUTE_TYPE_INVALID);
}

TEST(Draft, WithAnotherClassesAttributeIsInconsistent) {
  const auto attributes = TemplateBuilder().number(CKA_MODULUS_BITS, 2048);
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_PRIVATE_KEY, CKK_RSA), attributes)),
            CKR_TEMPLATE_INCONSISTENT);
}

TEST(Draft, WithTwoValuesForAnAttributeIsInconsistent) {
  const auto attributes = aes().text(CKA_LABEL, "a").text(CKA_LABEL, "b");
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
            CKR_TEMPLATE_INCONSISTENT);
}

TEST(Draft, WithAnAttributeTwiceIsAsIfGivenOnce) {
  const auto attributes = aes()
                              .text(CKA_LABEL, "a")
                              .flag(CKA_EXTRACTABLE, true)
                              .text(CKA_LABEL, "a")
                              .flag(CKA_EXTRACTABLE, true);
  const auto draft = draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes);
  ASSERT_TRUE(draft);
  EXPECT_EQ(*draft->attributes.find(CKA_LABEL), to_bytes(as_bytes("a")));
  EXPECT_TRUE(draft->attributes.flag(CKA_EXTRACTABLE));
}

TEST(Draft, OfMoreAttributesThanTheLimitIsRefused) {
  wire::Template many(wire::kTemplateItemsMax + 1);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].type = i;
  EXPECT_EQ(rv_of(draft_from_template(created(), many)), CKR_ARGUMENTS_BAD);
}

TEST(Draft, WithAFlagOfTheWrongSizeOrValueIsRefused) {
  for (const Bytes& value : {Bytes{}, Bytes{2}, Bytes{1, 0}}) {
    const auto attributes = aes().bytes(CKA_ENCRYPT, value);
    EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
              CKR_ATTRIBUTE_VALUE_INVALID);
  }
}

TEST(Draft, WithANumberOfTheWrongSizeIsRefused) {
  for (std::size_t size : {0, 4, 7, 9}) {
    const auto attributes = TemplateBuilder().bytes(CKA_VALUE_LEN, Bytes(size, 0));
    EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
              CKR_ATTRIBUTE_VALUE_INVALID);
  }
}

TEST(Draft, WithADateThatIsNoneIsRefused) {
  for (const char* date : {"2026", "20261301", "20260100", "2026010x", "202601011"}) {
    const auto attributes = aes().text(CKA_START_DATE, date);
    EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
              CKR_ATTRIBUTE_VALUE_INVALID)
        << date;
  }
}

TEST(Draft, ThatEndsBeforeItStartsIsInconsistent) {
  const auto attributes = aes().text(CKA_START_DATE, "20260102").text(CKA_END_DATE, "20260101");
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
            CKR_TEMPLATE_INCONSISTENT);
}

TEST(Draft, ThatClaimsAHistoryIsRefused) {
  for (CK_ATTRIBUTE_TYPE type : {CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE}) {
    const auto attributes = aes().flag(type, true);
    EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
              CKR_ATTRIBUTE_READ_ONLY);
  }
}

TEST(Draft, OfAGeneratedKeyWithAValueIsRefused) {
  const auto attributes = aes().bytes(CKA_VALUE, Bytes(32, 1));
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
            CKR_ATTRIBUTE_READ_ONLY);
}

TEST(Draft, OfAGeneratedKeyOfAnotherTypeIsInconsistent) {
  const auto attributes = aes().number(CKA_KEY_TYPE, CKK_GENERIC_SECRET);
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), attributes)),
            CKR_TEMPLATE_INCONSISTENT);
}

TEST(Draft, OfATokenObjectInAReadOnlySessionIsRefused) {
  auto request = generated(CKO_SECRET_KEY, CKK_AES);
  request.asker.read_write = false;
  EXPECT_EQ(rv_of(draft_from_template(request, aes().flag(CKA_TOKEN, true))),
            CKR_SESSION_READ_ONLY);
  EXPECT_EQ(rv_of(draft_from_template(request, aes())), CKR_OK);
}

TEST(Draft, OfAPrivateObjectNeedsTheUsersLogin) {
  for (const Asker& asker : {kNobody, kOfficer}) {
    auto request = generated(CKO_SECRET_KEY, CKK_AES);
    request.asker = asker;
    EXPECT_EQ(rv_of(draft_from_template(request, aes())), CKR_USER_NOT_LOGGED_IN);
    EXPECT_EQ(rv_of(draft_from_template(request, aes().flag(CKA_PRIVATE, false))), CKR_OK);
  }
}

TEST(Draft, IsTrustedOnlyByTheSecurityOfficer) {
  const auto attributes = aes().flag(CKA_TRUSTED, true).flag(CKA_PRIVATE, false);
  auto request = generated(CKO_SECRET_KEY, CKK_AES);
  EXPECT_EQ(rv_of(draft_from_template(request, attributes)), CKR_ATTRIBUTE_READ_ONLY);
  request.asker = kOfficer;
  EXPECT_EQ(rv_of(draft_from_template(request, attributes)), CKR_OK);
}

TEST(Draft, ThatAlwaysAuthenticatesIsPrivate) {
  const auto attributes =
      TemplateBuilder().flag(CKA_ALWAYS_AUTHENTICATE, true).flag(CKA_PRIVATE, false);
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_PRIVATE_KEY, CKK_RSA), attributes)),
            CKR_TEMPLATE_INCONSISTENT);
}

TEST(Draft, OfACertificateWithNeitherValueNorUrlIsIncomplete) {
  const auto attributes = TemplateBuilder()
                              .number(CKA_CLASS, CKO_CERTIFICATE)
                              .number(CKA_CERTIFICATE_TYPE, CKC_X_509)
                              .text(CKA_SUBJECT, "subject");
  EXPECT_EQ(rv_of(draft_from_template(created(), attributes)), CKR_TEMPLATE_INCOMPLETE);
}

TEST(Draft, LargerThanAnObjectMayBeIsRefused) {
  const auto data = [](std::size_t size) {
    return TemplateBuilder().number(CKA_CLASS, CKO_DATA).bytes(CKA_VALUE, Bytes(size, 1));
  };
  const std::size_t rest = draft_of(created(), data(0)).weight();
  EXPECT_EQ(rv_of(draft_from_template(created(), data(kObjectWeightMax - rest))), CKR_OK);
  EXPECT_EQ(rv_of(draft_from_template(created(), data(kObjectWeightMax))), CKR_DEVICE_MEMORY);
}

TEST(Draft, WithANestedTemplateThatIsNoneIsRefused) {
  const auto broken = aes().bytes(CKA_WRAP_TEMPLATE, Bytes{1, 0, 0, 0, 9});
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), broken)),
            CKR_ATTRIBUTE_VALUE_INVALID);
  const auto inner = TemplateBuilder().nested(CKA_WRAP_TEMPLATE, {});
  const auto twice = aes().nested(CKA_WRAP_TEMPLATE, inner);
  EXPECT_EQ(rv_of(draft_from_template(generated(CKO_SECRET_KEY, CKK_AES), twice)),
            CKR_ATTRIBUTE_VALUE_INVALID);
}

// ---- Defaults -----------------------------------------------------------------------------------

TEST(Draft, OfAKeyIsPrivateSensitiveAndKeptInUnlessSaidOtherwise) {
  for (const auto& draft :
       {draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes()), draft_of(created(), imported_aes()),
        draft_of(generated(CKO_PRIVATE_KEY, CKK_EC), {})}) {
    EXPECT_TRUE(draft.attributes.flag(CKA_PRIVATE));
    EXPECT_TRUE(draft.attributes.flag(CKA_SENSITIVE));
    EXPECT_FALSE(draft.attributes.flag(CKA_EXTRACTABLE, true));
    EXPECT_FALSE(draft.attributes.flag(CKA_TOKEN, true));
  }
}

TEST(Draft, OfAGeneratedKeyRemembersThatItWasAlwaysSafe) {
  const Draft draft = draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes());
  EXPECT_TRUE(draft.attributes.flag(CKA_LOCAL));
  EXPECT_TRUE(draft.attributes.flag(CKA_ALWAYS_SENSITIVE));
  EXPECT_TRUE(draft.attributes.flag(CKA_NEVER_EXTRACTABLE));
  EXPECT_EQ(draft.attributes.number(CKA_KEY_GEN_MECHANISM), 0x1080u);
}

TEST(Draft, OfAnImportedKeyHasNoSuchHistory) {
  const Draft draft = draft_of(created(), imported_aes());
  EXPECT_FALSE(draft.attributes.flag(CKA_LOCAL, true));
  EXPECT_FALSE(draft.attributes.flag(CKA_ALWAYS_SENSITIVE, true));
  EXPECT_FALSE(draft.attributes.flag(CKA_NEVER_EXTRACTABLE, true));
  EXPECT_EQ(draft.attributes.number(CKA_KEY_GEN_MECHANISM), CK_UNAVAILABLE_INFORMATION);
  EXPECT_FALSE(draft.attributes.has(CKA_VALUE));
  EXPECT_NE(draft.secrets.find(CKA_VALUE), nullptr);
  EXPECT_EQ(draft.attributes.number(CKA_VALUE_LEN), 16u);
}

TEST(Draft, OfADerivedKeyIsNoSaferThanItsBase) {
  const Object imported = object_of(draft_of(created(), imported_aes()));
  const Object local = object_of(draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes()));
  for (const Object* base : {&imported, &local}) {
    DraftRequest request = generated(CKO_SECRET_KEY, CKK_AES);
    request.origin = Origin::kDerived;
    request.parent = base;
    const Draft draft = draft_of(request, {});
    EXPECT_EQ(draft.attributes.flag(CKA_ALWAYS_SENSITIVE), base == &local);
    EXPECT_EQ(draft.attributes.flag(CKA_NEVER_EXTRACTABLE), base == &local);
    EXPECT_FALSE(draft.attributes.flag(CKA_LOCAL, true));
  }
}

TEST(Draft, ThatIsSilentAboutUsesMayDoWhatItsTypeIsForButNotWrap) {
  const Draft cipher = draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes());
  EXPECT_TRUE(cipher.attributes.flag(CKA_ENCRYPT) && cipher.attributes.flag(CKA_DECRYPT));
  EXPECT_FALSE(cipher.attributes.flag(CKA_WRAP, true) || cipher.attributes.flag(CKA_UNWRAP, true));
  EXPECT_FALSE(cipher.attributes.flag(CKA_SIGN, true));
  const Draft ec = draft_of(generated(CKO_PRIVATE_KEY, CKK_EC), {});
  EXPECT_TRUE(ec.attributes.flag(CKA_SIGN) && ec.attributes.flag(CKA_DERIVE));
  EXPECT_FALSE(ec.attributes.flag(CKA_DECRYPT, true) || ec.attributes.flag(CKA_UNWRAP, true));
  const Draft mac = draft_of(generated(CKO_SECRET_KEY, CKK_GENERIC_SECRET), aes());
  EXPECT_TRUE(mac.attributes.flag(CKA_SIGN) && mac.attributes.flag(CKA_VERIFY));
  EXPECT_FALSE(mac.attributes.flag(CKA_ENCRYPT, true));
}

TEST(Draft, ThatAsksToWrapDoesNotDecryptUnasked) {
  const auto request = generated(CKO_SECRET_KEY, CKK_AES);
  const Draft wrapping = draft_of(request, aes().flag(CKA_WRAP, true));
  EXPECT_FALSE(wrapping.attributes.flag(CKA_DECRYPT, true));
  EXPECT_FALSE(wrapping.attributes.flag(CKA_ENCRYPT, true));
  EXPECT_TRUE(wrapping.ever_wrapping);
  EXPECT_FALSE(wrapping.ever_decrypting);
  const Draft both = draft_of(request, aes().flag(CKA_WRAP, true).flag(CKA_DECRYPT, true));
  EXPECT_TRUE(both.attributes.flag(CKA_DECRYPT) && both.ever_decrypting);
}

TEST(Draft, OfEveryObjectHasItsOwnUniqueId) {
  const Draft first = draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes());
  const Draft second = draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes());
  ASSERT_TRUE(first.attributes.has(CKA_UNIQUE_ID));
  EXPECT_EQ(first.attributes.find(CKA_UNIQUE_ID)->size(), 36u);
  EXPECT_NE(*first.attributes.find(CKA_UNIQUE_ID), *second.attributes.find(CKA_UNIQUE_ID));
}

TEST(Draft, OfACertificateIsPublicAndHasItsCheckValue) {
  const Draft draft = draft_of(created(kNobody), certificate());
  EXPECT_FALSE(draft.attributes.flag(CKA_PRIVATE, true));
  EXPECT_EQ(draft.attributes.find(CKA_CHECK_VALUE)->size(), 3u);
  EXPECT_EQ(draft.attributes.number(CKA_CERTIFICATE_CATEGORY), 0u);
}

TEST(Draft, OfAnUnwrappedKeyHasWhatTheUnwrapTemplateSays) {
  const auto says = TemplateBuilder().flag(CKA_EXTRACTABLE, true).flag(CKA_SIGN, false);
  const Object parent = object_of(
      draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes().nested(CKA_UNWRAP_TEMPLATE, says)));
  DraftRequest request = created();
  request.origin = Origin::kUnwrapped;
  request.parent = &parent;
  const auto key = [] {
    return TemplateBuilder()
        .number(CKA_CLASS, CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET);
  };
  const Draft draft = draft_of(request, key());
  EXPECT_TRUE(draft.attributes.flag(CKA_EXTRACTABLE));
  EXPECT_FALSE(draft.attributes.flag(CKA_SIGN, true));
  EXPECT_EQ(rv_of(draft_from_template(request, key().flag(CKA_EXTRACTABLE, false))),
            CKR_TEMPLATE_INCONSISTENT);
  EXPECT_EQ(rv_of(draft_from_template(request, key().flag(CKA_EXTRACTABLE, true))), CKR_OK);
}

TEST(Draft, DoesNotBecomeTrustedThroughAnUnwrapTemplate) {
  const Object parent = object_of(
      draft_of(generated(CKO_SECRET_KEY, CKK_AES),
               aes().nested(CKA_UNWRAP_TEMPLATE, TemplateBuilder().flag(CKA_TRUSTED, true))));
  DraftRequest request = created();
  request.origin = Origin::kUnwrapped;
  request.parent = &parent;
  const auto attributes =
      TemplateBuilder().number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES);
  EXPECT_EQ(rv_of(draft_from_template(request, attributes)), CKR_ATTRIBUTE_READ_ONLY);
}

// ---- Changes ------------------------------------------------------------------------------------

TEST(Change, OfAnUnmodifiableObjectIsProhibited) {
  const Object object =
      object_of(draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes().flag(CKA_MODIFIABLE, false)));
  EXPECT_EQ(rv_of(draft_with_changes(object, TemplateBuilder().text(CKA_LABEL, "x"), kUser)),
            CKR_ACTION_PROHIBITED);
}

TEST(Change, NeverLoosens) {
  const Object safe = object_of(draft_of(
      generated(CKO_SECRET_KEY, CKK_AES),
      aes().flag(CKA_WRAP_WITH_TRUSTED, true).flag(CKA_COPYABLE, false).flag(CKA_ENCRYPT, false)));
  const std::pair<CK_ATTRIBUTE_TYPE, bool> looser[] = {
      {CKA_SENSITIVE, false}, {CKA_EXTRACTABLE, true}, {CKA_WRAP_WITH_TRUSTED, false},
      {CKA_COPYABLE, true},   {CKA_WRAP, true},        {CKA_ENCRYPT, true},
      {CKA_PRIVATE, false},   {CKA_TRUSTED, true},     {CKA_MODIFIABLE, false}};
  for (const auto& [type, value] : looser) {
    EXPECT_EQ(rv_of(draft_with_changes(safe, TemplateBuilder().flag(type, value), kUser)),
              CKR_ATTRIBUTE_READ_ONLY)
        << type;
  }
}

TEST(Change, MayTightenAndName) {
  const Object loose =
      object_of(draft_of(generated(CKO_SECRET_KEY, CKK_AES),
                         aes().flag(CKA_SENSITIVE, false).flag(CKA_EXTRACTABLE, true)));
  auto draft = draft_with_changes(loose,
                                  TemplateBuilder()
                                      .flag(CKA_SENSITIVE, true)
                                      .flag(CKA_EXTRACTABLE, false)
                                      .flag(CKA_DECRYPT, false)
                                      .text(CKA_LABEL, "name"),
                                  kUser);
  ASSERT_TRUE(draft) << draft.error().why;
  EXPECT_TRUE(draft->attributes.flag(CKA_SENSITIVE));
  EXPECT_FALSE(draft->attributes.flag(CKA_EXTRACTABLE, true));
  EXPECT_FALSE(draft->attributes.flag(CKA_ALWAYS_SENSITIVE, true));
  EXPECT_FALSE(draft->attributes.flag(CKA_NEVER_EXTRACTABLE, true));
  EXPECT_TRUE(draft->ever_decrypting);
  EXPECT_EQ(as_text(*draft->attributes.find(CKA_LABEL)), "name");
}

TEST(Change, ToTheSameValueIsNone) {
  const Object object = object_of(draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes()));
  const auto same = TemplateBuilder().flag(CKA_SENSITIVE, true).number(CKA_KEY_TYPE, CKK_AES);
  EXPECT_EQ(rv_of(draft_with_changes(object, same, kUser)), CKR_OK);
}

TEST(Change, OfAValueIsRefused) {
  const Object object = object_of(draft_of(created(), imported_aes()));
  EXPECT_EQ(
      rv_of(draft_with_changes(object, TemplateBuilder().bytes(CKA_VALUE, Bytes(16, 1)), kUser)),
      CKR_ATTRIBUTE_READ_ONLY);
}

// ---- Copies -------------------------------------------------------------------------------------

DraftRequest copy_of(const Object& original) {
  DraftRequest request;
  request.origin = Origin::kCopied;
  request.parent = &original;
  request.asker = kUser;
  return request;
}

TEST(Copy, OfWhatIsNotCopyableIsProhibited) {
  const Object object =
      object_of(draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes().flag(CKA_COPYABLE, false)));
  EXPECT_EQ(rv_of(draft_from_template(copy_of(object), {})), CKR_ACTION_PROHIBITED);
}

TEST(Copy, NeverLoosens) {
  const Object object = object_of(draft_of(generated(CKO_SECRET_KEY, CKK_AES),
                                           aes().flag(CKA_MODIFIABLE, false).flag(CKA_WRAP, true)));
  const std::pair<CK_ATTRIBUTE_TYPE, bool> looser[] = {{CKA_SENSITIVE, false},
                                                       {CKA_EXTRACTABLE, true},
                                                       {CKA_PRIVATE, false},
                                                       {CKA_MODIFIABLE, true},
                                                       {CKA_DECRYPT, true}};
  for (const auto& [type, value] : looser) {
    EXPECT_EQ(
        rv_of(draft_from_template(copy_of(object), TemplateBuilder().flag(type, value).get())),
        CKR_ATTRIBUTE_READ_ONLY)
        << type;
  }
}

TEST(Copy, TakesValuesHistoryAndANewUniqueId) {
  const Object object = object_of(draft_of(created(), imported_aes()));
  const Draft copy = draft_of(copy_of(object), TemplateBuilder().flag(CKA_TOKEN, true));
  EXPECT_TRUE(copy.attributes.flag(CKA_TOKEN));
  EXPECT_TRUE(copy.secrets.find(CKA_VALUE)->equals(*object.secrets().find(CKA_VALUE)));
  EXPECT_NE(*copy.attributes.find(CKA_UNIQUE_ID), *object.attributes().find(CKA_UNIQUE_ID));
  EXPECT_TRUE(copy.ever_decrypting);
}

// ---- Searching, policy --------------------------------------------------------------------------

TEST(Search, NeverMatchesASecret) {
  const Object object = object_of(draft_of(created(), imported_aes()));
  EXPECT_TRUE(matches(object, TemplateBuilder().number(CKA_KEY_TYPE, CKK_AES)));
  EXPECT_FALSE(matches(object, TemplateBuilder().bytes(CKA_VALUE, Bytes(16, 1))));
  EXPECT_FALSE(matches(object, TemplateBuilder().bytes(CKA_VALUE, {})));
}

TEST(Policy, KeepsAKeyThatIsNotExtractable) {
  const auto request = generated(CKO_SECRET_KEY, CKK_AES);
  const Object wrapping = object_of(draft_of(request, aes().flag(CKA_WRAP, true)));
  const Object kept = object_of(draft_of(request, aes()));
  EXPECT_EQ(may_wrap(wrapping, kept).error().rv, CKR_KEY_UNEXTRACTABLE);
}

TEST(Policy, DoesNotWrapASensitiveKeyUnderOneThatDecryptsOrDid) {
  const auto request = generated(CKO_SECRET_KEY, CKK_AES);
  const Object both =
      object_of(draft_of(request, aes().flag(CKA_WRAP, true).flag(CKA_DECRYPT, true)));
  const Object key = object_of(draft_of(request, aes().flag(CKA_EXTRACTABLE, true)));
  EXPECT_EQ(may_wrap(both, key).error().rv, CKR_KEY_NOT_WRAPPABLE);
  const Object repentant =
      object_of(*draft_with_changes(both, TemplateBuilder().flag(CKA_DECRYPT, false), kUser));
  EXPECT_EQ(may_wrap(repentant, key).error().rv, CKR_KEY_NOT_WRAPPABLE);
  const Object wrapping = object_of(draft_of(request, aes().flag(CKA_WRAP, true)));
  EXPECT_TRUE(may_wrap(wrapping, key));
}

TEST(Policy, DoesNotWrapASensitiveKeyUnderOneThatWouldUnwrapItReadable) {
  const auto request = generated(CKO_SECRET_KEY, CKK_AES);
  const Object telling = object_of(draft_of(
      request, aes()
                   .flag(CKA_WRAP, true)
                   .flag(CKA_UNWRAP, true)
                   .nested(CKA_UNWRAP_TEMPLATE, TemplateBuilder().flag(CKA_SENSITIVE, false))));
  const Object key = object_of(draft_of(request, aes().flag(CKA_EXTRACTABLE, true)));
  EXPECT_EQ(may_wrap(telling, key).error().rv, CKR_KEY_NOT_WRAPPABLE);
  const Object open =
      object_of(draft_of(request, aes().flag(CKA_EXTRACTABLE, true).flag(CKA_SENSITIVE, false)));
  EXPECT_TRUE(may_wrap(telling, open));
}

TEST(Policy, HonoursWrapWithTrustedAndWrapTemplate) {
  auto request = generated(CKO_SECRET_KEY, CKK_AES);
  const auto wrapping_template = [] { return aes().flag(CKA_WRAP, true).flag(CKA_PRIVATE, false); };
  const Object plain = object_of(draft_of(request, wrapping_template()));
  const Object careful = object_of(
      draft_of(request, aes().flag(CKA_EXTRACTABLE, true).flag(CKA_WRAP_WITH_TRUSTED, true)));
  EXPECT_EQ(may_wrap(plain, careful).error().rv, CKR_KEY_NOT_WRAPPABLE);
  request.asker = kOfficer;
  const Object trusted = object_of(draft_of(request, wrapping_template().flag(CKA_TRUSTED, true)));
  EXPECT_TRUE(may_wrap(trusted, careful));
  const Object choosy = object_of(draft_of(
      request, wrapping_template()
                   .flag(CKA_TRUSTED, true)
                   .nested(CKA_WRAP_TEMPLATE, TemplateBuilder().text(CKA_LABEL, "export"))));
  EXPECT_EQ(may_wrap(choosy, careful).error().rv, CKR_KEY_HANDLE_INVALID);
}

TEST(Policy, DoesNotLowerProtectionOnUnwrappingUnlessTheKeySaysSo) {
  const Object plain = object_of(draft_of(generated(CKO_SECRET_KEY, CKK_AES), aes()));
  const Object consenting = object_of(
      draft_of(generated(CKO_SECRET_KEY, CKK_AES),
               aes().nested(CKA_UNWRAP_TEMPLATE, TemplateBuilder().flag(CKA_SENSITIVE, false))));
  Draft open;
  open.attributes.set_flag(CKA_SENSITIVE, false);
  EXPECT_EQ(may_unwrap(plain, open).error().rv, CKR_TEMPLATE_INCONSISTENT);
  EXPECT_TRUE(may_unwrap(consenting, open));
}

}  // namespace
}  // namespace azekura::hsm::token
