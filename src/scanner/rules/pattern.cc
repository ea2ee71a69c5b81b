#include "scanner/rules/pattern.h"

#include <re2/re2.h>

#include <array>

#include "scanner/rules/rule.h"

namespace azekura::scanner::rules {
namespace {

// What the compiled program may take.
constexpr std::int64_t kPatternMemoryMax = std::int64_t{2} << 20;

struct Wildcard {
  std::string_view glob;
  std::string_view pattern;
};
constexpr std::array kWildcards{Wildcard{"**/", "(?:.*/)?"}, Wildcard{"**", ".*"},
                                Wildcard{"*", "[^/]*"},      Wildcard{"?", "[^/]"},
                                Wildcard{"{", "(?:"},        Wildcard{"}", ")"},
                                Wildcard{",", "|"}};

// How many octets a literal or a set at the front of a glob takes.
std::size_t literal_size(std::string_view glob) {
  if (glob.front() == '\\' && glob.size() > 1) return 2;
  std::size_t size = 1;
  while (size < glob.size() && (static_cast<unsigned char>(glob[size]) & 0xC0) == 0x80) ++size;
  return size;
}

// Takes what stands at the front of a glob off, and says its pattern. A comma is one only in
// braces.
std::string next_of_glob(std::string_view& glob, int& braces) {
  for (const Wildcard& each : kWildcards) {
    if (!glob.starts_with(each.glob)) continue;
    if ((each.glob == "," || each.glob == "}") && braces == 0) break;
    if (each.glob == "{") ++braces;
    if (each.glob == "}") --braces;
    glob.remove_prefix(each.glob.size());
    return std::string(each.pattern);
  }
  const std::size_t set_end = glob.front() == '[' ? glob.find(']', 2) : std::string_view::npos;
  if (set_end != std::string_view::npos) {
    std::string set(glob.substr(0, set_end + 1));
    if (set[1] == '!') set[1] = '^';
    glob.remove_prefix(set_end + 1);
    return set;
  }
  const std::size_t size = literal_size(glob);
  const bool escaped = glob.front() == '\\' && size == 2;
  std::string pattern = literal(escaped ? glob.substr(1, 1) : glob.substr(0, size));
  glob.remove_prefix(size);
  return pattern;
}

}  // namespace

Result<std::shared_ptr<const re2::RE2>> compile(const std::string& pattern) {
  if (pattern.size() > kPatternSizeMax) return fail(Code::kInvalid, "is too long");
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_dot_nl(true);
  options.set_max_mem(kPatternMemoryMax);
  auto compiled = std::make_shared<re2::RE2>(pattern, options);
  if (!compiled->ok()) return fail(Code::kInvalid, compiled->error());
  return std::shared_ptr<const re2::RE2>(std::move(compiled));
}

bool matches(const re2::RE2& pattern, std::string_view text) {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

std::string literal(std::string_view text) {
  return re2::RE2::QuoteMeta(re2::StringPiece(text.data(), text.size()));
}

std::string without_case(std::string_view pattern) { return "(?i)" + std::string(pattern); }

std::string glob_pattern(std::string_view glob) {
  if (glob.starts_with("./")) glob.remove_prefix(2);
  while (glob.starts_with('/')) glob.remove_prefix(1);
  std::string pattern;
  int braces = 0;
  while (!glob.empty()) pattern += next_of_glob(glob, braces);
  return pattern;
}

}  // namespace azekura::scanner::rules
