#include "base/text_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace azekura {
namespace {

// Ranges of code points that take two columns (Unicode Standard Annex 11, wide and fullwidth).
constexpr std::array<std::pair<char32_t, char32_t>, 9> kWide{{{0x1100, 0x115f},
                                                              {0x2e80, 0xa4cf},
                                                              {0xac00, 0xd7a3},
                                                              {0xf900, 0xfaff},
                                                              {0xfe30, 0xfe6f},
                                                              {0xff00, 0xff60},
                                                              {0xffe0, 0xffe6},
                                                              {0x1f300, 0x1faff},
                                                              {0x20000, 0x3fffd}}};

}  // namespace

std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    char32_t point = first >= 0xf0 ? first & 0x07U : first >= 0xe0 ? first & 0x0fU : first & 0x1fU;
    if (first < 0x80) point = first;
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) {
      point = point << 6 | (static_cast<unsigned char>(text[i++]) & 0x3fU);
    }
    const bool wide = std::ranges::any_of(
        kWide, [&](const auto& range) { return point >= range.first && point <= range.second; });
    width += wide ? 2 : 1;
  }
  return width;
}

std::string table(const std::vector<std::string>& heads,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines{heads};
  for (const auto& row : rows) {
    lines.emplace_back();
    for (const auto& cell : row) lines.back().push_back(printable(cell));
  }
  std::vector<std::size_t> widths(heads.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      out += line[i];
      if (i + 1 < line.size()) out.append(widths[i] - width_of(line[i]) + 2, ' ');
    }
    while (out.ends_with(' ')) out.pop_back();
    out.push_back('\n');
  }
  return out;
}

}  // namespace azekura
