// Measures the scanner from inside: taking an inventory, judging it, a fleet; and other programs
// from outside. Each prints one object of JSON.
//
//   scanner_bench root DATABASE ROOT
//   scanner_bench fleet BEFORE AFTER ROOT HOSTS PACKAGES SEED
//   scanner_bench run COMMAND...            its output goes nowhere
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/inventory/inventory.h"
#include "scanner/match/fleet.h"
#include "scanner/match/judge.h"

namespace {

using namespace azekura;
using namespace azekura::scanner;
using inventory::Component;
using inventory::Inventory;

double now_ms(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}
double cpu_ms() { return now_ms(CLOCK_PROCESS_CPUTIME_ID); }

template <typename T>
T taken(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "scanner_bench: error: {}\n", result.error().message);
  std::exit(1);
}

int measure_root(const std::string& database_path, const std::string& root) {
  double start = cpu_ms();
  const Database database = taken(Database::open(database_path));
  const double open_ms = cpu_ms() - start;
  start = cpu_ms();
  const Inventory inventory = taken(inventory::take_host({.root = root, .processes = false}));
  const double inventory_ms = cpu_ms() - start;
  start = cpu_ms();
  const match::Report report =
      match::judge(inventory, database, nullptr, {.now = database.built()});
  const double judge_ms = cpu_ms() - start;
  fmt::print(
      "{{\"components\": {}, \"findings\": {}, \"open_ms\": {}, \"inventory_ms\": {}, "
      "\"judge_ms\": {}}}\n",
      inventory.components.size(), report.findings.size(), open_ms, inventory_ms, judge_ms);
  return 0;
}

// Hosts as companies have them: a few images, each with packages of its own beside those that all
// have, and each host some upgrades behind or before its image.
class Hosts {
 public:
  Hosts(Inventory all, std::size_t packages, std::uint64_t seed)
      : all_(std::move(all)), random_(seed) {
    std::vector<std::uint32_t> order(all_.components.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    const std::size_t shared = std::min(packages * 2 / 5, order.size());
    for (std::size_t image = 0; image < kImages; ++image) {
      std::vector<Component>& of_image = images_.emplace_back();
      for (std::size_t i = 0; i < std::min(packages, order.size()); ++i) {
        const std::uint32_t index = i < shared ? order[i] : order[at_random(order.size())];
        of_image.push_back(older(all_.components[index], at_random(kBehindMax)));
      }
    }
  }

  Inventory next() {
    Inventory host;
    host.distribution = all_.distribution;
    host.components = images_[at_random(kImages)];
    for (Component& component : host.components) {
      if (at_random(100) < kDriftPercent) component = older(component, 1 + at_random(kBehindMax));
    }
    return host;
  }

 private:
  static constexpr std::size_t kImages = 40;
  static constexpr std::size_t kDriftPercent = 5;
  static constexpr std::size_t kBehindMax = 4;

  std::size_t at_random(std::size_t end) { return random_() % end; }

  // "1.2-3+deb12u4", three uploads earlier: "1.2-3+deb12u1"; "1.2-3": "1.2-1".
  static std::string older(std::string version, std::size_t uploads) {
    const std::size_t digits = version.find_last_not_of("0123456789") + 1;
    const std::string_view last = std::string_view(version).substr(digits);
    if (last.empty() || last.size() > 4) return version;
    const std::size_t number = std::stoul(std::string(last));
    return version.substr(0, digits) + std::to_string(number - std::min(number, uploads));
  }
  static Component older(Component component, std::size_t uploads) {
    component.version = older(component.version, uploads);
    component.source_version = older(component.source_version, uploads);
    return component;
  }

  Inventory all_;
  std::mt19937_64 random_;
  std::vector<std::vector<Component>> images_;
};

struct Affected {
  std::size_t problems = 0;
  std::size_t pairs = 0;  // of a problem and a host
  std::size_t hosts = 0;  // with any problem
};

Affected affected_hosts(const match::Fleet& fleet,
                        const std::vector<match::Fleet::Affected>& judged) {
  Affected count;
  constexpr std::uint32_t kNone = UINT32_MAX;
  std::vector<std::uint32_t> last_problem(fleet.host_count(), kNone);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const auto& affected = judged[i];
    if (i == 0 || judged[i - 1].problem != affected.problem) ++count.problems;
    for (const std::uint32_t host : fleet.hosts_of(affected.question)) {
      if (last_problem[host] == affected.problem) continue;
      if (last_problem[host] == kNone) ++count.hosts;
      last_problem[host] = affected.problem;
      ++count.pairs;
    }
  }
  return count;
}

int measure_fleet(const std::string& before, const std::string& after, const std::string& root,
                  std::size_t host_count, std::size_t packages, std::uint64_t seed) {
  const Database old = taken(Database::open(before));
  match::Fleet fleet;
  {
    Hosts hosts(taken(inventory::take_host({.root = root, .processes = false})), packages, seed);
    for (std::size_t i = 0; i < host_count; ++i) {
      fleet.add(fmt::format("host{}", i), hosts.next(), old);
    }
  }
  const Affected first = affected_hosts(fleet, fleet.judge(old));

  const double start_cpu = cpu_ms();
  const double start = now_ms(CLOCK_MONOTONIC);
  const Database fresh = taken(Database::open(after));
  const auto judged = fleet.judge(fresh);
  const double judge_ms = now_ms(CLOCK_MONOTONIC) - start;
  const Affected second = affected_hosts(fleet, judged);
  fmt::print(
      "{{\"hosts\": {}, \"questions\": {}, \"judge_ms\": {}, \"wall_ms\": {}, \"cpu_ms\": {}, "
      "\"problems\": {}, \"pairs\": {}, \"affected_hosts\": {}, \"problems_before\": {}, "
      "\"pairs_before\": {}}}\n",
      fleet.host_count(), fleet.question_count(), judge_ms, now_ms(CLOCK_MONOTONIC) - start,
      cpu_ms() - start_cpu, second.problems, second.pairs, second.hosts, first.problems,
      first.pairs);
  return 0;
}

int measure_run(char** command) {
  const double start = now_ms(CLOCK_MONOTONIC);
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, STDOUT_FILENO);
    execvp(command[0], command);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 1;
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  fmt::print("{{\"status\": {}, \"wall_ms\": {}, \"cpu_ms\": {}, \"peak_mb\": {}}}\n",
             WIFEXITED(status) ? WEXITSTATUS(status) : -1, now_ms(CLOCK_MONOTONIC) - start,
             ms(usage.ru_utime) + ms(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "root" && argc == 4) return measure_root(argv[2], argv[3]);
  if (what == "fleet" && argc == 8) {
    return measure_fleet(argv[2], argv[3], argv[4], std::stoul(argv[5]), std::stoul(argv[6]),
                         std::stoull(argv[7]));
  }
  if (what == "run" && argc > 2) return measure_run(argv + 2);
  fmt::print(stderr,
             "usage: scanner_bench root DATABASE ROOT\n"
             "       scanner_bench fleet BEFORE AFTER ROOT HOSTS PACKAGES SEED\n"
             "       scanner_bench run COMMAND...\n");
  return 2;
}
