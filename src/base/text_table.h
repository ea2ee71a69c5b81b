// Text for a terminal: aligned columns, in which Japanese takes two places a character.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace azekura {

// Control characters become '?': what a stranger named must not drive the terminal.
std::string printable(std::string_view text);

// Columns that a UTF-8 text takes on a terminal.
std::size_t width_of(std::string_view text);

// Rows under their heads, columns aligned by two spaces. Cells are made printable.
std::string table(const std::vector<std::string>& heads,
                  const std::vector<std::vector<std::string>>& rows);

}  // namespace azekura
