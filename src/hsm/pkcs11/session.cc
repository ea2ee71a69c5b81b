#include "hsm/pkcs11/session.h"

namespace azekura::hsm::pkcs11 {

SessionTable::~SessionTable() {
  for (auto& chunk : chunks_) delete chunk.load(std::memory_order_relaxed);
}

Session* SessionTable::at(std::size_t place) {
  Chunk* const chunk = chunks_[place / kChunkSize].load(std::memory_order_acquire);
  return chunk == nullptr ? nullptr : &chunk->sessions[place % kChunkSize];
}

Outcome<std::uint64_t> SessionTable::open(std::uint64_t slot, bool read_write) {
  std::size_t place = 0;
  {
    const std::lock_guard lock(mutex_);
    place = used_;
    if (!free_.empty()) {
      place = free_.front();
      free_.pop_front();
    } else if (used_ == kSessionsMax) {
      return refuse(CKR_SESSION_COUNT, "this process has as many sessions as it may");
    } else {
      if (at(place) == nullptr) {
        chunks_[place / kChunkSize].store(new Chunk, std::memory_order_release);
      }
      ++used_;
    }
    ++counts_[slot].all;
    if (read_write) ++counts_[slot].read_write;
  }
  // Never a session's lock under the table's: calls that hold a session ask the table.
  Session& session = *at(place);
  const std::lock_guard lock(session.mutex);
  session.handle = (++session.uses << kPlaceBits) | place;
  session.ref = {slot, session.handle, read_write};
  session.daemon_knows = false;
  return session.handle;
}

Outcome<SessionTable::Borrowed> SessionTable::find(CK_SESSION_HANDLE handle) {
  Session* const session = at(handle & (kSessionsMax - 1));
  if (session == nullptr) return refuse(CKR_SESSION_HANDLE_INVALID);
  std::unique_lock lock(session->mutex);
  if (session->handle != handle || handle == 0) return refuse(CKR_SESSION_HANDLE_INVALID);
  return Borrowed(*session, std::move(lock));
}

std::size_t SessionTable::close(Borrowed borrowed) {
  std::uint64_t slot = 0;
  bool read_write = false;
  std::size_t place = 0;
  {
    const Borrowed session = std::move(borrowed);
    place = session->handle & (kSessionsMax - 1);
    slot = session->ref.slot;
    read_write = session->ref.read_write;
    session->handle = 0;
    session->operations = {};
    session->digest = {};
    session->search = {};
  }
  const std::lock_guard lock(mutex_);
  free_.push_back(place);
  Counts& counts = counts_[slot];
  --counts.all;
  if (read_write) --counts.read_write;
  return counts.all;
}

std::vector<std::uint64_t> SessionTable::handles_of(std::uint64_t slot) {
  std::size_t used = 0;
  {
    const std::lock_guard lock(mutex_);
    used = used_;
  }
  std::vector<std::uint64_t> handles;
  for (std::size_t place = 0; place < used; ++place) {
    Session& session = *at(place);
    const std::lock_guard lock(session.mutex);
    if (session.handle != 0 && session.ref.slot == slot) handles.push_back(session.handle);
  }
  return handles;
}

SessionTable::Counts SessionTable::counts(std::uint64_t slot) {
  const std::lock_guard lock(mutex_);
  return counts_[slot];
}

}  // namespace azekura::hsm::pkcs11
