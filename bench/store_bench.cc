// store_bench [FOLDER]: durable commits a second beside what the disk of FOLDER (default: .) can
// sync.
//
// Each round measures, one after the other so that whatever else the machine does meets all alike:
// the disk's own fdatasync after 4 KiB, in a file that grows and in one that does not; and the
// store with 1, 4 and 16 threads, each of which commits an object of 1 KiB and waits until it is
// durable.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "store/store.h"

namespace {

using azekura::as_bytes;
using azekura::store::Batch;
using azekura::store::Store;

constexpr int kRounds = 5;
constexpr std::chrono::milliseconds kTime{1'000};

[[noreturn]] void stop(const std::string& what) {
  std::fprintf(stderr, "store_bench: error: %s\n", what.c_str());
  std::exit(1);
}

// How often a second `threads` threads together can call `work(thread, n)`, n = 0, 1, …
double rate(int threads, const std::function<void(int, int)>& work) {
  std::atomic<bool> end = false;
  std::atomic<int> done = 0;
  std::vector<std::thread> running;
  const auto start = std::chrono::steady_clock::now();
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      int n = 0;
      while (!end) work(thread, n++);
      done += n;
    });
  }
  std::this_thread::sleep_for(kTime);
  end = true;
  for (std::thread& thread : running) thread.join();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  return done / time.count();
}

double disk_rate(const std::string& path, bool growing) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) stop("cannot create " + path);
  static const std::array<char, 4096> kBlock{};
  constexpr int kBlocks = 1'000;
  const auto write_at = [&](int block) {
    if (pwrite(fd, kBlock.data(), kBlock.size(), off_t{block} * 4096) != 4096) stop("write");
  };
  for (int block = 0; !growing && block < kBlocks; ++block) write_at(block);
  if (fsync(fd) != 0) stop("sync");
  const double result = rate(1, [&](int, int n) {
    write_at(growing ? n : n % kBlocks);
    if (fdatasync(fd) != 0) stop("sync");
  });
  close(fd);
  unlink(path.c_str());
  return result;
}

struct StoreRate {
  double commits;
  double per_sync;
};

StoreRate store_rate(const std::string& path, int threads) {
  auto store = Store::open({.path = path, .create = azekura::store::Create::kIfMissing});
  if (!store) stop(store.error().message);
  const std::string object(1024, 'o');
  const double commits = rate(threads, [&](int thread, int n) {
    const std::string key = std::to_string(thread) + "/" + std::to_string(n);
    if (!(*store)->commit(Batch().put(as_bytes(key), as_bytes(object)))) stop("commit");
  });
  const azekura::store::Stats stats = (*store)->stats();
  store->reset();
  unlink(path.c_str());
  return {commits, static_cast<double>(stats.batches) / static_cast<double>(stats.transactions)};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder = std::string(argc > 1 ? argv[1] : ".") + "/store-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) stop("cannot make a folder in " + folder);
  constexpr std::array<int, 3> kThreads = {1, 4, 16};
  std::vector<double> growing;
  std::vector<double> standing;
  std::array<std::vector<double>, kThreads.size()> commits;
  std::array<std::vector<double>, kThreads.size()> per_sync;
  for (int round = 0; round < kRounds; ++round) {
    growing.push_back(disk_rate(folder + "/file", true));
    standing.push_back(disk_rate(folder + "/file", false));
    for (std::size_t i = 0; i < kThreads.size(); ++i) {
      const StoreRate measured = store_rate(folder + "/db", kThreads[i]);
      commits[i].push_back(measured.commits);
      per_sync[i].push_back(measured.per_sync);
    }
  }
  std::printf("fdatasync/s, growing file   %8.0f\n", median(growing));
  std::printf("fdatasync/s, standing file  %8.0f\n", median(standing));
  for (std::size_t i = 0; i < kThreads.size(); ++i) {
    std::printf("commits/s, %2d threads       %8.0f   %.1f a sync\n", kThreads[i],
                median(commits[i]), median(per_sync[i]));
  }
  unlink((folder + "/db.lock").c_str());
  rmdir(folder.c_str());
}
