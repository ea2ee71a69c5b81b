// A sink that keeps what importers hand over, for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/advisories/importer.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner::advisories {

struct KeptSink : AdvisorySink {
  using AdvisorySink::add;
  void add(Advisory advisory) override { advisories.push_back(std::move(advisory)); }
  void add(CweName name) override { keep(weaknesses, std::move(name)); }
  void add(ProductName name) override { keep(products, std::move(name)); }
  void add(ComponentCpe component) override { keep(components, std::move(component)); }
  void add(ReleaseLife life) override { keep(lives, std::move(life)); }
  void add(JavaScriptSignature signature) override { keep(signatures, std::move(signature)); }
  void bad_record(std::string name, Error why) override {
    bad.emplace_back(std::move(name), std::move(why));
  }

  std::vector<Advisory> advisories;
  std::vector<CweName> weaknesses;
  std::vector<ProductName> products;
  std::vector<ComponentCpe> components;
  std::vector<ReleaseLife> lives;
  std::vector<JavaScriptSignature> signatures;
  std::size_t others = 0;  // of all those that are no advisories
  std::vector<std::pair<std::string, Error>> bad;

 private:
  template <typename T>
  void keep(std::vector<T>& list, T value) {
    list.push_back(std::move(value));
    ++others;
  }
};

struct Imported : KeptSink {
  bool taken = false;

  // The only record, or an empty one and a failure.
  const Advisory& only() const {
    static const Advisory none;
    EXPECT_EQ(advisories.size(), 1U);
    EXPECT_TRUE(bad.empty()) << (bad.empty() ? "" : bad.front().first + bad.front().second.message);
    return advisories.empty() ? none : advisories.front();
  }
};

inline Imported imported(std::string_view name, std::string_view octets) {
  JsonParser parser;
  Imported sink;
  // Exactly as long as it is: a reader beyond the end shows under asan.
  const std::vector<char> copy(octets.begin(), octets.end());
  sink.taken = import_file({name, parser}, {copy.data(), copy.size()}, sink);
  return sink;
}

// "Debian:12 openssl fixed [,3.0.1) {note}": one line for each claim.
inline std::string line_of(const Affected& claim) {
  std::string line(name_of(claim.where.ecosystem));
  if (!claim.where.release.empty()) line += ":" + claim.where.release;
  line += " " + claim.name;
  if (!claim.qualifier.empty()) line += " <" + claim.qualifier + ">";
  line += " ";
  line += name_of(claim.state);
  for (const AffectedRange& range : claim.ranges) {
    line += range.introduced_exclusive ? " (" : " [";
    line += range.introduced + "," + range.end;
    line += range.end_kind == AffectedRange::End::kLastAffected ? "]" : ")";
  }
  for (const std::string& version : claim.versions) line += " =" + version;
  if (!claim.advisory.empty()) line += " by " + claim.advisory;
  if (claim.severity != Severity::kUnknown) {
    line += " !";
    line += name_of(claim.severity);
  }
  if (!claim.note.empty()) line += " {" + claim.note + "}";
  return line;
}

inline std::vector<std::string> lines_of(const Advisory& advisory) {
  std::vector<std::string> lines;
  for (const Affected& claim : advisory.affected) lines.push_back(line_of(claim));
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace azekura::scanner::advisories
