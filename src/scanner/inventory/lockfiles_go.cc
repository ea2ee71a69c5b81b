// go.mod (go.dev/ref/mod) and vendor/modules.txt. go.sum is no reader of its own: it holds
// checksums of versions that are not used as well. It is read beside a go.mod of Go 1.16 and older,
// which does not name what is needed only by others.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::string_view kStandardLibrary = "stdlib";
// From this one on go.mod names everything that is built.
constexpr std::string_view kCompleteFrom = "1.17";

using Words = std::vector<std::string_view>;

// The words of a line, without quotes; a comment is cut off.
Words words_of(std::string_view line) {
  line = line.substr(0, line.find("//"));
  Words words;
  while (!(line = trimmed(line)).empty()) {
    const char quote = line.front();
    std::size_t end = line.find_first_of(" \t");
    if (quote == '"' || quote == '`') end = std::min(line.find(quote, 1), line.size() - 1) + 1;
    std::string_view word = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view() : line.substr(end);
    if ((quote == '"' || quote == '`') && word.size() >= 2) word = word.substr(1, word.size() - 2);
    words.push_back(word);
  }
  return words;
}

bool is_older(std::string_view version, std::string_view than) {
  const auto order = version::compare(version::Scheme::kSemver, version, than);
  return order && *order < 0;
}

struct Module {
  std::string path;
  std::string version;
  bool indirect = false;
};
using PathAndVersion = std::pair<std::string, std::string>;

class GoMod {
 public:
  Status read(std::string_view octets) {
    std::string block;
    for (std::string_view line; next_line(octets, line);) {
      Words words = words_of(line);
      if (words.empty()) continue;
      if (!block.empty() && words.front() == ")") {
        block.clear();
        continue;
      }
      const std::string directive = block.empty() ? std::string(words.front()) : block;
      if (block.empty()) words.erase(words.begin());
      if (block.empty() && words.size() == 1 && words.front() == "(") {
        block = directive;
        RETURN_IF_ERROR(check_known(directive));
        continue;
      }
      RETURN_IF_ERROR(take(directive, words, contains(line, "// indirect")));
    }
    return {};
  }

  void add_to(Collector& found) const {
    for (const Module& module : required_) {
      Module used = replaced(module);
      // A version that is excluded gives way to a later one, which is not named.
      if (excluded_.contains({used.path, used.version})) used.version.clear();
      found.add(used.path, used.version, {.direct = !module.indirect});
    }
    add_standard_library(found);
  }

  bool complete() const { return !go_.empty() && !is_older(go_, kCompleteFrom); }
  bool requires_module(const std::string& path) const { return paths_.contains(path); }

 private:
  static Status check_known(std::string_view directive) {
    static const std::set<std::string_view> kDirectives = {
        "module",  "go",      "toolchain", "require", "replace",
        "exclude", "retract", "tool",      "godebug", "ignore"};
    if (kDirectives.contains(directive)) return {};
    return fail(Code::kInvalid, fmt::format("go.mod: unknown directive {}", shown(directive)));
  }

  Status take(std::string_view directive, const Words& words, bool indirect) {
    RETURN_IF_ERROR(check_known(directive));
    const auto bad = [&] {
      return fail(Code::kInvalid, fmt::format("go.mod: not a {}", directive));
    };
    if (directive == "go" || directive == "toolchain") {
      if (words.size() != 1) return bad();
      (directive == "go" ? go_ : toolchain_) = words.front();
    } else if (directive == "require" || directive == "exclude") {
      if (words.size() != 2) return bad();
      if (directive == "exclude") {
        excluded_.emplace(words[0], words[1]);
      } else {
        required_.push_back({std::string(words[0]), std::string(words[1]), indirect});
        paths_.emplace(words[0]);
      }
    } else if (directive == "replace") {
      return take_replacement(words) ? Status() : bad();
    }
    return {};
  }

  // "old [version] => new [version]"; without a version the new one is a folder.
  bool take_replacement(const Words& words) {
    const std::size_t arrow = words.size() > 1 && words[1] == "=>" ? 1 : 2;
    if (words.size() <= arrow + 1 || words.size() > arrow + 3 || words[arrow] != "=>") return false;
    Module replacement;
    replacement.path = words[arrow + 1];
    if (words.size() == arrow + 3) replacement.version = words[arrow + 2];
    replaced_[{std::string(words[0]), arrow == 2 ? std::string(words[1]) : ""}] = replacement;
    return true;
  }

