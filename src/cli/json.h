// Json: what --json prints. A value: build it, print it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace azekura::cli {

class Json {
 public:
  using Array = std::vector<Json>;
  // Members keep the order in which they were added.
  using Object = std::vector<std::pair<std::string, Json>>;

  Json(bool value) : value_(value) {}                      // NOLINT(google-explicit-constructor)
  Json(std::uint64_t value) : value_(value) {}             // NOLINT(google-explicit-constructor)
  Json(std::string value) : value_(std::move(value)) {}    // NOLINT(google-explicit-constructor)
  Json(const char* value) : value_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  Json(Array value) : value_(std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Json(Object value) : value_(std::move(value)) {}         // NOLINT(google-explicit-constructor)

  // Indented by two, ends without a newline. Octets that are not UTF-8 become U+FFFD.
  std::string text() const;

 private:
  void write(std::string& out, std::size_t depth) const;

  std::variant<bool, std::uint64_t, std::string, Array, Object> value_;
};

}  // namespace azekura::cli
