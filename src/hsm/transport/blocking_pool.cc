#include "hsm/transport/blocking_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace azekura::hsm::transport {

BlockingPool::BlockingPool(unsigned threads_max, unsigned first_thread)
    : threads_max_(std::max(1u, threads_max)), first_thread_(first_thread) {}

BlockingPool::~BlockingPool() { stop(); }

Status BlockingPool::start() {
  const std::lock_guard lock(mutex_);
  return add_thread();
}

Status BlockingPool::add_thread() {
  const auto index = static_cast<unsigned>(threads_.size());
  ASSIGN_OR_RETURN(auto scratch, Scratch::create(first_thread_ + index));
  try {
    threads_.emplace_back([this, &own = *scratch] { loop(own); });
  } catch (const std::system_error& error) {
    return fail(Code::kExhausted, std::string("start a thread: ") + error.what());
  }
  scratches_.push_back(std::move(scratch));
  return {};
}

void BlockingPool::submit(std::unique_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    queue_.push_back(std::move(job));
    // Without another thread the ones that run get to it later.
    if (queue_.size() > idle_ && threads_.size() < threads_max_) static_cast<void>(add_thread());
  }
  work_.notify_one();
}

void BlockingPool::loop(Scratch& scratch) {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_) return;
    std::unique_ptr<Job> job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job->run(scratch);
    job.reset();
    lock.lock();
  }
}

void BlockingPool::stop() {
  std::deque<std::unique_ptr<Job>> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
  }
  work_.notify_all();
  // stopping_ keeps submit() from adding threads.
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::uint64_t BlockingPool::answered() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& scratch : scratches_) sum += scratch->answered();
  return sum;
}

}  // namespace azekura::hsm::transport
