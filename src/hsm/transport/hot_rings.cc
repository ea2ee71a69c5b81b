#include "hsm/transport/hot_rings.h"

#include <algorithm>

namespace azekura::hsm::transport {
namespace {

void raise_polled(const Connection& ring) {
  ring.ring.header().polled.store(1, std::memory_order_relaxed);
}
void lower_polled(const Connection& ring) {
  ring.ring.header().polled.store(0, std::memory_order_seq_cst);
}
bool has_pending(const Connection& ring) {
  return ring.ring.header().pending.load(std::memory_order_seq_cst) != 0;
}

}  // namespace

void HotRings::heat(const Ring& ring) {
  const std::lock_guard lock(mutex_);
  ring->idle_sweeps.store(0, std::memory_order_relaxed);
  if (pollers_ > 0) raise_polled(*ring);
  if (std::find(rings_.begin(), rings_.end(), ring) != rings_.end()) return;
  rings_.push_back(ring);
  version_.fetch_add(1, std::memory_order_release);
}

void HotRings::remove(const Connection& ring) {
  Ring removed;  // dies after the lock
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(rings_.begin(), rings_.end(),
                                  [&](const Ring& hot) { return hot.get() == &ring; });
  if (found == rings_.end()) return;
  removed = std::move(*found);
  rings_.erase(found);
  version_.fetch_add(1, std::memory_order_release);
}

void HotRings::start_polling() {
  const std::lock_guard lock(mutex_);
  if (pollers_++ == 0) raise_all();
}

bool HotRings::stop_polling_if_idle() {
  const std::lock_guard lock(mutex_);
  if (pollers_ == 1 && lower_all()) {
    raise_all();
    return false;
  }
  --pollers_;
  return true;
}

bool HotRings::stop_polling_for_long() {
  const std::lock_guard lock(mutex_);
  return --pollers_ == 0 && lower_all();
}

void HotRings::refresh(Snapshot& snapshot) {
  if (version_.load(std::memory_order_acquire) == snapshot.version) return;
  std::vector<Ring> old;  // dies after the lock: a connection may die with it
  const std::lock_guard lock(mutex_);
  old.swap(snapshot.rings);
  snapshot.rings = rings_;
  snapshot.version = version_.load(std::memory_order_relaxed);
}

void HotRings::sweep() {
  std::vector<Ring> cooled;  // dies after the lock
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  const auto is_cold = [](const Ring& ring) {
    if (ring->idle_sweeps.fetch_add(1, std::memory_order_relaxed) < kIdleSweepsMax) return false;
    lower_polled(*ring);
    if (!has_pending(*ring)) return true;
    raise_polled(*ring);
    ring->idle_sweeps.store(0, std::memory_order_relaxed);
    return false;
  };
  // The caller polls, so that pollers_ > 0 and a ring that stays is rightly raised.
  const auto cold = std::stable_partition(rings_.begin(), rings_.end(),
                                          [&](const Ring& ring) { return !is_cold(ring); });
  if (cold == rings_.end()) return;
  cooled.assign(std::make_move_iterator(cold), std::make_move_iterator(rings_.end()));
  rings_.erase(cold, rings_.end());
  version_.fetch_add(1, std::memory_order_release);
}

bool HotRings::lower_all() {
  for (const Ring& ring : rings_) lower_polled(*ring);
  return std::any_of(rings_.begin(), rings_.end(),
                     [](const Ring& ring) { return has_pending(*ring); });
}

void HotRings::raise_all() {
  for (const Ring& ring : rings_) raise_polled(*ring);
}

}  // namespace azekura::hsm::transport
