// Imports a folder of archives of advisories, and measures the import and the look-ups.
//
//   advisories_bench FOLDER DATABASE     FOLDER holds NAME.tar.zst, one source each
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "scanner/advisories/read_source.h"

namespace {

using namespace azekura::scanner;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::vector<advisories::SourceLocation> sources_in(const std::string& folder) {
  std::vector<advisories::SourceLocation> sources;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename();
    if (!name.ends_with(".tar.zst")) continue;
    name.resize(name.find('.'));
    sources.push_back({.name = name, .origin = name, .path = entry.path()});
  }
  std::sort(sources.begin(), sources.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return sources;
}

void print(const std::vector<SourceInfo>& infos) {
  for (const SourceInfo& info : infos) {
    fmt::print("{:20} {:7} files {:7} records {:6} bad {:6} unrecognised {}\n", info.name,
               info.files, info.records, info.bad_records, info.unrecognised_files, info.failure);
    for (const std::string& example : info.bad_examples) fmt::print("    bad: {}\n", example);
    for (const std::string& example : info.unrecognised_examples)
      fmt::print("    not known: {}\n", example);
  }
}

struct Name {
  Ecosystem ecosystem;
  std::string release;
  std::string name;
  bool operator<(const Name& other) const {
    return std::tie(ecosystem, release, name) <
           std::tie(other.ecosystem, other.release, other.name);
  }
};

// Every package that some problem speaks of, asked for by its name, and as many that nobody speaks
// of.
void measure_lookups(const Database& database) {
  std::set<Name> packages;
  for (ProblemId problem = 0; problem < database.problem_count(); ++problem) {
    for (const auto& package : database.packages_of(problem)) {
      packages.insert({package.where.ecosystem, package.where.release, std::string(package.name)});
      packages.insert(
          {package.where.ecosystem, package.where.release, std::string(package.name) + "-x"});
    }
  }
  const auto start = Clock::now();
  std::size_t claims = 0;
  for (const Name& package : packages) {
    claims += database.claims(package.ecosystem, package.release, package.name).size();
  }
  const double seconds = seconds_since(start);
  fmt::print("{} look-ups, {:.1f} million a second, {} claims\n", packages.size(),
             static_cast<double>(packages.size()) / seconds / 1e6, claims);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: advisories_bench FOLDER DATABASE\n");
    return 2;
  }
  const std::string path = argv[2];
  auto start = Clock::now();
  const auto infos = advisories::build_database(sources_in(argv[1]), path);
  if (!infos) {
    fmt::print(stderr, "{}\n", infos.error().message);
    return 1;
  }
  const double import_seconds = seconds_since(start);
  print(*infos);
  fmt::print("imported in {:.1f} s, peak memory {:.0f} MiB, file {:.1f} MB\n", import_seconds,
             peak_mb(), static_cast<double>(fs::file_size(path)) / 1e6);

  start = Clock::now();
  auto database = Database::open(path);
  if (!database) {
    fmt::print(stderr, "{}\n", database.error().message);
    return 1;
  }
  fmt::print("opened in {:.0f} us; {} problems\n", seconds_since(start) * 1e6,
             database->problem_count());
  measure_lookups(*database);
  return 0;
}
