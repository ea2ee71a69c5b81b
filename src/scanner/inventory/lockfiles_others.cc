// pubspec.lock (Dart), mix.lock (Elixir), rebar.lock (Erlang) and conan.lock (C and C++).
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "scanner/document/json.h"
#include "scanner/document/text.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

// The texts between a pair of marks: of `{:hex, "a", "b"` with '"' and '"' a and b.
std::vector<std::string_view> quoted(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string_view::npos;) {
    const std::size_t end = text.find('"', at + 1);
    if (end == std::string_view::npos) break;
    parts.push_back(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return parts;
}

// Erlang's binaries on a line: of `{<<"a">>,{pkg,<<"b">>,<<"1.0">>}}` a, b and 1.0; none if one of
// them is not closed.
std::vector<std::string_view> binaries(std::string_view line) {
  constexpr std::string_view kBegin = "<<\"";
  constexpr std::string_view kEnd = "\">>";
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; (at = line.find(kBegin, at)) != std::string_view::npos;) {
    at += kBegin.size();
    const std::size_t end = line.find(kEnd, at);
    const std::string_view part = line.substr(at, end == std::string_view::npos ? 0 : end - at);
    if (part.empty() || part.find_first_of("\"<>") != std::string_view::npos) return {};
    parts.push_back(part);
    at = end + kEnd.size();
  }
  return parts;
}

// `  "app": {:hex, :package, "1.0.0", "checksum", …}`; :git and :path name no version.
void read_mix_entry(std::string_view line, Collector& found) {
  const auto texts = quoted(line);
  std::string_view tuple = line.substr(std::min(line.find('{'), line.size()));
  if (texts.empty() || tuple.empty()) {
    found.malformed(fmt::format("not an entry: {}", shown(line)));
    return;
  }
  tuple.remove_prefix(1);
  const std::string_view source = trimmed(cut(tuple, ','));
  if (source != ":hex") {
    found.add(texts[0], {});
    return;
  }
  std::string_view package = trimmed(cut(tuple, ','));
  if (!package.starts_with(':') || texts.size() < 2) {
    found.malformed(fmt::format("{}: not a package of hex", shown(texts[0])));
    return;
  }
  package = unquoted(package.substr(1));
  found.add(package, unquoted(trimmed(cut(tuple, ','))));
}

// "name/1.0.0[@user/channel][#revision][%time]"; version 1 adds ":package" after it.
bool read_conan_reference(std::string_view text, std::string_view& name,
                          std::string_view& version) {
  version = text.substr(0, text.find_first_of("@#%:"));
  if (!contains(version, "/")) return false;
  name = cut(version, '/');
  return !name.empty() && !version.empty();
}

void add_conan(std::string_view text, Collector& found, Collector::Flags flags) {
  std::string_view name;
  std::string_view version;
  if (read_conan_reference(text, name, version)) {
    found.add(name, version, flags);
  } else {
    found.malformed(fmt::format("not name/version: {}", shown(text)));
  }
}

// Version 1: a graph, in which the node with a path is the project's own.
void read_conan_graph(Json nodes, Collector& found) {
  for (auto [id, node] : nodes.members()) {
    if (!node["path"].missing()) continue;
    const std::string_view ref =
        node["ref"].text().empty() ? node["pref"].text() : node["ref"].text();
    if (ref.empty()) continue;
    add_conan(ref, found, {.development = node["context"].text() == "build"});
  }
}

}  // namespace

Result<ReadOutcome> read_pubspec_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, parse_yaml_one(octets));
  const Json root = document.root();
  if (!root.is_object()) return fail(Code::kInvalid, "pubspec.lock: not a mapping");
  Collector found(Ecosystem::kPub, Evidence::kLockfile);
  for (auto [name, package] : root["packages"].members()) {
    const std::string_view dependency = package["dependency"].text();
    // Of what comes with the SDK 0.0.0 is written.
    const bool sdk = package["source"].text() == "sdk";
    found.add(
        name, sdk ? std::string_view() : package["version"].text(),
        {.development = dependency == "direct dev", .direct = dependency.starts_with("direct")});
  }
  return found.take();
}

Result<ReadOutcome> read_mix_lock(std::string_view octets, const ReadContext&) {
  Collector found(Ecosystem::kHex, Evidence::kLockfile);
  bool opened = false;
  for (std::string_view line; next_line(octets, line);) {
    line = trimmed(line);
    if (line.empty() || line.starts_with('#')) continue;
    if (!opened && !line.starts_with("%{"))
      return fail(Code::kInvalid, "mix.lock: does not begin with %{");
    opened = true;
    if (line.starts_with("%{")) line = trimmed(line.substr(2));
    if (line.empty() || line == "}") continue;
    read_mix_entry(line, found);
  }
  return found.take();
}

// `{<<"name">>,{pkg,<<"package">>,<<"1.0.0">>},0}`; git stands in the place of pkg without a
// version. After the list of them come checksums.
Result<ReadOutcome> read_rebar_lock(std::string_view octets, const ReadContext&) {
  if (!contains(octets, "<<\"") && !contains(octets, "[]")) {
    return fail(Code::kInvalid, "rebar.lock: no Erlang terms");
  }
  Collector found(Ecosystem::kHex, Evidence::kLockfile);
  for (std::string_view line; next_line(octets, line);) {
    const bool package = contains(line, "{pkg,");
    if (!package && !contains(line, "{git,")) continue;
    const auto texts = binaries(line);
    if (texts.size() < (package ? 3U : 1U)) {
      found.malformed(fmt::format("not an entry: {}", shown(line)));
    } else if (package) {
      found.add(texts[1], texts[2], {.direct = contains(line, "},0}")});
    } else {
      found.add(texts[0], {});
    }
  }
  return found.take();
}

Result<ReadOutcome> read_conan_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  const Json root = document.root();
  if (!root.is_object()) return fail(Code::kInvalid, "conan.lock: not an object");
  Collector found(Ecosystem::kConan, Evidence::kLockfile);
  read_conan_graph(root["graph_lock"]["nodes"], found);
  for (const auto* group : {"requires", "build_requires", "python_requires"}) {
    const bool development = std::string_view(group) != "requires";
    for (Json reference : root[group].items()) {
      add_conan(reference.text(), found, {.development = development});
    }
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory
