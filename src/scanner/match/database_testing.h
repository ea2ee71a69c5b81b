// A database out of a few advisories, for tests.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "scanner/database/builder.h"
#include "scanner/database/database.h"

namespace azekura::scanner::match {

inline constexpr Time kToday = 1'740'000'000;  // 2025-02-19

inline Database database_of(std::vector<Advisory> advisories, SourceInfo source = {},
                            std::vector<ReleaseLife> lives = {}) {
  if (source.name.empty()) source.name = "test";
  if (source.date == 0) source.date = kToday;
  DatabaseBuilder builder;
  auto sink = builder.begin();
  for (Advisory& advisory : advisories) sink->add(std::move(advisory));
  for (ReleaseLife& life : lives) sink->add(std::move(life));
  builder.finish(std::move(sink), std::move(source));
  std::string folder = (std::filesystem::temp_directory_path() / "azekura-match.XXXXXX").string();
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/advisories.db";
  const auto written = builder.write(path);
  EXPECT_TRUE(written) << (written ? "" : written.error().message);
  auto database = Database::open(path);
  EXPECT_TRUE(database) << (database ? "" : database.error().message);
  std::filesystem::remove_all(folder);  // the mapping stays
  return std::move(*database);
}

inline Affected affected(Ecosystem ecosystem, std::string release, std::string name,
                         std::string fixed, State state = State::kFixed) {
  Affected claim{.where = {ecosystem, std::move(release)}, .name = std::move(name), .state = state};
  AffectedRange range{.end = fixed};
  if (!fixed.empty()) range.end_kind = AffectedRange::End::kFixed;
  claim.ranges.push_back(std::move(range));
  return claim;
}

inline Advisory about(std::string id, std::vector<Affected> claims) {
  return {.id = std::move(id), .affected = std::move(claims)};
}

}  // namespace azekura::scanner::match
