// What was acknowledged is there after the process was killed, and after the power failed.
//
// Writer w commits batch i = 1, 2, …: `w/last` becomes i, and `w/SLOT`, `w/SLOT/copy` become the
// value of i, where SLOT is i modulo a small number; every seventh batch erases its slot instead.
// So the whole state follows from w/last alone, and a batch that is there in part is seen.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/faulty_disk_testing.h"
#include "store/store.h"
#include "store/store_testing.h"

namespace azekura::store {
namespace {

constexpr std::uint32_t kWriters = 4;
constexpr std::uint32_t kSlots = 16;

struct Acknowledged {
  std::uint32_t writer;
  std::uint32_t batch;
};

std::string name_of_writer(std::uint32_t writer) { return "writer" + std::to_string(writer); }

std::string value_of(std::uint32_t writer, std::uint32_t batch) {
  const std::size_t size = (batch * 2654435761u + writer) % 6000;
  return std::to_string(batch) + ":" + std::string(size, static_cast<char>('a' + batch % 26));
}

bool is_erased(std::uint32_t batch) { return batch % 7 == 0; }

Batch batch_of(std::uint32_t writer, std::uint32_t batch) {
  const std::string name = name_of_writer(writer);
  const std::string slot = name + "/" + std::to_string(batch % kSlots);
  Batch out;
  out.put(as_bytes(name + "/last"), as_bytes(std::to_string(batch)));
  if (is_erased(batch)) return out.erase(as_bytes(slot)).erase(as_bytes(slot + "/copy"));
  const std::string value = value_of(writer, batch);
  return out.put(as_bytes(slot), as_bytes(value)).put(as_bytes(slot + "/copy"), as_bytes(value));
}

std::map<std::string, std::string> state_after(std::uint32_t writer, std::uint32_t last) {
  const std::string name = name_of_writer(writer);
  std::map<std::string, std::string> state;
  if (last > 0) state[name + "/last"] = std::to_string(last);
  for (std::uint32_t batch = last < kSlots ? 1 : last - kSlots + 1; batch <= last; ++batch) {
    if (is_erased(batch)) continue;
    const std::string slot = name + "/" + std::to_string(batch % kSlots);
    state[slot] = state[slot + "/copy"] = value_of(writer, batch);
  }
  return state;
}

std::uint32_t last_of(Store& store, std::uint32_t writer) {
  const auto last = store.get(as_bytes(name_of_writer(writer) + "/last"));
  if (!last) throw std::runtime_error(last.error().message);
  if (!*last) return 0;
  return static_cast<std::uint32_t>(std::stoul(std::string(as_text(**last))));
}

using Lasts = std::array<std::uint32_t, kWriters>;

// Each writer has at most one batch on its way, so one more than was acknowledged may be there.
testing::AssertionResult holds(Store& store, const Lasts& acknowledged) {
  for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
    const std::uint32_t last = last_of(store, writer);
    if (last != acknowledged[writer] && last != acknowledged[writer] + 1) {
      return testing::AssertionFailure() << name_of_writer(writer) << " is at " << last
                                         << ", acknowledged was " << acknowledged[writer];
    }
    if (contents(store, name_of_writer(writer) + "/") != state_after(writer, last)) {
      return testing::AssertionFailure()
             << "the state of " << name_of_writer(writer) << " is not that after " << last;
    }
  }
  return testing::AssertionSuccess();
}

// Writes in a process of its own until it is killed.
[[noreturn]] void write_until_killed(const std::string& path, int reports) {
  auto store = open_or_create(path);
  if (!store) _exit(1);
  std::vector<std::thread> writers;
  for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&store, writer, reports] {
      for (std::uint32_t batch = last_of(**store, writer) + 1;; ++batch) {
        if (!(*store)->commit(batch_of(writer, batch))) _exit(2);
        const Acknowledged report{writer, batch};
        if (write(reports, &report, sizeof report) != sizeof report) _exit(3);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  _exit(4);
}

TEST(StoreCrash, WhatWasAcknowledgedSurvivesKillNine) {
  constexpr int kRounds = 50;
  const TemporaryFolder folder;
  std::mt19937 random(20);
  Lasts acknowledged{};
  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      write_until_killed(folder.file("db"), ends[1]);
    }
    close(ends[1]);
    auto reports_until_death = static_cast<std::uint32_t>(random() % 60);
    Acknowledged report{};
    if (reports_until_death == 0) kill(child, SIGKILL);
    while (read(ends[0], &report, sizeof report) == sizeof report) {
      acknowledged[report.writer] = report.batch;
      if (reports_until_death > 0 && --reports_until_death == 0) kill(child, SIGKILL);
    }
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exited with " << WEXITSTATUS(status);

    auto store = open_or_create(folder.file("db"));
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(holds(**store, acknowledged)) << "in round " << round;
    for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
      acknowledged[writer] = last_of(**store, writer);
    }
  }
  EXPECT_GT(acknowledged[0], 0u);
}

std::map<std::string, Bytes> files_in(const TemporaryFolder& folder) {
  std::map<std::string, Bytes> files;
  for (const char* name : {"db", "db-wal"}) {
    if (access(folder.file(name).c_str(), F_OK) != 0) continue;
    files[name] = to_bytes(as_bytes(read_file(folder.file(name))));
  }
  return files;
}

void expect_holds_after_power_cut(const std::map<std::string, Bytes>& files,
                                  const Lasts& acknowledged, std::size_t moment) {
  const TemporaryFolder folder;
  for (const auto& [name, octets] : files) write_file(folder.file(name), as_text(octets));
  auto store = Store::open({.path = folder.file("db")});
  ASSERT_TRUE(store) << store.error().message << " at moment " << moment;
  ASSERT_TRUE(holds(**store, acknowledged)) << "at moment " << moment;
}

TEST(StoreCrash, WhatWasAcknowledgedSurvivesALossOfPowerAtAnyMoment) {
  constexpr std::uint32_t kBatches = 300;
  const TemporaryFolder folder;
  FaultyDisk disk;
  auto store = open_or_create(folder.file("db"));
  ASSERT_TRUE(store) << store.error().message;
  PlayedDisk played(files_in(folder));
  disk.start_recording();
  std::vector<std::thread> writers;
  for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (std::uint32_t batch = 1; batch <= kBatches; ++batch) {
        ASSERT_TRUE((*store)->commit(batch_of(writer, batch)));
        disk.mark(std::uint64_t{writer} << 32 | batch);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  // The recording goes up to the last commit and leaves out what closing does.
  const std::vector<FaultyDisk::Event> events = disk.take_recording();
  store->reset();

  std::mt19937 random(12);
  Lasts acknowledged{};
  int cuts = 0;
  int write_backs = 0;
  for (std::size_t moment = 0; moment < events.size(); ++moment) {
    const FaultyDisk::Event& event = events[moment];
    played.play(event);
    if (event.kind == FaultyDisk::Event::Kind::kMark) {
      acknowledged[event.at >> 32] = static_cast<std::uint32_t>(event.at);
    }
    const bool writes_back = event.file == "db" && event.kind == FaultyDisk::Event::Kind::kSync;
    if (writes_back) ++write_backs;
    // Around the moments at which the log is written back, and here and there.
    if (!writes_back && event.file != "db" && random() % 64 != 0) continue;
    if (event.file == "db" && !writes_back && random() % 8 != 0) continue;
    ++cuts;
    expect_holds_after_power_cut(played.cut(random), acknowledged, moment);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(cuts, 100);
  EXPECT_GT(write_backs, 1) << "the log was never written back, so that was not tried";
}

}  // namespace
}  // namespace azekura::store
