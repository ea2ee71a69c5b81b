#include "scanner/inventory/reading.h"

#include <algorithm>

#include <fmt/format.h>

#include "scanner/version/scheme.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kShownMax = 200;
constexpr std::string_view kBlanks = " \t\r\n\f\v";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool is_plain(std::string_view text, std::size_t size_max) {
  return text.size() <= size_max && std::none_of(text.begin(), text.end(), is_control);
}

std::string identity(const Component& component) {
  std::string key = std::to_string(static_cast<int>(component.ecosystem));
  for (const std::string* field : {&component.name, &component.version, &component.architecture,
                                   &component.location, &component.cpe}) {
    key += '\n';
    key += *field;
  }
  return key;
}

}  // namespace

void Collector::add(std::string_view name, std::string_view version, Flags flags) {
  Component component;
  component.ecosystem = ecosystem_;
  component.evidence = evidence_;
  component.name = trimmed(name);
  component.version = trimmed(version);
  component.development = flags.development;
  component.direct = flags.direct;
  add(std::move(component));
}

void Collector::add(Component component) {
  if (component.name.empty()) return malformed("an entry without a name");
  if (!is_plain(component.name, kNameSizeMax)) {
    return malformed(fmt::format("a name that can be none: {}", shown(component.name)));
  }
  if (!is_plain(component.version, version::kVersionSizeMax)) {
    malformed(fmt::format("{}: a version that can be none", component.name));
    component.version.clear();
  }
  const auto [found, fresh] = seen_.try_emplace(identity(component), outcome_.components.size());
  if (!fresh) {
    Component& known = outcome_.components[found->second];
    known.development = known.development && component.development;
    known.direct = known.direct || component.direct;
    return;
  }
  if (outcome_.components.size() < kComponentsMax) {
    outcome_.components.push_back(std::move(component));
    return;
  }
  seen_.erase(found);
  if (!full_) {
    problem(Problem::Kind::kLimit,
            fmt::format("more than {} components: the rest was left out", kComponentsMax));
  }
  full_ = true;
}

void Collector::problem(Problem::Kind kind, std::string why) {
  auto& problems = outcome_.problems;
  if (problems.size() < kProblemsMax) problems.push_back({kind, "", std::move(why)});
  if (problems.size() == kProblemsMax) {
    problems.back() = {Problem::Kind::kLimit, "", "more problems than are listed"};
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) return text;
  if (text.front() != '"' && text.front() != '\'') return text;
  return text.substr(1, text.size() - 2);
}

bool next_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  line = cut(rest, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

std::string_view cut(std::string_view& rest, char mark) {
  const std::size_t at = rest.find(mark);
  const std::string_view before = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return before;
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::string_view part = trimmed(cut(text, mark));
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string shown(std::string_view text) {
  std::string plain(text.substr(0, kShownMax));
  std::replace_if(plain.begin(), plain.end(), is_control, '?');
  if (text.size() > kShownMax) plain += "...";
  return plain;
}

}  // namespace azekura::scanner::inventory
