// What the store's tests share: a folder that goes away, short ways to write octets, and children.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "store/store.h"

namespace azekura::store {

// A private folder in the temporary folder, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

inline Result<std::unique_ptr<Store>> open_or_create(const std::string& path) {
  return Store::open({.path = path, .create = Create::kIfMissing});
}

// Everything in a store, as text.
std::map<std::string, std::string> contents(Store& store, std::string_view prefix = "");

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view octets);

// Runs in a process of its own and answers what it answered; "killed by signal N" if it was.
std::string in_child(const std::function<std::string()>& body);

}  // namespace azekura::store
