// Helps to make trees, and to say what was found in them.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/inventory.h"

namespace azekura::scanner::inventory {

class TreeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "azekura-tree-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string path(const std::string& name) const { return root_ + "/" + name; }
  void write(const std::string& name, std::string_view octets) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << octets;
  }
  static std::string slurp(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Runs a command in the test's folder; false if it fails or is not there.
  bool run(const std::string& command) const {
    return std::system(("cd '" + root_ + "' && " + command + " >/dev/null 2>&1").c_str()) == 0;
  }

  Inventory take(const std::string& name = ".", const TreeOptions& options = {}) const {
    auto taken = take_tree(path(name), options);
    EXPECT_TRUE(taken.has_value()) << (taken ? "" : taken.error().message);
    return taken ? std::move(*taken) : Inventory();
  }

  std::string root_;
};

// "name version @ location", sorted.
inline std::vector<std::string> said(const Inventory& found) {
  std::vector<std::string> out;
  for (const Component& component : found.components) {
    out.push_back(component.name + " " + component.version + " @ " + component.location);
  }
  std::sort(out.begin(), out.end());
  return out;
}

// "kind location", sorted.
inline std::vector<std::string> troubles(const Inventory& found) {
  std::vector<std::string> out;
  for (const Problem& problem : found.problems) {
    out.push_back(std::string(name_of(problem.kind)) + " " + problem.location);
  }
  std::sort(out.begin(), out.end());
  return out;
}

inline const Component* find(const Inventory& found, std::string_view name) {
  for (const Component& component : found.components) {
    if (component.name == name) return &component;
  }
  return nullptr;
}

}  // namespace azekura::scanner::inventory
