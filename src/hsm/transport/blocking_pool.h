// BlockingPool: threads for requests that wait for the disk or compute for long, so that the
// workers never do.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "hsm/transport/scratch.h"

namespace azekura::hsm::transport {

class BlockingPool {
 public:
  class Job {
   public:
    virtual ~Job() = default;
    // Called once, or never when the pool stops before.
    virtual void run(Scratch& scratch) = 0;
  };

  // The threads' scratches are numbered from `first_thread` on.
  BlockingPool(unsigned threads_max, unsigned first_thread);
  ~BlockingPool();

  // Starts the first thread; the others start when they are needed.
  Status start();
  // Never blocks. The queue is bounded by its callers: one job a slot or socket.
  void submit(std::unique_ptr<Job> job);
  // Jobs that run finish; jobs that wait are destroyed. Idempotent.
  void stop();
  std::uint64_t answered() const;

 private:
  Status add_thread();  // REQUIRES: mutex_ is held
  void loop(Scratch& scratch);

  const unsigned threads_max_;
  const unsigned first_thread_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::unique_ptr<Job>> queue_;
  std::vector<std::unique_ptr<Scratch>> scratches_;
  std::vector<std::thread> threads_;
  unsigned idle_ = 0;
  bool stopping_ = false;
};

}  // namespace azekura::hsm::transport
