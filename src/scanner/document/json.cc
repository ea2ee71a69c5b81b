#include "scanner/document/json.h"

#include <charconv>

#include <fmt/format.h>

namespace azekura::scanner {

Json Json::operator[](std::string_view key) const {
  simdjson::dom::object object;
  simdjson::dom::element found;
  if (!element_ || element_->get(object) != simdjson::SUCCESS) return {};
  if (object.at_key(key).get(found) != simdjson::SUCCESS) return {};
  return Json(found);
}

Json Json::at(std::size_t index) const {
  simdjson::dom::array array;
  simdjson::dom::element found;
  if (!element_ || element_->get(array) != simdjson::SUCCESS) return {};
  if (array.at(index).get(found) != simdjson::SUCCESS) return {};
  return Json(found);
}

std::size_t Json::size() const {
  if (!element_) return 0;
  if (simdjson::dom::array array; element_->get(array) == simdjson::SUCCESS) return array.size();
  if (simdjson::dom::object object; element_->get(object) == simdjson::SUCCESS) {
    return object.size();
  }
  return 0;
}

std::string_view Json::text() const {
  std::string_view text;
  if (!element_ || element_->get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::string Json::scalar() const {
  if (!element_) return {};
  switch (element_->type()) {
    case simdjson::dom::element_type::STRING:
      return string();
    case simdjson::dom::element_type::INT64:
      return std::to_string(element_->get_int64().value_unsafe());
    case simdjson::dom::element_type::UINT64:
      return std::to_string(element_->get_uint64().value_unsafe());
    case simdjson::dom::element_type::DOUBLE:
      return fmt::format("{}", element_->get_double().value_unsafe());
    case simdjson::dom::element_type::BOOL:
      return element_->get_bool().value_unsafe() ? "true" : "false";
    default:
      return {};
  }
}

std::optional<double> Json::number() const {
  double value = 0;
  if (!element_) return std::nullopt;
  if (element_->get(value) == simdjson::SUCCESS) return value;
  const std::string_view digits = text();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> Json::integer() const {
  std::int64_t value = 0;
  if (!element_) return std::nullopt;
  if (element_->get(value) == simdjson::SUCCESS) return value;
  const std::string_view digits = text();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<bool> Json::boolean() const {
  bool value = false;
  if (!element_ || element_->get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

JsonItems Json::items() const {
  simdjson::dom::array array;
  if (!element_ || element_->get(array) != simdjson::SUCCESS) return JsonItems(std::nullopt);
  return JsonItems(array);
}

JsonMembers Json::members() const {
  simdjson::dom::object object;
  if (!element_ || element_->get(object) != simdjson::SUCCESS) return JsonMembers(std::nullopt);
  return JsonMembers(object);
}

JsonParser::JsonParser() : parser_(std::make_unique<simdjson::dom::parser>(kDocumentSizeMax)) {}
JsonParser::~JsonParser() = default;
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;

Result<Json> JsonParser::parse(std::string_view octets) {
  if (octets.starts_with("\xEF\xBB\xBF")) octets.remove_prefix(3);
  // simdjson hands the pointer to memcpy, which must not get none.
  if (octets.empty()) octets = "";
  simdjson::dom::element root;
  const auto error = parser_->parse(octets.data(), octets.size()).get(root);
  if (error == simdjson::SUCCESS) return Json(root);
  return fail(Code::kInvalid, fmt::format("not valid JSON: {}", simdjson::error_message(error)));
}

Result<JsonDocument> JsonDocument::parse(std::string_view octets) {
  JsonDocument document;
  ASSIGN_OR_RETURN(document.root_, document.parser_.parse(octets));
  return document;
}

}  // namespace azekura::scanner
