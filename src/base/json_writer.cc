#include "base/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

namespace azekura {
namespace {

// Octets of the UTF-8 sequence at the front of `text`, or 0 if there is none (RFC 3629).
std::size_t utf8_sequence(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = octet(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 && first < 0xf5   ? 4
                           : first >= 0xe0 && first < 0xf0 ? 3
                           : first >= 0xc2 && first < 0xe0 ? 2
                                                           : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && octet(1) < 0xa0) || (first == 0xf0 && octet(1) < 0x90);
  const bool beyond = (first == 0xed && octet(1) > 0x9f) || (first == 0xf4 && octet(1) > 0x8f);
  return overlong || beyond ? 0 : size;
}

}  // namespace

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t size = utf8_sequence(text);
    if (size == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out.append(text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out.push_back('"');
  return out;
}

JsonWriter& JsonWriter::begin_object() {
  before_value();
  raw("{");
  open_.push_back({'}'});
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  before_value();
  raw("[");
  open_.push_back({']'});
  return *this;
}

JsonWriter& JsonWriter::end() {
  const Open closing = open_.back();
  open_.pop_back();
  if (!closing.empty) new_line();
  raw(std::string_view(&closing.close, 1));
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  before_value();
  raw(json_quoted(name));
  raw(": ");
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  raw(json_quoted(text));
  return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
  before_value();
  raw(flag ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  before_value();
  raw(fmt::format_int(number).c_str());
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  before_value();
  raw(fmt::format_int(number).c_str());
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  before_value();
  raw(fmt::format("{}", number));
  return *this;
}

JsonWriter& JsonWriter::null() {
  before_value();
  raw("null");
  return *this;
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (open_.empty()) return;
  if (!open_.back().empty) raw(",");
  open_.back().empty = false;
  new_line();
}

void JsonWriter::new_line() {
  raw("\n");
  raw(std::string(2 * open_.size(), ' '));
}

}  // namespace azekura
