// The messages between an application's module and the daemon: what may be asked, what is answered.
//
// A request frame is: head = u16 operation, then the request's fields; and data (opaque octets, may
// be empty). An answer frame is: head = u64 CK_RV, u64 generation of the slot's facts; then the
// answer's fields when the CK_RV is CKR_OK, else bytes: a sentence for the log; and data.
// Handles, types and lengths are u64 as CK_ULONG is. All views point into the frame.
//
// docs/wire.md is this file as a grammar. The fuzzer fuzz/wire_fuzz.cc reads every request.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "hsm/wire/codec.h"
#include "hsm/wire/limits.h"

namespace azekura::hsm::wire {

enum class Op : std::uint16_t {
  kListSlots = 1,
  kInitToken = 2,
  kInitPin = 3,
  kSetPin = 4,
  kLogin = 5,
  kLogout = 6,
  kCloseSession = 7,
  kResume = 8,
  kStatus = 9,

  kCreateObject = 20,
  kCopyObject = 21,
  kDestroyObject = 22,
  kReadObject = 23,
  kSetAttributes = 24,
  kFind = 25,

  kGenerateKey = 40,
  kGenerateKeyPair = 41,
  kWrapKey = 42,
  kUnwrapKey = 43,
  kDeriveKey = 44,

  kOperate = 60,
  kStreamBegin = 61,
  kStreamUpdate = 62,
  kStreamFinish = 63,
  kStreamAbort = 64,
  kRandom = 65,
};

// The session that asks. Sessions are numbered by the module; the daemon knows one only while it
// holds something for it.
struct SessionRef {
  std::uint64_t slot = 0;
  std::uint64_t session = 0;
  bool read_write = false;
  template <class V>
  void fields(V& v) {
    v(slot)(session)(read_write);
  }
};

struct Attribute {
  std::uint64_t type = 0;  // CKA_…
  ByteView value;          // a CK_ULONG is 8 octets little-endian, a CK_BBOOL one octet
  template <class V>
  void fields(V& v) {
    v(type)(value);
  }
};
using Template = std::vector<Attribute>;

// A mechanism with its parameter flattened: pointers do not cross processes. Which members mean
// what, by mechanism:
//   IV mechanisms (CBC, CBC-PAD)     first = iv (16)
//   CKM_AES_CTR                      number_a = counter bits, first = counter block (16)
//   CKM_AES_GCM                      number_a = tag bits, first = iv, second = aad
//   CKM_AES_KEY_WRAP, _KWP           first = iv or empty
//   CKM_RSA_PKCS_PSS and hashed      number_a = hashAlg, number_b = mgf, number_c = salt octets
//   CKM_RSA_PKCS_OAEP                number_a = hashAlg, number_b = mgf, first = label
//   CKM_ECDH1_DERIVE                 number_a = kdf, first = shared data, second = public point
//   CKM_…_HMAC_GENERAL               number_a = octets of the MAC
// All others: empty. A member that a mechanism does not use is zero or empty.
struct Mechanism {
  std::uint64_t type = 0;  // CKM_…
  std::uint64_t number_a = 0;
  std::uint64_t number_b = 0;
  std::uint64_t number_c = 0;
  ByteView first;
  ByteView second;
  template <class V>
  void fields(V& v) {
    v(type)(number_a)(number_b)(number_c)(first)(second);
  }
};

struct Empty {
  template <class V>
  void fields(V&) {}
};

// ---- Slots, tokens, PINs, login -----------------------------------------------------------------

struct SlotFacts {
  std::uint64_t slot = 0;
  std::uint64_t token_flags = 0;  // CKF_TOKEN_INITIALIZED, CKF_USER_PIN_LOCKED, … of CK_TOKEN_INFO
  ByteView label;                 // without padding
  ByteView serial;                // 16 characters
  std::uint64_t generation = 0;
  template <class V>
  void fields(V& v) {
    v(slot)(token_flags)(label)(serial)(generation);
  }
};

struct ListSlots : Empty {
  static constexpr Op kOp = Op::kListSlots;
  struct Answer {
    std::vector<SlotFacts> slots;  // ascending; the last one holds no token yet, for C_InitToken
    template <class V>
    void fields(V& v) {
      v(slots);
    }
  };
};

struct InitToken {  // slow
  static constexpr Op kOp = Op::kInitToken;
  using Answer = Empty;
  std::uint64_t slot = 0;
  ByteView so_pin;
  ByteView label;
  template <class V>
  void fields(V& v) {
    v(slot)(so_pin)(label);
  }
};

struct InitPin {  // slow
  static constexpr Op kOp = Op::kInitPin;
  using Answer = Empty;
  SessionRef session;
  ByteView pin;
  template <class V>
  void fields(V& v) {
    v(session)(pin);
  }
};

struct SetPin {  // slow
  static constexpr Op kOp = Op::kSetPin;
  using Answer = Empty;
  SessionRef session;
  ByteView old_pin;
  ByteView new_pin;
  template <class V>
  void fields(V& v) {
    v(session)(old_pin)(new_pin);
  }
};

struct Login {  // slow
  static constexpr Op kOp = Op::kLogin;
  SessionRef session;
  std::uint64_t user_type = 0;  // CKU_SO, CKU_USER, CKU_CONTEXT_SPECIFIC
  ByteView pin;
  template <class V>
  void fields(V& v) {
    v(session)(user_type)(pin);
  }
  struct Answer {
    ByteView ticket;  // restores this login after a reconnect; empty for CKU_CONTEXT_SPECIFIC
    template <class V>
    void fields(V& v) {
      v(ticket);
    }
  };
};

struct Logout {
  static constexpr Op kOp = Op::kLogout;
  using Answer = Empty;
  std::uint64_t slot = 0;
  template <class V>
  void fields(V& v) {
    v(slot);
  }
};

// Restores logins on a fresh connection. What cannot be restored is left out of the answer.
struct Resume {
  static constexpr Op kOp = Op::kResume;
  std::vector<Attribute> tickets;  // type = slot, value = ticket
  template <class V>
  void fields(V& v) {
    v(tickets);
  }
  struct Answer {
    std::vector<std::uint64_t> restored_slots;
    template <class V>
    void fields(V& v) {
      v(restored_slots);
    }
  };
};

// Ends a session: its session objects, streams and one-operation logins are gone.
struct CloseSession {
  static constexpr Op kOp = Op::kCloseSession;
  using Answer = Empty;
  SessionRef session;
  template <class V>
  void fields(V& v) {
    v(session);
  }
};

struct DaemonStatus : Empty {
  static constexpr Op kOp = Op::kStatus;
  struct Answer {
    ByteView version;
    std::uint64_t pid = 0;
    std::uint64_t uptime_s = 0;
    std::uint64_t connections = 0;
    std::uint64_t tokens = 0;
    std::uint64_t token_objects = 0;
    std::uint64_t operations = 0;  // answered since start
    std::uint64_t workers = 0;
    bool memory_locked = false;
    bool sandboxed = false;
    ByteView store_path;
    template <class V>
    void fields(V& v) {
      v(version)(pid)(
          uptime_s)(connections)(tokens)(token_objects)(operations)(workers)(memory_locked)(sandboxed)(store_path);
    }
  };
};

// ---- Objects ------------------------------------------------------------------------------------

struct HandleAnswer {
  std::uint64_t handle = 0;
  template <class V>
  void fields(V& v) {
    v(handle);
  }
};

struct CreateObject {
  static constexpr Op kOp = Op::kCreateObject;
  using Answer = HandleAnswer;
  SessionRef session;
  Template attributes;
  template <class V>
  void fields(V& v) {
    v(session)(attributes);
  }
};

struct CopyObject {
  static constexpr Op kOp = Op::kCopyObject;
  using Answer = HandleAnswer;
  SessionRef session;
  std::uint64_t object = 0;
  Template attributes;
  template <class V>
  void fields(V& v) {
    v(session)(object)(attributes);
  }
};

struct DestroyObject {
  static constexpr Op kOp = Op::kDestroyObject;
  using Answer = Empty;
  SessionRef session;
  std::uint64_t object = 0;
  template <class V>
  void fields(V& v) {
    v(session)(object);
  }
};

// Everything that may be read of an object, in one answer. With `secrets` the answer also holds the
// secret values of a key that is extractable and not sensitive (others stay in `sensitive`).
struct ReadObject {
  static constexpr Op kOp = Op::kReadObject;
  SessionRef session;
  std::uint64_t object = 0;
  bool secrets = false;
  template <class V>
  void fields(V& v) {
    v(session)(object)(secrets);
  }
  struct Answer {
    Template attributes;
    std::vector<std::uint64_t> sensitive;  // attributes that exist and are not told
    template <class V>
    void fields(V& v) {
      v(attributes)(sensitive);
    }
  };
};

struct SetAttributes {
  static constexpr Op kOp = Op::kSetAttributes;
  using Answer = Empty;
  SessionRef session;
  std::uint64_t object = 0;
  Template attributes;
  template <class V>
  void fields(V& v) {
    v(session)(object)(attributes);
  }
};

struct Find {
  static constexpr Op kOp = Op::kFind;
  SessionRef session;
  std::uint64_t after = 0;      // handles greater than this one
  std::uint32_t count_max = 0;  // at most kFindHandlesMax
  Template attributes;          // all must match; empty matches everything that may be seen
  template <class V>
  void fields(V& v) {
    v(session)(after)(count_max)(attributes);
  }
  struct Answer {
    std::vector<std::uint64_t> handles;  // ascending
    bool more = false;
    template <class V>
    void fields(V& v) {
      v(handles)(more);
    }
  };
};

// ---- Keys ---------------------------------------------------------------------------------------

struct GenerateKey {
  static constexpr Op kOp = Op::kGenerateKey;
  using Answer = HandleAnswer;
  SessionRef session;
  Mechanism mechanism;
  Template attributes;
  template <class V>
  void fields(V& v) {
    v(session)(mechanism)(attributes);
  }
};

struct GenerateKeyPair {
  static constexpr Op kOp = Op::kGenerateKeyPair;
  SessionRef session;
  Mechanism mechanism;
  Template public_attributes;
  Template private_attributes;
  template <class V>
  void fields(V& v) {
    v(session)(mechanism)(public_attributes)(private_attributes);
  }
  struct Answer {
    std::uint64_t public_handle = 0;
    std::uint64_t private_handle = 0;
    template <class V>
    void fields(V& v) {
      v(public_handle)(private_handle);
    }
  };
};

struct WrapKey {  // answer's data: the wrapped key
  static constexpr Op kOp = Op::kWrapKey;
  using Answer = Empty;
  SessionRef session;
  Mechanism mechanism;
  std::uint64_t wrapping_key = 0;
  std::uint64_t key = 0;
  template <class V>
  void fields(V& v) {
    v(session)(mechanism)(wrapping_key)(key);
  }
};

struct UnwrapKey {  // request's data: the wrapped key
  static constexpr Op kOp = Op::kUnwrapKey;
  using Answer = HandleAnswer;
  SessionRef session;
  Mechanism mechanism;
  std::uint64_t unwrapping_key = 0;
  Template attributes;
  template <class V>
  void fields(V& v) {
    v(session)(mechanism)(unwrapping_key)(attributes);
  }
};

struct DeriveKey {
  static constexpr Op kOp = Op::kDeriveKey;
  using Answer = HandleAnswer;
  SessionRef session;
  Mechanism mechanism;
  std::uint64_t base_key = 0;
  Template attributes;
  template <class V>
  void fields(V& v) {
    v(session)(mechanism)(base_key)(attributes);
  }
};

// ---- Operations ---------------------------------------------------------------------------------

enum class Kind : std::uint8_t { kEncrypt = 1, kDecrypt = 2, kSign = 3, kVerify = 4 };

// A whole operation in one frame. Request's data: plaintext, ciphertext, message or digest.
// Answer's data: the result. GCM ciphertext ends with its tag.
struct Operate {
  static constexpr Op kOp = Op::kOperate;
  using Answer = Empty;
  Kind kind = Kind::kSign;
  bool prehashed = false;  // the mechanism hashes and signs, and the data is already the digest
  SessionRef session;
  std::uint64_t key = 0;
  Mechanism mechanism;
  ByteView signature;  // kVerify only
  template <class V>
  void fields(V& v) {
    v(kind)(prehashed)(session)(key)(mechanism)(signature);
  }
};

// A multi-part operation: Begin, Update*, Finish | Abort. One of each kind a session. A stream ends
// by an error, too.
struct StreamBegin {
  static constexpr Op kOp = Op::kStreamBegin;
  using Answer = Empty;
  Kind kind = Kind::kEncrypt;
  SessionRef session;
  std::uint64_t key = 0;
  Mechanism mechanism;
  template <class V>
  void fields(V& v) {
    v(kind)(session)(key)(mechanism);
  }
};

struct StreamUpdate {  // data in, data out
  static constexpr Op kOp = Op::kStreamUpdate;
  using Answer = Empty;
  Kind kind = Kind::kEncrypt;
  SessionRef session;
  template <class V>
  void fields(V& v) {
    v(kind)(session);
  }
};

// Data in: the last part, or nothing. Data out: the rest of the result. A GCM decryption of more
// plaintext than one frame holds gives it piece by piece: `more` says to call again with no data.
struct StreamFinish {
  static constexpr Op kOp = Op::kStreamFinish;
  Kind kind = Kind::kEncrypt;
  SessionRef session;
  ByteView signature;  // kVerify only
  template <class V>
  void fields(V& v) {
    v(kind)(session)(signature);
  }
  struct Answer {
    bool more = false;
    template <class V>
    void fields(V& v) {
      v(more);
    }
  };
};

struct StreamAbort {
  static constexpr Op kOp = Op::kStreamAbort;
  using Answer = Empty;
  Kind kind = Kind::kEncrypt;
  SessionRef session;
  template <class V>
  void fields(V& v) {
    v(kind)(session);
  }
};

struct Random {  // answer's data: `size` octets
  static constexpr Op kOp = Op::kRandom;
  using Answer = Empty;
  std::uint32_t size = 0;
  template <class V>
  void fields(V& v) {
    v(size);
  }
};

// ---- Frames -------------------------------------------------------------------------------------

template <class Request>
bool write_request(Request& request, Writer& out) {
  auto op = Request::kOp;
  out(op)(request);
  return out.ok();
}

// The operation of a request frame; nullopt when the head is too short.
inline std::optional<Op> op_of(ByteView head) {
  if (head.size() < 2) return std::nullopt;
  return static_cast<Op>(head[0] | head[1] << 8);
}

// REQUIRES: op_of(head) == Request::kOp. False when the rest is not exactly one Request.
template <class Request>
bool read_request(ByteView head, Request& request) {
  Reader in(head.subspan(2));
  in(request);
  return in.done();
}

struct AnswerHeader {
  std::uint64_t rv = 0;
  std::uint64_t generation = 0;
  template <class V>
  void fields(V& v) {
    v(rv)(generation);
  }
};

template <class Answer>
bool write_answer(std::uint64_t generation, Answer& answer, Writer& out) {
  AnswerHeader header{0, generation};
  out(header)(answer);
  return out.ok();
}

inline bool write_refusal(std::uint64_t rv, std::uint64_t generation, ByteView why, Writer& out) {
  AnswerHeader header{rv, generation};
  out(header)(why);
  return out.ok();
}

}  // namespace azekura::hsm::wire
