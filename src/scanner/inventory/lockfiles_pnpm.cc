// pnpm-lock.yaml, lockfileVersion 5, 6 and 9 (pnpm/spec lockfile). A stream may hold several
// documents.
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "scanner/document/text.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/npm.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

constexpr int kSnapshotsFrom = 9;

bool begins_with_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

// "1.0.0(react@18.2.0)" and "1.0.0_react@18.2.0" → "1.0.0".
std::string_view without_peers(std::string_view version) {
  version = version.substr(0, version.find('('));
  return version.substr(0, version.find('_'));
}

// Of a key of `packages`. 5: "/@scope/name/1.0.0_peer@2.0.0"; 6: "/name@1.0.0(peer@2.0.0)"; 9
// without the slash. A registry may stand in front up to version 6.
NpmPackage package_of_key(std::string_view key, int format) {
  const std::string_view whole = key;
  key = key.substr(0, key.find('('));
  if (format < kSnapshotsFrom) {
    const std::size_t slash = key.find('/');
    if (slash == std::string_view::npos) return {};
    if (contains(key.substr(0, slash), ".")) key.remove_prefix(slash);
  }
  if (key.starts_with('/')) key.remove_prefix(1);
  std::size_t at = format < 6 ? key.rfind('/') : key.find('@', 1);
  // The first release candidates of 6 wrote keys as 5 did.
  if (at == std::string_view::npos) at = key.rfind('/');
  if (at == std::string_view::npos || at == 0) return {};
  const std::string_view version = key.substr(at + 1);
  if (whole.starts_with("file:") || whole.starts_with("link:")) return {};
  const std::string_view name = key.substr(0, at);
  if (!begins_with_digit(version)) return {format < 6 ? std::string_view() : name, {}};
  return {name, format < 6 ? version.substr(0, version.find('_')) : version};
}

// Of an entry of `dependencies`, by which key a package is found: name and what is written as
// version.
std::string key_of(std::string_view name, Json entry) {
  const Json inner = entry["version"];  // from 6 on: {specifier, version}
  std::string_view version = inner.missing() ? entry.text() : inner.text();
  if (version.starts_with('/')) version.remove_prefix(1);
  const bool alias = version.substr(0, version.find('(')).find('@', 1) != std::string_view::npos &&
                     !begins_with_digit(version);
  return alias ? std::string(version) : fmt::format("{}@{}", name, version);
}

std::string plain_key(std::string_view key) { return std::string(key.substr(0, key.find('('))); }

class Lockfile {
 public:
  Lockfile(Json root, Collector& found) : root_(root), found_(found) {
    format_ = static_cast<int>(root["lockfileVersion"].number().value_or(0));
  }

  void read() {
    read_importer(root_);
    for (auto [folder, importer] : root_["importers"].members()) read_importer(importer);
    if (format_ >= kSnapshotsFrom) follow_snapshots();
    for (auto [key, package] : root_["packages"].members()) read_package(key, package);
  }

 private:
  void read_importer(Json importer) {
    for (const auto* group : kNpmGroups) {
      for (auto [name, entry] : importer[group].members()) {
        std::string key = key_of(name, entry);
        const std::size_t at = key.find('@', 1);
        direct_.insert(key.substr(0, at) + "@" +
                       std::string(without_peers(std::string_view(key).substr(at + 1))));
        if (std::string_view(group) != "devDependencies") wanted_.push_back(std::move(key));
      }
    }
  }

  // From version 9 on nothing says that a package is for development only: it is if no dependency
  // of another kind leads to it.
  void follow_snapshots() {
    std::unordered_map<std::string_view, Json> snapshots;
    for (auto [key, snapshot] : root_["snapshots"].members()) snapshots.emplace(key, snapshot);
    std::unordered_set<std::string> seen;
    while (!wanted_.empty()) {
      std::string key = std::move(wanted_.back());
      wanted_.pop_back();
      if (!seen.insert(key).second) continue;
      used_.insert(plain_key(key));
      const auto found = snapshots.find(key);
      if (found == snapshots.end()) continue;
      for (const auto* group : kNpmGroups) {
        for (auto [name, entry] : found->second[group].members()) {
          wanted_.push_back(key_of(name, entry));
        }
      }
    }
  }

  void read_package(std::string_view key, Json package) {
    NpmPackage known = package_of_key(key, format_);
    if (package["name"].is_text()) known.name = package["name"].text();
    const std::string_view stated = package["version"].text();
    if (!stated.empty()) known.version = stated;
    if (known.name.empty() || (known.version.empty() && !package["resolution"].is_object())) {
      found_.malformed(fmt::format("no package by its key: {}", shown(key)));
      return;
    }
    const bool development = format_ >= kSnapshotsFrom ? !used_.contains(plain_key(key))
                                                       : package["dev"].boolean().value_or(false);
    found_.add(known.name, known.version,
               {.development = development,
                .direct = direct_.contains(fmt::format("{}@{}", known.name, known.version))});
  }

  Json root_;
  Collector& found_;
  int format_ = 0;
  std::unordered_set<std::string> direct_;
  std::vector<std::string> wanted_;
  std::unordered_set<std::string> used_;
};

}  // namespace

Result<ReadOutcome> read_pnpm_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto documents, parse_yaml(octets));
  Collector found(Ecosystem::kNpm, Evidence::kLockfile);
  for (const JsonDocument& document : documents) {
    if (document.root().is_null()) continue;
    if (document.root()["lockfileVersion"].missing()) {
      return fail(Code::kInvalid, "pnpm-lock.yaml: no lockfileVersion");
    }
    Lockfile(document.root(), found).read();
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory
