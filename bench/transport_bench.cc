// How fast an empty request goes there and back, from one process to another.
//
//   transport_bench [--socket] [--threads N]... [--size OCTETS] [--work NANOSECONDS]
//                   [--wait short|sign|long] [--workers N] [--milliseconds N] [--repeat N]
//
// The daemon's side is a child process that echoes the data, after computing for the given time.
// For each number of threads one line: round trips per second, and the median and the 99th
// percentile of their durations, of the best of the repeats. Run it alone on the machine.
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "hsm/transport/channel.h"
#include "hsm/transport/server.h"

namespace {

using namespace azekura;
using namespace azekura::hsm;
using Clock = std::chrono::steady_clock;

struct Settings {
  bool use_ring = true;
  std::vector<unsigned> threads;
  std::size_t size = 64;
  std::uint64_t work_ns = 0;
  transport::Wait wait = transport::Wait::kShort;
  unsigned workers = 0;
  unsigned milliseconds = 300;
  unsigned repeat = 5;
};

class Echo final : public wire::Service {
 public:
  Echo(std::uint64_t work_ns, wire::Lane lane) : work_ns_(work_ns), lane_(lane) {}
  std::unique_ptr<wire::Application> connected(const wire::Peer&) override {
    return std::make_unique<wire::Application>();
  }
  wire::Lane lane(ByteView) const override { return lane_; }
  void serve(wire::Application&, wire::Exchange& exchange, unsigned) override {
    if (work_ns_ > 0) {
      const auto end = Clock::now() + std::chrono::nanoseconds(work_ns_);
      while (Clock::now() < end) {
      }
    }
    std::memcpy(exchange.answer.data(), exchange.head.data(), exchange.head.size());
    exchange.answer_size = exchange.head.size();
    if (exchange.out.data() != exchange.data.data()) {
      std::memcpy(exchange.out.data(), exchange.data.data(), exchange.data.size());
    }
    exchange.out_size = exchange.data.size();
  }

 private:
  const std::uint64_t work_ns_;
  const wire::Lane lane_;
};

struct Measured {
  double per_second = 0;
  double median_us = 0;
  double p99_us = 0;
};

[[noreturn]] void serve(const Settings& settings, const std::string& path, int ready) {
  auto facts = transport::FactsPage::create();
  Echo echo(settings.work_ns,
            settings.wait == transport::Wait::kShort ? wire::Lane::kShort : wire::Lane::kLong);
  transport::Server::Options options;
  options.socket_path = path;
  options.workers = settings.workers;
  auto server = transport::Server::create(options, echo, **facts);
  if (!server || !(*server)->start()) {
    std::fprintf(stderr, "transport_bench: the server does not start\n");
    _exit(1);
  }
  static_cast<void>(!write(ready, "", 1));
  while (true) pause();
}

Measured measure(transport::Channel& channel, const Settings& settings, unsigned threads) {
  constexpr std::size_t kSamplesMax = 1 << 16;
  std::atomic<bool> stop{false};
  std::vector<std::uint64_t> calls(threads);
  std::vector<std::vector<std::uint32_t>> samples(threads);
  std::vector<std::thread> running;
  const auto start = Clock::now();
  for (unsigned t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      std::vector<std::uint32_t>& mine = samples[t];
      mine.reserve(kSamplesMax);
      std::uint64_t count = 0;
      const std::string head(64, 'h');
      while (!stop.load(std::memory_order_relaxed)) {
        const bool sampled = count % 8 == 0 && mine.size() < kSamplesMax;
        const auto before = sampled ? Clock::now() : Clock::time_point();
        auto frame = channel.claim(std::chrono::seconds(10));
        std::memcpy(frame->head().data(), head.data(), head.size());
        std::memset(frame->data().data(), 1, settings.size);
        const auto delivery =
            frame->send(head.size(), settings.size, settings.wait, std::chrono::seconds(10));
        if (delivery != transport::Delivery::kAnswered ||
            frame->answer_data().size() != settings.size) {
          std::fprintf(stderr, "transport_bench: a call failed\n");
          _exit(1);
        }
        if (sampled) mine.push_back(static_cast<std::uint32_t>((Clock::now() - before).count()));
        ++count;
      }
      calls[t] = count;
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(settings.milliseconds));
  stop = true;
  for (auto& thread : running) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  Measured measured;
  std::vector<std::uint32_t> all;
  for (unsigned t = 0; t < threads; ++t) {
    measured.per_second += static_cast<double>(calls[t]) / seconds;
    all.insert(all.end(), samples[t].begin(), samples[t].end());
  }
  if (all.empty()) return measured;
  std::sort(all.begin(), all.end());
  measured.median_us = all[all.size() / 2] / 1000.0;
  measured.p99_us = all[all.size() * 99 / 100] / 1000.0;
  return measured;
}

unsigned number(const char* text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
  if (error != std::errc() || *end != '\0') {
    std::fprintf(stderr, "transport_bench: not a number: %s\n", text);
    std::exit(2);
  }
  return value;
}

Settings parse(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--socket") {
      settings.use_ring = false;
      continue;
    }
    if (i + 1 == count) {
      std::fprintf(stderr, "transport_bench: %s needs a value\n", name.c_str());
      std::exit(2);
    }
    const char* value = arguments[++i];
    if (name == "--threads")
      settings.threads.push_back(number(value));
    else if (name == "--size")
      settings.size = number(value);
    else if (name == "--work")
      settings.work_ns = number(value);
    else if (name == "--workers")
      settings.workers = number(value);
    else if (name == "--milliseconds")
      settings.milliseconds = number(value);
    else if (name == "--repeat")
      settings.repeat = number(value);
    else if (name == "--wait" && std::string(value) == "sign")
      settings.wait = transport::Wait::kSign;
    else if (name == "--wait" && std::string(value) == "long")
      settings.wait = transport::Wait::kLong;
    else if (name != "--wait") {
      std::fprintf(stderr, "transport_bench: unknown option %s\n", name.c_str());
      std::exit(2);
    }
  }
  if (settings.threads.empty()) settings.threads = {1, 2, 4, 8};
  return settings;
}

}  // namespace

int main(int count, char** arguments) {
  const Settings settings = parse(count, arguments);
  char folder[] = "/tmp/transport_bench.XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  const std::string path = std::string(folder) + "/socket";
  int ready[2];
  if (pipe(ready) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) serve(settings, path, ready[1]);
  char octet = 0;
  if (read(ready[0], &octet, 1) != 1) return 1;
  {
    auto channel = transport::Channel::connect({path, settings.use_ring});
    if (!channel) {
      std::fprintf(stderr, "transport_bench: %s\n", channel.error().message.c_str());
      kill(child, SIGKILL);
      return 1;
    }
    for (const unsigned threads : settings.threads) {
      std::vector<Measured> runs;
      for (unsigned i = 0; i < settings.repeat; ++i) {
        runs.push_back(measure(**channel, settings, threads));
      }
      const auto [worst, best] = std::minmax_element(
          runs.begin(), runs.end(),
          [](const Measured& a, const Measured& b) { return a.per_second < b.per_second; });
      std::printf("%-6s %2u threads  %9.0f/s (worst %9.0f/s)  p50 %7.2f us  p99 %7.2f us\n",
                  settings.use_ring ? "ring" : "socket", threads, best->per_second,
                  worst->per_second, best->median_us, best->p99_us);
      std::fflush(stdout);
    }
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  unlink(path.c_str());
  rmdir(folder);
  return 0;
}
