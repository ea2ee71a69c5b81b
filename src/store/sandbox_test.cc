// The store does its whole work under the restrictions of a daemon.
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "sandbox/sandbox.h"
#include "store/store.h"
#include "store/store_testing.h"

namespace azekura::store {
namespace {

std::string text_of(const Error& error) {
  return std::string(name_of(error.code)) + ": " + error.message;
}

// "" unless a restriction could not be made for another reason than the kernel or the build.
std::string restrict_to(const std::string& folder) {
  const Status files = sandbox::restrict_filesystem({.read_write = {folder}});
  if (!files && files.error().code != Code::kUnsupported) return text_of(files.error());
  const Status calls = sandbox::restrict_syscalls();
  if (!calls && calls.error().code != Code::kUnsupported) return text_of(calls.error());
  return "";
}

// Enough to write the log back several times, then a second opening that finds it all.
std::string work(std::unique_ptr<Store> store, const std::string& path) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 100; ++i) {
        const std::string key = std::to_string(thread) + "/" + std::to_string(i);
        const Status status =
            store->commit(Batch().put(as_bytes(key), as_bytes(std::string(20'000, 'v'))));
        if (!status) _exit(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  store.reset();
  auto again = Store::open({.path = path});
  if (!again) return text_of(again.error());
  return std::to_string(contents(**again).size());
}

TEST(StoreInSandbox, AStoreThatWasOpenedBeforeWorksOnAndCanBeOpenedAgain) {
  const TemporaryFolder folder;
  const std::string path = folder.file("db");
  EXPECT_EQ(in_child([&] {
              auto store = open_or_create(path);
              if (!store) return text_of(store.error());
              const std::string answer = restrict_to(folder.path());
              return answer.empty() ? work(std::move(*store), path) : answer;
            }),
            "400");
}

TEST(StoreInSandbox, AStoreCanBeCreatedInside) {
  const TemporaryFolder folder;
  EXPECT_EQ(in_child([&] {
              const std::string answer = restrict_to(folder.path());
              if (!answer.empty()) return answer;
              auto store = open_or_create(folder.file("db"));
              return store ? work(std::move(*store), folder.file("db")) : text_of(store.error());
            }),
            "400");
}

}  // namespace
}  // namespace azekura::store
