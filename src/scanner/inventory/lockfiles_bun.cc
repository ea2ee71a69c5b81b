// bun.lock: JSON with comments and commas before closing brackets.
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "scanner/document/json.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/npm.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

// The end of the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

// The end of the comment that begins at `at`; `at` if there is none.
std::size_t end_of_comment(std::string_view text, std::size_t at) {
  const bool line = text.substr(at, 2) == "//";
  if (!line && text.substr(at, 2) != "/*") return at;
  const std::size_t end = line ? text.find('\n', at) : text.find("*/", at + 2);
  return end == std::string_view::npos ? text.size() : end + (line ? 0 : 2);
}

// What JSON allows of it.
std::string plain_json(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t end = end_of_string(text, at);
      plain += text.substr(at, end - at);
      at = end;
      continue;
    }
    if (const std::size_t end = end_of_comment(text, at); end != at) {
      at = end;
      continue;
    }
    if (c == '}' || c == ']') {
      const std::size_t last = plain.find_last_not_of(" \t\r\n");
      if (last != std::string::npos && plain[last] == ',') plain[last] = ' ';
    }
    plain += c;
    ++at;
  }
  return plain;
}

struct Asked {
  std::unordered_set<std::string_view> all;
  std::unordered_set<std::string_view> used;  // not only for development
};

Asked asked_for(Json workspaces) {
  Asked asked;
  for (auto [folder, workspace] : workspaces.members()) {
    for (const auto* group : kNpmGroups) {
      for (auto [name, range] : workspace[group].members()) {
        asked.all.insert(name);
        if (std::string_view(group) != "devDependencies") asked.used.insert(name);
      }
    }
  }
  return asked;
}

}  // namespace

Result<ReadOutcome> read_bun_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(plain_json(octets)));
  const Json root = document.root();
  if (!root.is_object()) return fail(Code::kInvalid, "bun.lock: not an object");
  Collector found(Ecosystem::kNpm, Evidence::kLockfile);
  const Asked asked = asked_for(root["workspaces"]);
  for (auto [key, tuple] : root["packages"].members()) {
    const std::string_view resolution = tuple.at(0).text();
    const std::size_t at = resolution.find('@', 1);
    if (at == std::string_view::npos) {
      found.malformed(fmt::format("{}: no name@version", shown(key)));
      continue;
    }
    const std::string_view version = resolution.substr(at + 1);
    if (version.starts_with("workspace:") || version.starts_with("root:")) continue;
    const NpmPackage package = npm_package(resolution.substr(0, at), version);
    // Only what is asked for by name is known to be for development: bun does not say it of the
    // rest.
    const bool direct = asked.all.contains(key);
    found.add(package.name, package.version,
              {.development = direct && !asked.used.contains(key), .direct = direct});
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory
