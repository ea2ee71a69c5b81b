// Patterns of rules: regular expressions of RE2, which take linear time whatever they are. For this
// room only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace azekura::scanner::rules {

// kInvalid, with RE2's reason ("invalid perl operator: (?="), for what is no regular expression or
// too large.
Result<std::shared_ptr<const re2::RE2>> compile(const std::string& pattern);
bool matches(const re2::RE2& pattern, std::string_view text);

// The pattern that matches this text only.
std::string literal(std::string_view text);
std::string without_case(std::string_view pattern);  // "(?i)…"
// Of a glob: ** crosses folders, * and ? do not; [a-z] and {a,b}. A slash at the front is dropped,
// as locations have none.
std::string glob_pattern(std::string_view glob);

}  // namespace azekura::scanner::rules
