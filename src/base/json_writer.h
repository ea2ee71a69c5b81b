// JsonWriter: writes JSON as it comes, so that a document of any size needs no memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace azekura {

// The text in quotes, with escapes (RFC 8259 §7). Octets that are not UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

// writer.begin_object(); writer.member("id", "CVE-…"); writer.key("list"); writer.begin_array(); …
// The caller keeps the brackets in order; end() closes what was opened last. Indented by two.
class JsonWriter {
 public:
  // Gets the text in pieces.
  using Sink = std::function<void(std::string_view)>;
  explicit JsonWriter(Sink sink) : sink_(std::move(sink)) {}

  JsonWriter& begin_object();
  JsonWriter& begin_array();
  JsonWriter& end();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(std::uint32_t number) { return value(std::uint64_t{number}); }
  JsonWriter& value(int number) { return value(std::int64_t{number}); }
  JsonWriter& value(double number);  // as short as it can be read back; not finite: null
  JsonWriter& null();

  template <typename T>
  JsonWriter& member(std::string_view name, const T& of) {
    return key(name).value(of);
  }
  // Left out if empty.
  JsonWriter& text_member(std::string_view name, std::string_view text) {
    return text.empty() ? *this : member(name, text);
  }

 private:
  struct Open {
    char close;
    bool empty = true;
  };
  void before_value();
  void new_line();
  void raw(std::string_view text) { sink_(text); }

  Sink sink_;
  std::vector<Open> open_;
  bool after_key_ = false;
};

}  // namespace azekura
