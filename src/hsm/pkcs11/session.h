// Session: what the module keeps for one C_OpenSession: its operations, and nothing of its keys.
//
// Found by handle without a lock that threads share: a handle is a place in a table that only grows
// and the number of times that the place was used. Each session has a lock of its own, held during
// a call, so that two threads which use one session by mistake harm only their results.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "crypto/hash.h"
#include "crypto/sign.h"
#include "hsm/cryptoki/mechanisms.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/pkcs11/attributes.h"
#include "hsm/pkcs11/facts.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::pkcs11 {

inline constexpr std::size_t kSessionsMax = 65536;  // of one process

// Encrypt, decrypt, sign or verify: between …Init and the call that ends it.
struct Operation {
  enum class Phase : std::uint8_t {
    kNone,
    kReady,  // after …Init
    kParts,  // after the first …Update
  };
  Phase phase = Phase::kNone;
  const cryptoki::MechanismFacts* mechanism = nullptr;
  wire::Mechanism parameters;  // views into `storage`
  Bytes storage;
  Facts key;  // kept after the end: the next …Init with the same key finds it here

  // Multi-part. One of the two: a stream in the daemon, or a hash here.
  std::uint64_t stream = 0;     // the connection that holds it; 0: none
  std::uint64_t octets_in = 0;  // told to the stream
  std::uint64_t octets_out = 0;
  std::optional<crypto::Hasher> hasher;
  // The last octets of a decryption that the caller's buffer was too small for.
  std::optional<Bytes> rest;

  // Public-key verification here, for the key and scheme that it was made for.
  std::optional<crypto::Verifier> verifier;
  Facts verifier_key;
  crypto::SignatureScheme verifier_scheme;
};

struct DigestOperation {
  enum class Phase : std::uint8_t { kNone, kReady, kParts };
  Phase phase = Phase::kNone;
  crypto::Hash hash = crypto::Hash::kSha256;
  std::optional<crypto::Hasher> hasher;
};

struct Search {
  bool active = false;
  Attributes attributes;  // its own copy
  std::vector<std::uint64_t> handles;
  std::size_t next = 0;
  bool more = false;
};

struct Session {
  Operation& operation(wire::Kind kind) { return operations[static_cast<std::size_t>(kind) - 1]; }

  std::mutex mutex;
  std::uint64_t handle = 0;  // 0: closed
  std::uint64_t uses = 0;
  wire::SessionRef ref;
  bool daemon_knows = false;  // the daemon may hold something for it
  std::array<Operation, 4> operations;
  DigestOperation digest;
  Search search;
};

class SessionTable {
 public:
  // A session, locked.
  class Borrowed {
   public:
    Borrowed(Session& session, std::unique_lock<std::mutex> lock)
        : session_(&session), lock_(std::move(lock)) {}
    Session& operator*() const { return *session_; }
    Session* operator->() const { return session_; }

   private:
    Session* session_;
    std::unique_lock<std::mutex> lock_;
  };
  struct Counts {
    std::size_t all = 0;
    std::size_t read_write = 0;
  };

  SessionTable() = default;
  ~SessionTable();
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  // CKR_SESSION_COUNT beyond kSessionsMax. REQUIRES: slot < wire::kSlotsMax.
  Outcome<std::uint64_t> open(std::uint64_t slot, bool read_write);
  // CKR_SESSION_HANDLE_INVALID when there is none.
  Outcome<Borrowed> find(CK_SESSION_HANDLE handle);
  // Forgets a session. Returns how many its slot has left.
  std::size_t close(Borrowed session);
  std::vector<std::uint64_t> handles_of(std::uint64_t slot);
  Counts counts(std::uint64_t slot);

 private:
  static constexpr std::size_t kChunkSize = 64;
  static constexpr unsigned kPlaceBits = 16;
  struct Chunk {
    std::array<Session, kChunkSize> sessions;
  };
  static_assert(kSessionsMax == std::size_t{1} << kPlaceBits);

  Session* at(std::size_t place);

  std::array<std::atomic<Chunk*>, kSessionsMax / kChunkSize> chunks_{};
  std::mutex mutex_;  // what follows
  std::size_t used_ = 0;
  std::deque<std::size_t> free_;
  std::array<Counts, wire::kSlotsMax> counts_{};
};

}  // namespace azekura::hsm::pkcs11
