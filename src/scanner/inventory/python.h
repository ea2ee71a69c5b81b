// What the readers of Python's files have in common.
#pragma once

#include <string_view>

namespace azekura::scanner::inventory {

// Whether a group or a file of requirements is called so that it is for development: one of the
// words in it is dev, test, lint and the like ("requirements-dev.txt", "tests").
bool is_development_name(std::string_view name);

}  // namespace azekura::scanner::inventory
