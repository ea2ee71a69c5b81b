#include "hsm/token/lanes.h"

#include "hsm/token/object.h"
#include "hsm/token/object_index.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {
namespace {

using wire::Lane;
using wire::Op;

bool skip_session(ByteReader& reader) {
  ByteView octets;
  return reader.take(8 + 8 + 1, octets);
}

// Skips a mechanism and answers its type; 0 for a malformed one.
std::uint64_t mechanism_type(ByteReader& reader) {
  std::uint64_t type = 0;
  std::uint64_t number = 0;
  ByteView octets;
  reader.number(type);
  for (int i = 0; i < 3; ++i) reader.number(number);
  reader.string(octets);
  reader.string(octets);
  return reader.ok() ? type : 0;
}

// Whether a template, which is skipped, asks for a token object.
bool asks_for_token(ByteReader& reader) {
  std::uint32_t count = 0;
  bool asks = false;
  reader.number(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    std::uint64_t type = 0;
    ByteView value;
    reader.number(type);
    if (reader.string(value) && type == CKA_TOKEN) asks = value.size() == 1 && value[0] != 0;
  }
  return asks;
}

bool searches_by_index(ByteReader& reader) {
  std::uint64_t after = 0;
  std::uint32_t number = 0;
  reader.number(after);
  reader.number(number);
  reader.number(number);
  for (std::uint32_t i = 0; i < number && reader.ok(); ++i) {
    std::uint64_t type = 0;
    ByteView value;
    reader.number(type);
    if (reader.string(value) && ObjectIndex::is_indexed(type)) return true;
  }
  return false;
}

bool is_symmetric(std::uint64_t mechanism) {
  switch (mechanism) {
    case CKM_AES_ECB:
    case CKM_AES_CBC:
    case CKM_AES_CBC_PAD:
    case CKM_AES_CTR:
    case CKM_AES_GCM:
    case CKM_AES_KEY_WRAP:
    case CKM_AES_KEY_WRAP_KWP:
    case CKM_SHA_1_HMAC:
    case CKM_SHA_1_HMAC_GENERAL:
    case CKM_SHA224_HMAC:
    case CKM_SHA224_HMAC_GENERAL:
    case CKM_SHA256_HMAC:
    case CKM_SHA256_HMAC_GENERAL:
    case CKM_SHA384_HMAC:
    case CKM_SHA384_HMAC_GENERAL:
    case CKM_SHA512_HMAC:
    case CKM_SHA512_HMAC_GENERAL:
      return true;
    default:
      return false;
  }
}

Lane for_object(ByteReader& reader) {
  Handle handle = 0;
  skip_session(reader);
  if (!reader.number(handle)) return Lane::kShort;
  return (handle & kSessionObjectBit) != 0 ? Lane::kShort : Lane::kBlocking;
}

Lane for_generation(ByteReader& reader, int templates) {
  skip_session(reader);
  const std::uint64_t type = mechanism_type(reader);
  bool durable = type == CKM_RSA_PKCS_KEY_PAIR_GEN;
  for (int i = 0; i < templates; ++i) durable |= asks_for_token(reader);
  return durable ? Lane::kBlocking : Lane::kLong;
}

}  // namespace

wire::Lane lane_of(ByteView head) {
  const auto op = wire::op_of(head);
  if (!op) return Lane::kShort;
  ByteReader reader(head.subspan(2));
  ByteView skipped;
  std::uint64_t handle = 0;
  switch (*op) {
    case Op::kOperate: {
      std::uint64_t mechanism = 0;
      reader.take(1 + 1, skipped);  // kind, prehashed
      skip_session(reader);
      reader.number(handle);
      reader.number(mechanism);
      return is_symmetric(mechanism) ? Lane::kShort : Lane::kLong;
    }
    case Op::kFind:
      skip_session(reader);
      return searches_by_index(reader) ? Lane::kShort : Lane::kLong;
    case Op::kInitToken:
    case Op::kInitPin:
    case Op::kSetPin:
    case Op::kLogin:
    case Op::kResume:
      return Lane::kBlocking;
    case Op::kDestroyObject:
    case Op::kSetAttributes:
      return for_object(reader);
    case Op::kCreateObject:
      skip_session(reader);
      return asks_for_token(reader) ? Lane::kBlocking : Lane::kLong;
    case Op::kCopyObject:
      // Silent about CKA_TOKEN, a copy is where the original is.
      skip_session(reader);
      reader.number(handle);
      return asks_for_token(reader) || (handle & kSessionObjectBit) == 0 ? Lane::kBlocking
                                                                         : Lane::kShort;
    case Op::kGenerateKey:
      return for_generation(reader, 1);
    case Op::kGenerateKeyPair:
      return for_generation(reader, 2);
    case Op::kWrapKey:
      return Lane::kLong;
    case Op::kUnwrapKey:
    case Op::kDeriveKey:
      skip_session(reader);
      mechanism_type(reader);
      reader.number(handle);
      return asks_for_token(reader) ? Lane::kBlocking : Lane::kLong;
    default:
      return Lane::kShort;
  }
}

}  // namespace azekura::hsm::token
