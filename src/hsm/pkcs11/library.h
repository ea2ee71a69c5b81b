// The library: between C_Initialize and C_Finalize there is one State, and every call finds it
// here.
//
// A guest's manners. Nothing is constructed before main() or destroyed after it. The pointer to the
// State, the lock around its coming and going, and the counts of running calls lie in one page that
// the kernel empties in a forked child (MADV_WIPEONFORK): the child is "not initialised" whatever
// its parent's threads were doing, and may call C_Initialize itself. C_Finalize takes the pointer
// away first and then waits for the calls that still run.
#pragma once

#include <pthread.h>

#include <chrono>
#include <new>

#include "hsm/cryptoki/outcome.h"

namespace azekura::hsm::pkcs11 {

class State;

// How long C_Finalize waits for other threads' calls. What still runs then keeps its State for
// ever.
inline constexpr std::chrono::milliseconds kFinalizeWait{2000};

// C_Initialize and C_Finalize, without their arguments.
Outcome<void> initialize();
Outcome<void> finalize();

// One running call. The State, if there is one, stays while this lives.
class Running {
 public:
  Running();
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  State* state() const { return state_; }

 private:
  State* state_ = nullptr;
  void* count_ = nullptr;
};

// The CK_RV of a failure; with AZEKURA_DEBUG=1 at C_Initialize also a line on stderr.
CK_RV report(const char* function, const Failure& failure) noexcept;

// A thread that the host cancels finishes its call first: it may hold locks, and a place in the
// channel.
class NotCancelled {
 public:
  NotCancelled() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~NotCancelled() { pthread_setcancelstate(before_, nullptr); }
  NotCancelled(const NotCancelled&) = delete;
  NotCancelled& operator=(const NotCancelled&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

// What every C function is wrapped in: nothing is thrown at the host.
template <class Body>
CK_RV guard_anytime(const char* function, Body&& body) noexcept {
  const NotCancelled not_cancelled;
  try {
    const Outcome<void> outcome = body();
    return outcome ? CKR_OK : report(function, outcome.error());
  } catch (const std::bad_alloc&) {
    return CKR_HOST_MEMORY;
  } catch (...) {
    return CKR_GENERAL_ERROR;
  }
}

// The same for functions that need C_Initialize.
template <class Body>
CK_RV guard(const char* function, Body&& body) noexcept {
  return guard_anytime(function, [&]() -> Outcome<void> {
    const Running running;
    if (running.state() == nullptr) return refuse(CKR_CRYPTOKI_NOT_INITIALIZED);
    return body(*running.state());
  });
}

}  // namespace azekura::hsm::pkcs11
