#include "crypto/json_testing.h"

#include <cstdlib>

namespace azekura::crypto {

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : rest_(text) {}

  bool value(Json& out) {
    skip_space();
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case '{':
        return object(out);
      case '[':
        return array(out);
      case '"':
        return string(out.text_);
      default:
        return word(out.text_);
    }
  }
  bool done() {
    skip_space();
    return rest_.empty();
  }

 private:
  void skip_space() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != rest_.npos) {
      rest_.remove_prefix(1);
    }
  }
  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool object(Json& out) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      skip_space();
      auto& [name, member] = out.members_.emplace_back();
      if (!string(name) || !take(':') || !value(member)) return false;
    } while (take(','));
    return take('}');
  }
  bool array(Json& out) {
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      if (!value(out.items_.emplace_back())) return false;
    } while (take(','));
    return take(']');
  }
  // Escapes stay as they are: nothing that is computed with has any.
  bool string(std::string& out) {
    if (!take('"')) return false;
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return false;
    out = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool word(std::string& out) {
    const std::size_t end = rest_.find_first_of(",]} \t\r\n");
    out = rest_.substr(0, end);
    rest_.remove_prefix(out.size());
    return !out.empty();
  }

  std::string_view rest_;
};

std::optional<Json> Json::parse(std::string_view text) {
  JsonParser parser(text);
  Json json;
  if (!parser.value(json) || !parser.done()) return std::nullopt;
  return json;
}

const Json* Json::find(std::string_view name) const {
  for (const auto& [key, member] : members_) {
    if (key == name) return &member;
  }
  return nullptr;
}

const Json& Json::operator[](std::string_view name) const {
  static const Json kNull;
  const Json* member = find(name);
  return member == nullptr ? kNull : *member;
}

std::uint64_t Json::number() const { return std::strtoull(text_.c_str(), nullptr, 10); }

Bytes Json::octets() const {
  return from_hex(text_.size() % 2 == 0 ? text_ : "0" + text_).value_or(Bytes{});
}

}  // namespace azekura::crypto
