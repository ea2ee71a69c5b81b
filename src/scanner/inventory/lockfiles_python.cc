// Lockfiles of Python: Pipfile.lock, poetry.lock, uv.lock, pdm.lock and pylock.toml (PEP 751).
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "scanner/document/json.h"
#include "scanner/document/text.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/python.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether there are groups, and each is for development.
bool only_development(Json groups) {
  for (Json group : groups.items()) {
    if (!is_development_name(group.text())) return false;
  }
  return groups.size() > 0;
}

bool has(Json array, std::string_view text) {
  for (Json item : array.items()) {
    if (item.text() == text) return true;
  }
  return false;
}

Result<ReadOutcome> read_toml_packages(std::string_view octets, std::string_view key,
                                       bool (*development)(Json package)) {
  ASSIGN_OR_RETURN(const auto document, parse_toml(octets));
  Collector found(Ecosystem::kPyPI, Evidence::kLockfile);
  for (Json package : document.root()[key].items()) {
    found.add(package["name"].text(), package["version"].text(),
              {.development = development(package)});
  }
  return found.take();
}

// uv.lock states what depends on what, and which packages are the project's own.
class UvLock {
 public:
  explicit UvLock(Json packages) : packages_(packages) {
    for (Json package : packages.items()) by_name_[package["name"].text()].push_back(package);
  }

  void read(Collector& found) {
    bool any = false;
    for (Json package : packages_.items()) {
      if (!is_own(package)) continue;
      any = true;
      note_asked(package);
    }
    follow();
    for (Json package : packages_.items()) {
      if (is_root(package)) continue;
      const std::string_view name = package["name"].text();
      found.add(name, package["version"].text(),
                {.development = any && !used_.contains(name) && !is_own(package),
                 .direct = asked_.contains(name)});
    }
  }

 private:
  static bool is_own(Json package) {
    const Json source = package["source"];
    return !source["virtual"].missing() || !source["editable"].missing();
  }
  static bool is_root(Json package) {
    const Json source = package["source"];
    return source["virtual"].text() == "." || source["editable"].text() == ".";
  }

  void note_asked(Json package) {
    for (Json dependency : package["dependencies"].items()) want(dependency);
    for (auto [extra, dependencies] : package["optional-dependencies"].members()) {
      for (Json dependency : dependencies.items()) want(dependency);
    }
    for (auto [group, dependencies] : package["dev-dependencies"].members()) {
      for (Json dependency : dependencies.items()) asked_.insert(dependency["name"].text());
    }
  }

  void want(Json dependency) {
    asked_.insert(dependency["name"].text());
    wanted_.push_back(dependency["name"].text());
  }

  void follow() {
    while (!wanted_.empty()) {
      const std::string_view name = wanted_.back();
      wanted_.pop_back();
      if (!used_.insert(name).second) continue;
      const auto packages = by_name_.find(name);
      if (packages == by_name_.end()) continue;
      for (Json package : packages->second) {
        for (Json next : package["dependencies"].items()) wanted_.push_back(next["name"].text());
        for (auto [extra, dependencies] : package["optional-dependencies"].members()) {
          for (Json next : dependencies.items()) wanted_.push_back(next["name"].text());
        }
      }
    }
  }

  Json packages_;
  std::unordered_map<std::string_view, std::vector<Json>> by_name_;
  std::unordered_set<std::string_view> asked_;
  std::unordered_set<std::string_view> used_;
  std::vector<std::string_view> wanted_;
};

void read_pipfile_group(Json group, Collector& found, bool development) {
  for (auto [name, entry] : group.members()) {
    // "==1.0"; missing for what comes from git or a path.
    std::string_view version = entry["version"].text();
    version.remove_prefix(std::min(version.find_first_not_of('='), version.size()));
    found.add(name, version, {.development = development});
  }
}

}  // namespace

bool is_development_name(std::string_view name) {
  constexpr std::array<std::string_view, 10> kWords = {
      "dev", "develop", "development", "test", "tests", "testing", "lint", "doc", "docs", "typing"};
  const std::string folded = lower(name);
  for (std::size_t begin = 0; begin < folded.size();) {
    std::size_t end = begin;
    while (end < folded.size() && is_letter(folded[end])) ++end;
    const std::string_view word = std::string_view(folded).substr(begin, end - begin);
    if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return true;
    begin = end + 1;
  }
  return false;
}

Result<ReadOutcome> read_pipfile_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  if (!document.root().is_object()) return fail(Code::kInvalid, "Pipfile.lock: not an object");
  Collector found(Ecosystem::kPyPI, Evidence::kLockfile);
  read_pipfile_group(document.root()["default"], found, false);
  read_pipfile_group(document.root()["develop"], found, true);
  return found.take();
}

Result<ReadOutcome> read_poetry_lock(std::string_view octets, const ReadContext&) {
  return read_toml_packages(octets, "package", [](Json package) {
    // Lock version 1 has a category, 2.1 has groups, 2.0 has neither.
    if (package["category"].is_text()) return package["category"].text() == "dev";
    return package["groups"].size() > 0 && !has(package["groups"], "main");
  });
}

Result<ReadOutcome> read_pdm_lock(std::string_view octets, const ReadContext&) {
  return read_toml_packages(octets, "package",
                            [](Json package) { return only_development(package["groups"]); });
}

Result<ReadOutcome> read_pylock(std::string_view octets, const ReadContext&) {
  return read_toml_packages(octets, "packages", [](Json) { return false; });
}

Result<ReadOutcome> read_uv_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, parse_toml(octets));
  Collector found(Ecosystem::kPyPI, Evidence::kLockfile);
  UvLock(document.root()["package"]).read(found);
  return found.take();
}

}  // namespace azekura::scanner::inventory
