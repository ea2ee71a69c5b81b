// JsonText: writes JSON, for documents of other languages that are to be read as Json. Not a face
// of the room.
#pragma once

#include <string>
#include <string_view>

namespace azekura::scanner {

// Appends `text` in quotes. It must be UTF-8.
inline void append_json_string(std::string_view text, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else {
      out += "\\u00";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    }
  }
  out.append(text, plain);
  out += '"';
}

}  // namespace azekura::scanner
