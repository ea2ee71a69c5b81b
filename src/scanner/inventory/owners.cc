#include <algorithm>
#include <bitset>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "scanner/inventory/apk.h"
#include "scanner/inventory/package_records.h"
#include "scanner/inventory/packages.h"
#include "scanner/inventory/reading.h"
#include "scanner/inventory/rpm.h"

namespace azekura::scanner::inventory {
namespace {

// A path that both names of a file in a merged /usr share.
std::string_view common(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  constexpr std::string_view kUsr = "usr/";
  if (path.starts_with(kUsr)) path.remove_prefix(kUsr.size());
  return path;
}

// Most paths of a system are nobody's question: what is none is told by a few octets of it.
class Filter {
 public:
  void add(std::string_view path) { bits_.set(place(path)); }
  bool may_hold(std::string_view path) const { return bits_.test(place(path)); }

 private:
  static constexpr std::size_t kPlaces = std::size_t{1} << 16;

  static std::size_t place(std::string_view path) {
    std::uint64_t end = 0;
    const std::size_t size = std::min(path.size(), sizeof end);
    std::memcpy(&end, path.data() + path.size() - size, size);
    // Fibonacci hashing: the upper bits are mixed best.
    return ((end ^ path.size()) * 0x9e3779b97f4a7c15U) >> 48;
  }

  std::bitset<kPlaces> bits_;
};

class Finding {
 public:
  explicit Finding(std::span<const std::string> paths) {
    for (const std::string& path : paths) {
      wanted_[common(path)].paths.push_back(&path);
      filter_.add(common(path));
    }
  }

  void file(std::string_view package, std::string_view path) {
    if (!filter_.may_hold(common(path))) return;
    const auto found = wanted_.find(common(path));
    if (found != wanted_.end() && found->second.owner.empty()) found->second.owner = package;
  }

  Owners take() {
    Owners owners;
    for (auto& [path, wanted] : wanted_) {
      if (wanted.owner.empty()) continue;
      for (const std::string* whole : wanted.paths) owners[*whole] = wanted.owner;
    }
    return owners;
  }

 private:
  struct Wanted {
    std::vector<const std::string*> paths;
    std::string owner;
  };
  Filter filter_;
  std::unordered_map<std::string_view, Wanted> wanted_;
};

// info/libc6:amd64.list: a path in each line, folders too.
void ask_dpkg(const Root& root, Finding& finding) {
  for (const std::string& name : root.list(kDpkgInfoFolder)) {
    if (!name.ends_with(kDpkgListEnd)) continue;
    const auto octets = root.read(std::string(kDpkgInfoFolder) + "/" + name, kPackageRecordSizeMax);
    if (!octets) continue;
    const std::string_view package =
        std::string_view(name).substr(0, name.size() - kDpkgListEnd.size());
    std::string_view rest = *octets;
    for (std::string_view line; next_line(rest, line);) {
      finding.file(package.substr(0, package.find(':')), line);
    }
  }
}

// status.d/libssl3.md5sums: a sum, two blanks, a path.
void ask_distroless(const Root& root, Finding& finding) {
  for (const std::string& name : root.list(kDpkgStatusFolder)) {
    if (!name.ends_with(kDpkgSumsEnd)) continue;
    const auto octets =
        root.read(std::string(kDpkgStatusFolder) + "/" + name, kPackageRecordSizeMax);
    if (!octets) continue;
    std::string_view rest = *octets;
    for (std::string_view line; next_line(rest, line);) {
      const std::size_t blank = line.find(' ');
      if (blank == std::string_view::npos) continue;
      finding.file(std::string_view(name).substr(0, name.size() - kDpkgSumsEnd.size()),
                   trimmed(line.substr(blank)));
    }
  }
}

void ask_apk(const Root& root, Finding& finding) {
  for (const std::string_view path : kApkFiles) {
    const auto octets = root.read(path, kPackageRecordSizeMax);
    if (!octets) continue;
    return for_each_apk_file(*octets, [&](std::string_view package, std::string_view file) {
      finding.file(package, file);
    });
  }
}

void ask_rpm(const Root& root, Finding& finding) {
  const auto location = rpm_database_of(root);
  if (!location) return;
  auto octets = root.read(*location, kRpmDatabaseSizeMax);
  if (!octets) return;
  auto journal = root.read(*location + std::string(kRpmJournalEnd), kRpmDatabaseSizeMax);
  // What is damaged was said when the packages were read.
  (void)for_each_rpm_file(
      {.octets = std::move(*octets), .journal = std::move(journal).value_or("")},
      [&](std::string_view package, std::string_view file) { finding.file(package, file); });
}

}  // namespace

Owners find_owners(const Root& root, std::span<const std::string> paths) {
  if (paths.empty()) return {};
  Finding finding(paths);
  ask_dpkg(root, finding);
  ask_distroless(root, finding);
  ask_apk(root, finding);
  ask_rpm(root, finding);
  return finding.take();
}

}  // namespace azekura::scanner::inventory
