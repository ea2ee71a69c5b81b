#include "hsm/pkcs11/library.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>

#include "hsm/cryptoki/names.h"
#include "hsm/pkcs11/state.h"

namespace azekura::hsm::pkcs11 {
namespace {

constexpr std::size_t kCountShards = 32;

struct alignas(64) Count {
  std::atomic<std::uint32_t> calls;
};

// All zero is its valid first state: that is what the kernel leaves to a child.
struct Page {
  std::atomic<State*> state;
  std::atomic<bool> changing;  // a C_Initialize or C_Finalize runs
  std::atomic<bool> debug;
  Count counts[kCountShards];
};
static_assert(sizeof(Page) <= 4096);

// Both survive a fork, on purpose: the page stays where it is, and the child must know its parent's
// connection to let go of it.
constinit std::atomic<Page*> the_page{nullptr};
constinit std::atomic<State*> the_latest{nullptr};

// Null when the system has no memory, or no MADV_WIPEONFORK (Linux before 4.14).
Page* page() {
  if (Page* page = the_page.load(std::memory_order_acquire)) return page;
  void* memory =
      mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  if (madvise(memory, sizeof(Page), MADV_WIPEONFORK) != 0) {
    munmap(memory, sizeof(Page));
    return nullptr;
  }
  Page* expected = nullptr;
  auto* made = static_cast<Page*>(memory);
  if (the_page.compare_exchange_strong(expected, made, std::memory_order_acq_rel)) return made;
  munmap(memory, sizeof(Page));
  return expected;
}

class Changing {
 public:
  explicit Changing(Page& page) : page_(page) {
    while (page_.changing.exchange(true, std::memory_order_acquire)) sched_yield();
  }
  ~Changing() { page_.changing.store(false, std::memory_order_release); }
  Changing(const Changing&) = delete;
  Changing& operator=(const Changing&) = delete;

 private:
  Page& page_;
};

bool wait_for_calls(Page& page) {
  const auto give_up = std::chrono::steady_clock::now() + kFinalizeWait;
  for (;;) {
    const bool idle = std::all_of(std::begin(page.counts), std::end(page.counts),
                                  [](const Count& count) { return count.calls.load() == 0; });
    if (idle) return true;
    if (std::chrono::steady_clock::now() >= give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

Outcome<void> initialize() {
  Page* const shared = page();
  if (shared == nullptr) return refuse(CKR_HOST_MEMORY, "no page that a fork empties");
  const Changing changing(*shared);
  if (shared->state.load() != nullptr) return refuse(CKR_CRYPTOKI_ALREADY_INITIALIZED);

  auto state = std::make_unique<State>(client::Connection::Options::from_environment());
  // One that is there still, although this process is not initialised, is the parent's. Its memory
  // is left alone: its locks may be held for ever.
  if (State* parents = the_latest.exchange(nullptr)) parents->connection().abandon();
  const char* debug = std::getenv("AZEKURA_DEBUG");
  shared->debug.store(debug != nullptr && std::string_view(debug) == "1");
  the_latest.store(state.get());
  shared->state.store(state.release());
  return {};
}

Outcome<void> finalize() {
  Page* const shared = page();
  if (shared == nullptr) return refuse(CKR_CRYPTOKI_NOT_INITIALIZED);
  const Changing changing(*shared);
  State* const state = shared->state.exchange(nullptr);
  if (state == nullptr) return refuse(CKR_CRYPTOKI_NOT_INITIALIZED);
  the_latest.store(nullptr);
  if (wait_for_calls(*shared)) delete state;
  return {};
}

Running::Running() {
  Page* const shared = the_page.load(std::memory_order_acquire);
  if (shared == nullptr) return;
  const auto self = static_cast<std::uint64_t>(pthread_self());
  auto& calls = shared->counts[((self >> 6) * 0x9E3779B97F4A7C15u) >> 59].calls;
  // Counted before the pointer is read, as finalize() takes the pointer before it reads the counts:
  // one of the two sees the other.
  calls.fetch_add(1);
  count_ = &calls;
  state_ = shared->state.load();
}

Running::~Running() {
  if (count_ == nullptr) return;
  static_cast<std::atomic<std::uint32_t>*>(count_)->fetch_sub(1);
}

CK_RV report(const char* function, const Failure& failure) noexcept {
  const Page* const shared = the_page.load(std::memory_order_acquire);
  if (shared == nullptr || !shared->debug.load(std::memory_order_relaxed)) return failure.rv;
  const int saved = errno;
  const std::string_view name = cryptoki::name_of_rv(failure.rv);
  char line[512];
  const int length =
      std::snprintf(line, sizeof line, "azekura-pkcs11[%d]: %s: %.*s (0x%lx)%s%s\n",
                    static_cast<int>(getpid()), function, static_cast<int>(name.size()),
                    name.data(), failure.rv, failure.why.empty() ? "" : ": ", failure.why.c_str());
  if (length > 0) {
    const auto size = std::min(static_cast<std::size_t>(length), sizeof line - 1);
    line[size - 1] = '\n';
    [[maybe_unused]] const auto written = write(STDERR_FILENO, line, size);
  }
  errno = saved;
  return failure.rv;
}

}  // namespace azekura::hsm::pkcs11
