// ContextCache: the keyed contexts that one worker thread keeps.
//
// Keying costs more than a short operation, and making an RSA context from its numbers much more,
// so contexts live on from call to call. A hit takes no lock, allocates nothing, and touches one
// set of kWays entries. Within a set the least recently used entry goes first; an entry whose
// object is stale goes when it is seen, and every kScrubInterval-th search looks at another set, so
// that a destroyed key does not stay in memory for long on a thread that works.
//
// Not thread-safe: one a thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/secret.h"
#include "hsm/token/context.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/object.h"

namespace azekura::hsm::token {

// What a context is bound to, beside the object. Numbers that change from message to message (a
// tag's size) are zero here.
struct Binding {
  CK_MECHANISM_TYPE mechanism = 0;
  std::uint64_t number_a = 0;
  std::uint64_t number_b = 0;
  std::uint64_t number_c = 0;
  wire::Kind kind = wire::Kind::kEncrypt;

  bool operator==(const Binding&) const = default;
};

class ContextCache {
 public:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kSetBits = 7;
  static constexpr std::size_t kSets = std::size_t{1} << kSetBits;
  static constexpr std::size_t kContextsMax = kSets * kWays;
  static constexpr std::uint64_t kScrubInterval = 64;

  // Null when there is none.
  Context* find(const Object& object, const Binding& binding) {
    if (++clock_ % kScrubInterval == 0) drop_stale(sets_[clock_ / kScrubInterval % kSets]);
    for (Entry& entry : set_of(object, binding)) {
      if (entry.object.get() != &object || entry.binding != binding) continue;
      if (object.stale()) break;
      entry.used_at = clock_;
      return &entry.context;
    }
    return nullptr;
  }

  // Keeps a context until it is pushed out. The reference holds until the next call of keep or
  // find.
  Context& keep(const ObjectPtr& object, const Binding& binding, Context context);

  // A private buffer of this size for one operation; its contents are wiped by `Loan`.
  class Loan {
   public:
    Loan(MutableByteView bytes) : bytes_(bytes) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { wipe(bytes_.data(), bytes_.size()); }
    MutableByteView bytes() const { return bytes_; }

   private:
    MutableByteView bytes_;
  };
  // One loan at a time.
  Loan borrow(std::size_t size);

  // How many are kept. For tests.
  std::size_t size() const;

 private:
  struct Entry {
    ObjectPtr object;
    Binding binding;
    std::uint64_t used_at = 0;
    Context context;
  };
  using Set = std::array<Entry, kWays>;

  Set& set_of(const Object& object, const Binding& binding) {
    // Fibonacci hashing: the product's top bits depend on all bits below them.
    const std::uint64_t low = reinterpret_cast<std::uintptr_t>(&object) >> 4;
    const std::uint64_t high = binding.mechanism + (static_cast<std::uint64_t>(binding.kind) << 14);
    return sets_[(low ^ high << 48) * 0x9e3779b97f4a7c15ULL >> (64 - kSetBits)];
  }
  static void drop_stale(Set& set);

  std::uint64_t clock_ = 1;  // an empty entry is the least recently used
  Secret scratch_;
  std::array<Set, kSets> sets_;
};

}  // namespace azekura::hsm::token
