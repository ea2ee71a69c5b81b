// A database in a folder of its own, for the tests of this room and of those below.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "scanner/database/builder.h"

namespace azekura::scanner {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "azekura-database-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// What one source has to say.
struct TestSource {
  std::string name;
  std::vector<Advisory> advisories;
};

inline Database built_database(const std::vector<TestSource>& sources) {
  const TemporaryFolder folder;
  DatabaseBuilder builder;
  for (const TestSource& source : sources) {
    auto sink = builder.begin();
    for (const Advisory& advisory : source.advisories) sink->add(advisory);
    builder.finish(std::move(sink), {.name = source.name});
  }
  const std::string path = folder.path("advisories.db");
  const auto written = builder.write(path);
  EXPECT_TRUE(written) << written.error().message;
  auto database = Database::open(path);
  EXPECT_TRUE(database) << database.error().message;
  return std::move(*database);  // the mapping outlives the folder
}

}  // namespace azekura::scanner
