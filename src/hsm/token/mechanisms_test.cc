// Nothing is advertised that does not work: every mechanism with every flag, by keys made here.
#include "hsm/token/mechanisms.h"

#include <gtest/gtest.h>

#include <set>

#include "crypto/der.h"
#include "hsm/cryptoki/mechanisms.h"
#include "hsm/cryptoki/names.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

using cryptoki::Family;
using cryptoki::MechanismFacts;
using cryptoki::ParameterKind;
using wire::Kind;

const Bytes kIv16 = hex("000102030405060708090a0b0c0d0e0f");
const Bytes kIv12 = hex("cafebabefacedbaddecaf888");
const Bytes kMessage = to_bytes(as_bytes("thirty-two octets of plain text!"));

wire::Mechanism with_parameter(const MechanismFacts& facts) {
  wire::Mechanism mechanism{.type = facts.type};
  switch (facts.parameter) {
    case ParameterKind::kIv:
      mechanism.first = kIv16;
      break;
    case ParameterKind::kCounter:
      mechanism.number_a = 32;
      mechanism.first = kIv16;
      break;
    case ParameterKind::kGcm:
      mechanism.number_a = 128;
      mechanism.first = kIv12;
      mechanism.second = kMessage;
      break;
    case ParameterKind::kMacLength:
      mechanism.number_a = 10;
      break;
    case ParameterKind::kPss:
      mechanism.number_a = facts.hash_and_sign() ? facts.digest : CKM_SHA256;
      mechanism.number_b = CKG_MGF1_SHA256;
      mechanism.number_c = 20;
      break;
    case ParameterKind::kOaep:
      mechanism.number_a = CKM_SHA256;
      mechanism.number_b = CKG_MGF1_SHA1;
      break;
    case ParameterKind::kEcdh:
      mechanism.number_a = CKD_NULL;
      mechanism.second = kMessage;
      break;
    default:
      break;
  }
  return mechanism;
}

ObjectPair keys_for(const MechanismFacts& facts) {
  static const auto& rsa = rsa_pair();
  switch (facts.key_type) {
    case CKK_RSA:
      return rsa;
    case CKK_EC:
      return ec_pair(crypto::ec_params(crypto::Curve::kP384));
    case CKK_EC_EDWARDS:
      return generated_pair(CKM_EC_EDWARDS_KEY_PAIR_GEN,
                            Asked().octets(CKA_EC_PARAMS, to_bytes(crypto::ed25519_params())));
    case CKK_AES: {
      const bool wraps = (facts.flags & CKF_WRAP) != 0;
      const ObjectPtr key = generated(CKM_AES_KEY_GEN, Asked()
                                                           .number(CKA_VALUE_LEN, 32)
                                                           .flag(CKA_WRAP, wraps)
                                                           .flag(CKA_UNWRAP, wraps)
                                                           .flag(CKA_ENCRYPT, !wraps)
                                                           .flag(CKA_DECRYPT, !wraps));
      return {key, key};
    }
    default: {
      const ObjectPtr key =
          generated(CKM_GENERIC_SECRET_KEY_GEN, Asked().number(CKA_VALUE_LEN, 24));
      return {key, key};
    }
  }
}

class EveryMechanism : public testing::TestWithParam<MechanismFacts> {
 protected:
  Outcome<Bytes> run(Kind kind, const ObjectPtr& key, ByteView data, ByteView signature = {}) {
    return operated(*contexts_, key,
                    {.kind = kind, .mechanism = mechanism_, .signature = signature}, data);
  }
  const MechanismFacts& facts() const { return GetParam(); }

  // Raw ECDSA and PSS take a digest.
  Bytes message() const {
    return facts().family == Family::kRsaPss && !facts().hash_and_sign() ? Bytes(32, 7) : kMessage;
  }

  wire::Mechanism mechanism_ = with_parameter(GetParam());
  std::unique_ptr<ContextCache, ContextCacheDeleter> contexts_ = make_context_cache();
};

