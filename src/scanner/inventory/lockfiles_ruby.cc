// Gemfile.lock (and gems.locked), and the gemspecs that RubyGems leaves in `specifications`. A
// gemspec is a Ruby program: it is not run, only its literal name and version are read.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// "name (1.2.3-x86_64-linux)": a version holds no '-', so what follows is the platform.
bool read_spec(std::string_view text, std::string_view& name, std::string_view& version) {
  const std::size_t open = text.find(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) return false;
  name = text.substr(0, open);
  version = text.substr(open + 2, text.size() - open - 3);
  version = version.substr(0, version.find('-'));
  return true;
}

// "ruby 3.0.2p107"; JRuby and the like follow in parentheses.
void add_ruby(std::string_view text, Collector& found) {
  std::string_view rest = text;
  if (cut(rest, ' ') != "ruby") return;
  const std::string_view version = rest.substr(0, rest.find_first_of("p "));
  Component component;
  component.ecosystem = Ecosystem::kRuntime;
  component.name = "ruby";
  component.version = version;
  found.add(std::move(component));
}

// The first text in quotes after `key` ("s.name = \"rake\".freeze").
std::string_view literal_after(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = trimmed(line.substr(at + key.size()));
  if (!rest.starts_with('=')) return {};
  const std::size_t begin = rest.find_first_of("\"'");
  if (begin == std::string_view::npos) return {};
  const std::size_t end = rest.find(rest[begin], begin + 1);
  return end == std::string_view::npos ? std::string_view()
                                       : rest.substr(begin + 1, end - begin - 1);
}

}  // namespace

Result<ReadOutcome> read_gemfile_lock(std::string_view octets, const ReadContext&) {
  constexpr std::array<std::string_view, 9> kSections = {
      "GEM",          "GIT",          "PATH",         "PLUGIN SOURCE", "PLATFORMS",
      "DEPENDENCIES", "RUBY VERSION", "BUNDLED WITH", "CHECKSUMS"};
  Collector found(Ecosystem::kRubyGems, Evidence::kLockfile);
  std::unordered_set<std::string_view> asked;
  std::string_view section;
  bool specs = false;
  for (std::string_view line; next_line(octets, line);) {
    const std::string_view text = trimmed(line);
    if (text.empty()) continue;
    const std::size_t indent = indent_of(line);
    if (indent == 0) {
      const bool known = std::find(kSections.begin(), kSections.end(), text) != kSections.end();
      // Bundler passes over sections of later versions, but not over what no section begins.
      if (!known && section.empty()) {
        return fail(Code::kInvalid, fmt::format("Gemfile.lock: unknown section {}", shown(text)));
      }
      if (!known) found.problem(Problem::Kind::kSkipped, fmt::format("section {}", shown(text)));
      section = text;
      specs = false;
    } else if (section == "DEPENDENCIES") {
      asked.insert(text.substr(0, text.find_first_of(" !")));
    } else if (section == "RUBY VERSION") {
      add_ruby(text, found);
    } else if (indent == 2) {
      specs = text == "specs:";
    } else if (indent == 4 && specs) {
      std::string_view name;
      std::string_view version;
      if (read_spec(text, name, version)) {
        found.add(name, version);
      } else {
        found.malformed(fmt::format("no version: {}", shown(text)));
      }
    }
  }
  for (Component& component : found.outcome().components) {
    component.direct = component.ecosystem == Ecosystem::kRuntime || asked.contains(component.name);
  }
  return found.take();
}

Result<ReadOutcome> read_gemspec(std::string_view octets, const ReadContext& context) {
  std::string_view name;
  std::string_view version;
  for (std::string_view line; next_line(octets, line);) {
    if (name.empty()) name = literal_after(line, ".name ");
    if (version.empty()) version = literal_after(line, ".version ");
  }
  // RubyGems names the file so: "name-1.2.3.gemspec", with a platform after another '-'.
  const std::string_view file = file_name(context.path);
  const bool agrees = context.path.empty() || file.starts_with(fmt::format("{}-{}", name, version));
  if (name.empty() || version.empty() || !agrees) {
    return fail(Code::kInvalid,
                "gemspec: name and version are not literal, or not those of its file");
  }
  Collector found(Ecosystem::kRubyGems, Evidence::kInstalled);
  found.add(name, version);
  return found.take();
}

}  // namespace azekura::scanner::inventory
