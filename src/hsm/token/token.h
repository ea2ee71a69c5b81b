// Token: one slot: its record, its PINs, its objects, and how all of them become durable.
//
// A slot without a token is a Token that is not initialised yet.
//
// Threads: any number at once. Writers that arrive together share one transaction: the first one
// commits for all that queue behind it, with the token's record written once.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/secret.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/token/journal.h"
#include "hsm/token/object_index.h"
#include "hsm/token/rows.h"
#include "hsm/wire/generations.h"
#include "store/store.h"

namespace azekura::hsm::token {

inline constexpr std::uint32_t kPinTriesMax = 10;
// Each check takes 64 MiB: more at once would only push others out of memory.
inline constexpr std::ptrdiff_t kPinChecksMax = 2;
inline constexpr std::size_t kLabelBytesMax = 32;
inline constexpr std::size_t kTokenObjectsMax = 1'000'000;

// Handles of token objects: each is given out once in the store's life, whatever happens.
class HandleCounter {
 public:
  HandleCounter(store::Store& store, const RowCipher& cipher) : store_(store), cipher_(cipher) {}

  // Goes on behind what the store says and behind `seen`, the greatest handle in use.
  Status load(Handle seen);
  Result<Handle> next();
  // Every handle given out so far is below this one, every later one is not.
  Handle bound() const;

 private:
  store::Store& store_;
  const RowCipher& cipher_;
  mutable std::mutex mutex_;
  Handle next_ = 1;
  Handle reserved_ = 1;  // handles below this are ours to give out
};

// What all tokens share. Outlives them.
struct Surroundings {
  store::Store& store;
  const RowCipher& cipher;  // seals the tokens' records
  HandleCounter& handles;
  wire::Generations& generations;
  std::counting_semaphore<kPinChecksMax>& pin_checks;
  const Secret& pin_memory_key;  // random, of this process
};

// What an error of the store means to an application.
tl::unexpected<Failure> refuse_for(const Error& error);

// Erases the rows of a slot's objects below a handle, some hundreds in a transaction.
Status erase_object_rows(store::Store& store, std::uint64_t slot, Handle below);

class Token {
 public:
  Token(std::uint64_t slot, Surroundings& surroundings);

  // Reads the objects of a token that the store has, and checks that they are all, and no others.
  // Called once, before anything else.
  Status load(TokenRecord record);
  Handle greatest_handle() const;

  struct Facts {
    CK_FLAGS flags = 0;  // of CK_TOKEN_INFO
    std::string label;
    std::string serial;
  };
  std::uint64_t slot() const { return slot_; }
  bool initialized() const { return initialized_.load(std::memory_order_acquire); }
  Facts facts() const;
  std::uint64_t login_epoch() const;
  ObjectIndex& objects() { return objects_; }
  const ObjectIndex& objects() const { return objects_; }

  // ---- PINs. `then` runs once the change is durable, before any other check of a PIN of this
  // token.
  using Then = std::function<void()>;

  // C_InitToken: destroys all objects of a token that is initialised, for its right SO PIN.
  Outcome<void> initialize(ByteView so_pin, ByteView label, const Then& then);
  // C_InitPIN. REQUIRES: the caller is logged in as security officer.
  Outcome<void> set_user_pin(ByteView pin);
  Outcome<void> change_pin(Role role, ByteView old_pin, ByteView replacement);
  // A try is counted durably before the PIN is looked at, and forgotten when it was right.
  Outcome<void> check_pin(Role role, ByteView pin, const Then& then);
  // Runs `then` if the login epoch is still this one, before it can change. False if it is not.
  bool while_epoch(std::uint64_t epoch, const Then& then);

  // ---- Objects. Durable on return, and visible from then on.

  // Gives the drafts handles; all or none of them.
  Outcome<std::vector<ObjectPtr>> add(std::vector<Draft> drafts);
  // Two changes of one object follow one another: `edit` sees the object as it is by then.
  // CKR_OBJECT_HANDLE_INVALID if there is none.
  using Edit = std::function<Outcome<Draft>(const Object& object)>;
  Outcome<void> change(Handle handle, const Edit& edit);
  Outcome<void> destroy(Handle handle);

 private:
  // The keys of one life of the token; C_InitToken begins another.
  struct Keys {
    RowCipher cipher;
    Secret sum_key;
    std::uint64_t life = 0;
  };
  using KeysPtr = std::shared_ptr<const Keys>;

  struct RowChange {
    Bytes row;
    std::optional<Bytes> value;  // nothing: erase
    RowTag tag{};                // what this does to the sum
    std::int64_t objects = 0;    // and to the count
  };
  // One writer's part of a transaction.
  struct Pending {
    std::uint64_t life = 0;  // of the keys that the rows are sealed with
    std::vector<RowChange> rows;
    std::function<void(TokenRecord&)> edit;
    std::function<void()> then;  // runs in the order of commits, before the writer goes on
    bool alone = false;
    bool done = false;
    Status result;
  };
  class Busy;

  static Result<KeysPtr> make_keys(const Secret& key, std::uint64_t life);
  KeysPtr keys() const;
  PinRecord pin_record(Role role) const;
  Status commit(Pending& mine);
  std::vector<Pending*> next_parts(Pending& mine);
  void commit_together(const std::vector<Pending*>& parts);
  Status edit_record(std::function<void(TokenRecord&)> edit, std::function<void()> then = {});
  Outcome<void> verify(Role role, ByteView pin);
  Outcome<PinRecord> make_pin(ByteView pin) const;
  Result<RowTag> memory_of(Role role, ByteView pin) const;
  Outcome<void> new_pin(Role role, ByteView pin);
  void remember(Role role, ByteView pin);
  Status erase_old_rows();
  void facts_changed();

  const std::uint64_t slot_;
  Surroundings& around_;
  ObjectIndex objects_;
  std::atomic<bool> initialized_{false};

  // Held while a PIN is checked and what depends on it is done, so that tries are counted one by
  // one.
  std::mutex pins_mutex_;
  // By Role: the keyed hash of the PIN that was right last, so that only the first login of a
  // process life pays for argon2id. Says nothing to one who cannot read this memory, where the keys
  // are too.
  std::array<std::optional<RowTag>, 3> remembered_;

  mutable std::mutex record_mutex_;
  std::optional<TokenRecord> record_;
  KeysPtr keys_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<Pending*> queue_;
  bool leading_ = false;

  std::mutex busy_mutex_;
  std::condition_variable busy_changed_;
  std::unordered_set<Handle> busy_;  // objects that are being changed
};

}  // namespace azekura::hsm::token
