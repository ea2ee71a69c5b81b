#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
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

// How deep tables lie in tables: toml++ limits values inside values, but not the tables that dotted
// keys open, and is recursive in both. Counts what it may at most become; what is malformed may
// pass.
class TomlDepth {
 public:
  explicit TomlDepth(std::string_view octets) : octets_(octets) {}

  bool is_within(std::size_t depth_max) {
    for (; at_ < octets_.size(); ++at_) {
      step(octets_[at_]);
      if (header_ + above_ + dots_ > depth_max) return false;
    }
    return true;
  }

 private:
  void step(char c) {
    switch (c) {
      case '#':
        at_ = std::min(octets_.find('\n', at_), octets_.size()) - 1;
        return;
      case '"':
      case '\'':
        return skip_string(c);
      case '.':
        ++dots_;
        break;
      case '[':
      case '{':
        if (line_begins_ && open_.empty()) {
          in_header_ = true;
          header_ = 0;
        } else if (!in_header_) {
          open_.push_back(dots_ + 1);
          above_ += open_.back();
          dots_ = 0;
        }
        break;
      case ']':
      case '}':
        if (in_header_ || open_.empty()) break;
        above_ -= open_.back();
        open_.pop_back();
        dots_ = 0;
        break;
      case '\n':
        if (in_header_) header_ = dots_ + 1;
        in_header_ = false;
        line_begins_ = true;
        dots_ = 0;
        return;
      case ',':
        dots_ = 0;
        break;
      default:
        break;
    }
    line_begins_ = line_begins_ && (c == ' ' || c == '\t');
  }

  void skip_string(char quote) {
    const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
    const bool is_long = octets_.substr(at_).starts_with(three);
    line_begins_ = false;
    for (at_ += is_long ? 3 : 1; at_ < octets_.size(); ++at_) {
      if (octets_[at_] == '\\' && quote == '"') {
        ++at_;
      } else if (is_long && octets_.substr(at_).starts_with(three)) {
        at_ += 2;
        return;
      } else if (!is_long && (octets_[at_] == quote || octets_[at_] == '\n')) {
        if (octets_[at_] == '\n') --at_;
        return;
      }
    }
  }

  std::string_view octets_;
  std::size_t at_ = 0;
  bool line_begins_ = true;
  bool in_header_ = false;
  std::size_t header_ = 0;
  std::size_t dots_ = 0;  // of the key that is being read
  std::size_t above_ = 0;
  std::vector<std::size_t> open_;  // how many levels each bracket stands for
};

}  // namespace

Result<JsonDocument> parse_toml(std::string_view octets) {
  if (octets.size() > kTomlSizeMax) {
    return fail(Code::kInvalid, fmt::format("TOML of more than {} octets", kTomlSizeMax));
  }
  if (!TomlDepth(octets).is_within(kTomlDepthMax)) {
    return fail(Code::kInvalid,
                fmt::format("not valid TOML: nested deeper than {}", kTomlDepthMax));
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