TEST_P(EveryMechanism, DoesWhatItsFlagsSayAndNothingElse) {
  const ObjectPair keys = (facts().flags & (CKF_GENERATE | CKF_GENERATE_KEY_PAIR | CKF_DIGEST)) != 0
                              ? ObjectPair{}
                              : keys_for(facts());
  std::set<CK_FLAGS> tried;
  if ((facts().flags & CKF_ENCRYPT) != 0) {
    const auto sealed = run(Kind::kEncrypt, keys.public_key, message());
    ASSERT_TRUE(sealed) << sealed.error().why;
    EXPECT_NE(*sealed, message());
    const auto opened = run(Kind::kDecrypt, keys.private_key, *sealed);
    ASSERT_TRUE(opened) << opened.error().why;
    EXPECT_EQ(*opened, message());
    tried.insert({CKF_ENCRYPT, CKF_DECRYPT});
  } else if (keys.public_key) {
    EXPECT_EQ(rv_of(run(Kind::kEncrypt, keys.public_key, message())), CKR_MECHANISM_INVALID);
    EXPECT_EQ(rv_of(run(Kind::kDecrypt, keys.private_key, message())), CKR_MECHANISM_INVALID);
  }
  if ((facts().flags & CKF_SIGN) != 0) {
    const auto signature = run(Kind::kSign, keys.private_key, message());
    ASSERT_TRUE(signature) << signature.error().why;
    const auto good = run(Kind::kVerify, keys.public_key, message(), *signature);
    EXPECT_TRUE(good) << good.error().why;
    Bytes other = message();
    other[0] ^= 1;
    EXPECT_EQ(rv_of(run(Kind::kVerify, keys.public_key, other, *signature)), CKR_SIGNATURE_INVALID);
    Bytes shorter = *signature;
    shorter.pop_back();
    EXPECT_EQ(rv_of(run(Kind::kVerify, keys.public_key, message(), shorter)),
              CKR_SIGNATURE_LEN_RANGE);
    tried.insert({CKF_SIGN, CKF_VERIFY});
  } else if (keys.public_key) {
    EXPECT_EQ(rv_of(run(Kind::kSign, keys.private_key, message())), CKR_MECHANISM_INVALID);
    EXPECT_EQ(rv_of(run(Kind::kVerify, keys.public_key, message())), CKR_MECHANISM_INVALID);
  }
  if ((facts().flags & CKF_WRAP) != 0) {
    const ObjectPtr key =
        generated(CKM_AES_KEY_GEN, Asked().number(CKA_VALUE_LEN, 16).flag(CKA_EXTRACTABLE, true));
    // RSA keys for wrapping decrypt, too, unless the private half does not.
    const ObjectPtr wrapping = facts().key_type == CKK_RSA ? keys.public_key : keys.private_key;
    Bytes wrapped(1024);
    const auto size = wrap_key(mechanism_, *wrapping, *key, wrapped);
    ASSERT_TRUE(size) << size.error().why;
    wrapped.resize(*size);
    const auto again =
        unwrap(mechanism_, keys.private_key, wrapped,
               Asked().number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES));
    ASSERT_TRUE(again) << again.error().why;
    EXPECT_TRUE(again->secrets.find(CKA_VALUE)->equals(*key->secrets().find(CKA_VALUE)));
    tried.insert({CKF_WRAP, CKF_UNWRAP});
  }
  if ((facts().flags & CKF_DERIVE) != 0) {
    const ObjectPair peer = keys_for(facts());
    const Bytes point = *peer.public_key->attributes().find(CKA_EC_POINT);
    mechanism_.second = point;
    EXPECT_TRUE(derive(mechanism_, keys.private_key, {}));
    tried.insert(CKF_DERIVE);
  }
  if ((facts().flags & CKF_GENERATE) != 0) {
    EXPECT_TRUE(generate(facts().type, Asked().number(CKA_VALUE_LEN, 16)));
    tried.insert(CKF_GENERATE);
  }
  if ((facts().flags & CKF_GENERATE_KEY_PAIR) != 0) {
    keys_for(facts());
    tried.insert(CKF_GENERATE_KEY_PAIR);
  }
  if ((facts().flags & CKF_DIGEST) != 0) {
    EXPECT_GT(cryptoki::digest_size(facts().type), 0u);  // digests are made in the module
    tried.insert(CKF_DIGEST);
  }
  CK_FLAGS advertised =
      facts().flags & ~(CKF_EC_F_P | CKF_EC_OID | CKF_EC_UNCOMPRESS | CKF_EC_CURVENAME);
  for (const CK_FLAGS flag : tried) advertised &= ~flag;
  EXPECT_EQ(advertised, 0u) << "flags that no test tried";
}

TEST_P(EveryMechanism, IsRefusedToAKeyWithoutTheUse) {
  if ((facts().flags & (CKF_GENERATE | CKF_GENERATE_KEY_PAIR | CKF_DIGEST)) != 0) return;
  const ObjectPair keys = keys_for(facts());
  for (const auto& [flag, usage, kind, by_public] :
       {std::tuple(CKF_ENCRYPT, CKA_ENCRYPT, Kind::kEncrypt, true),
        std::tuple(CKF_DECRYPT, CKA_DECRYPT, Kind::kDecrypt, false),
        std::tuple(CKF_SIGN, CKA_SIGN, Kind::kSign, false),
        std::tuple(CKF_VERIFY, CKA_VERIFY, Kind::kVerify, true)}) {
    if ((facts().flags & flag) == 0) continue;
    const ObjectPtr& whole = by_public ? keys.public_key : keys.private_key;
    Draft draft = whole->draft().clone();
    draft.attributes.set_flag(usage, false);
    EXPECT_EQ(rv_of(run(kind, object_of(std::move(draft)), message())),
              CKR_KEY_FUNCTION_NOT_PERMITTED);

    Draft bound = whole->draft().clone();
    bound.attributes.set_number(CKA_ALLOWED_MECHANISMS, CKM_MD5);
    EXPECT_EQ(rv_of(run(kind, object_of(std::move(bound)), message())), CKR_MECHANISM_INVALID);

    Draft freed = whole->draft().clone();
    freed.attributes.set_number(CKA_ALLOWED_MECHANISMS, facts().type);
    EXPECT_NE(rv_of(run(kind, object_of(std::move(freed)), message())), CKR_MECHANISM_INVALID);
  }
}

INSTANTIATE_TEST_SUITE_P(Mechanisms, EveryMechanism,
                         testing::ValuesIn(cryptoki::all_mechanisms().begin(),
                                           cryptoki::all_mechanisms().end()),
                         [](const auto& each) {
                           return std::string(
                               cryptoki::name_of_mechanism(each.param.type).substr(4));
                         });

}  // namespace
}  // namespace azekura::hsm::token
