// Just enough JSON to read test vectors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace azekura::crypto {

class Json {
 public:
  // Nothing if `text` is not one JSON value.
  static std::optional<Json> parse(std::string_view text);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  // A null value if there is none of that name.
  const Json& operator[](std::string_view name) const;
  const std::vector<Json>& items() const { return items_; }
  // Of a string; and what a number was written as.
  const std::string& text() const { return text_; }
  std::uint64_t number() const;
  // Of a string in hexadecimal; an odd number of digits is given a leading zero.
  Bytes octets() const;

 private:
  friend class JsonParser;
  const Json* find(std::string_view name) const;

  std::string text_;
  std::vector<Json> items_;
  std::vector<std::pair<std::string, Json>> members_;
};

}  // namespace azekura::crypto
