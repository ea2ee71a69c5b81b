#include <toml++/toml.h>

#include <sstream>

#include <fmt/format.h>

#include "scanner/document/json_text.h"
#include "scanner/document/text.h"

namespace azekura::scanner {
namespace {

void append_json(const toml::node& node, std::string& out);

void append_json(const toml::table& table, std::string& out) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : table) {
    if (!first) out += ',';
    first = false;
    append_json_string(key.str(), out);
    out += ':';
    append_json(value, out);
  }
  out += '}';
}

void append_json(const toml::array& array, std::string& out) {
  out += '[';
  bool first = true;
  for (const toml::node& value : array) {
    if (!first) out += ',';
    first = false;
    append_json(value, out);
  }
  out += ']';
}

template <typename T>
void append_printed(const T& value, std::string& out) {
  std::ostringstream text;
  text << value;
  append_json_string(text.str(), out);
}

void append_json(double value, std::string& out) {
  if (std::isfinite(value)) {
    out += fmt::format("{}", value);
  } else {
    out += "null";
  }
}

void append_json(const toml::node& node, std::string& out) {
  node.visit([&out](const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, toml::table> || std::is_same_v<Value, toml::array>) {
      append_json(value, out);
    } else if constexpr (std::is_same_v<Value, toml::value<std::string>>) {
      append_json_string(*value, out);
    } else if constexpr (std::is_same_v<Value, toml::value<bool>>) {
      out += *value ? "true" : "false";
    } else if constexpr (std::is_same_v<Value, toml::value<std::int64_t>>) {
      out += std::to_string(*value);
    } else if constexpr (std::is_same_v<Value, toml::value<double>>) {
      append_json(*value, out);
    } else {
      append_printed(*value, out);
    }
  });
}

}  // namespace

Result<JsonDocument> parse_toml(std::string_view octets) {
  if (octets.size() > kTomlSizeMax) {
    return fail(Code::kInvalid, fmt::format("TOML of more than {} octets", kTomlSizeMax));
  }
  std::string json;
  try {
    append_json(toml::parse(octets), json);
  } catch (const toml::parse_error& wrong) {
    return fail(Code::kInvalid, fmt::format("not valid TOML: {} (line {})", wrong.description(),
                                            wrong.source().begin.line));
  }
  return JsonDocument::parse(json);
}

}  // namespace azekura::scanner