  // A folder in its place: the module as it is called, of an unknown version.
  Module replaced(const Module& module) const {
    auto found = replaced_.find({module.path, module.version});
    if (found == replaced_.end()) found = replaced_.find({module.path, ""});
    if (found == replaced_.end()) return module;
    return found->second.version.empty() ? Module{module.path, "", false} : found->second;
  }

  void add_standard_library(Collector& found) const {
    std::string_view version = go_;
    std::string_view toolchain = toolchain_;
    if (toolchain.starts_with("go")) {
      toolchain.remove_prefix(2);
      toolchain = toolchain.substr(0, toolchain.find('-'));
      if (version.empty() || is_older(version, toolchain)) version = toolchain;
    }
    if (version.empty()) return;
    Component component;
    component.ecosystem = Ecosystem::kGo;
    component.name = kStandardLibrary;
    component.version = version;
    component.evidence = Evidence::kManifest;
    component.direct = true;
    found.add(std::move(component));
  }

  std::string go_;
  std::string toolchain_;
  std::vector<Module> required_;
  std::set<std::string, std::less<>> paths_;
  std::set<PathAndVersion> excluded_;
  std::map<PathAndVersion, Module> replaced_;
};

// The highest version of each module that go.mod does not name. Lines: "path version[/go.mod]
// hash".
void add_sums(std::string_view octets, const GoMod& mod, Collector& found) {
  std::map<std::string, std::string> highest;
  for (std::string_view line; next_line(octets, line);) {
    const Words words = words_of(line);
    if (words.size() != 3 || words[1].ends_with("/go.mod")) continue;
    if (mod.requires_module(std::string(words[0]))) continue;
    std::string& known = highest[std::string(words[0])];
    const auto order = version::compare(version::Scheme::kGo, known, words[1]);
    if (known.empty() || (order && *order < 0)) known = words[1];
  }
  for (const auto& [path, version] : highest) found.add(path, version);
}

// Of a heading in vendor/modules.txt: the module whose code is there.
std::optional<Module> vendored_module(const Words& words) {
  const auto arrow = std::find(words.begin(), words.end(), "=>");
  const auto before = static_cast<std::size_t>(arrow - words.begin());
  if (words.empty() || before == 0 || before > 2) return std::nullopt;
  if (arrow == words.end()) {
    if (before != 2 || !version::check(version::Scheme::kGo, words[1])) return std::nullopt;
    return Module{std::string(words[0]), std::string(words[1]), false};
  }
  const Words replacement(arrow + 1, words.end());
  if (replacement.size() == 1) return Module{std::string(words[0]), "", false};
  if (replacement.size() != 2) return std::nullopt;
  return Module{std::string(replacement[0]), std::string(replacement[1]), false};
}

}  // namespace

Result<ReadOutcome> read_go_mod(std::string_view octets, const ReadContext& context) {
  GoMod mod;
  RETURN_IF_ERROR(mod.read(octets));
  Collector found(Ecosystem::kGo, Evidence::kLockfile);
  mod.add_to(found);
  if (mod.complete()) return found.take();
  const auto sums = context.open ? context.open("go.sum") : fail(Code::kNotFound, "");
  if (sums) add_sums(*sums, mod, found);
  return found.take();
}

// "# path version [=> path [version]]", "## explicit; go 1.17", then the packages that are used. A
// module without any is only named.
Result<ReadOutcome> read_vendor_modules(std::string_view octets, const ReadContext&) {
  Collector found(Ecosystem::kGo, Evidence::kInstalled);
  Component module;
  std::size_t number = 0;
  for (std::string_view line; next_line(octets, line);) {
    ++number;
    if (line.starts_with("## ")) {
      module.direct = contains(line, "explicit");
    } else if (line.starts_with("# ")) {
      module = {};
      const auto used = vendored_module(words_of(line.substr(2)));
      if (!used) {
        found.malformed(fmt::format("line {} names no module", number));
        continue;
      }
      module.ecosystem = Ecosystem::kGo;
      module.evidence = Evidence::kInstalled;
      module.name = used->path;
      module.version = used->version;
    } else if (!module.name.empty()) {
      found.add(module);
    } else if (number == 1) {
      return fail(Code::kInvalid, "vendor/modules.txt: no module in the first line");
    }
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory
