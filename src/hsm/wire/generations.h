// Generations: how the daemon tells modules that what they remember of a slot's objects is stale.
//
// One page, written by the daemon alone and mapped read-only by every module (over shared memory;
// over a socket the answers' headers carry the slot's counter). A counter rises after an object of
// its slot was changed or destroyed, or its token initialised; never for a new object, and not for
// session objects, which only the application that changes them can see.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "hsm/wire/limits.h"

namespace azekura::hsm::wire {

struct Generations {
  std::atomic<std::uint64_t> slot_list{1};  // a token came, went, or its flags changed
  std::array<std::atomic<std::uint64_t>, kSlotsMax> slots{};
};
static_assert(sizeof(Generations) <= 4096);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace azekura::hsm::wire
