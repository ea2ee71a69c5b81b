// Json: documents from strangers, read without exceptions and without checks on the way.
//
// A Json is a view into its JsonDocument and must not outlive it. Whatever is not there, or is of
// another kind, is the missing Json; asking that for more gives missing, empty or nothing. So a
// reader asks for what it needs. YAML and TOML are read into the same documents (text.h).
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace azekura::scanner {

inline constexpr std::size_t kDocumentSizeMax = std::size_t{1} << 30;
// simdjson's own default.
inline constexpr std::size_t kDocumentDepthMax = 1024;

class JsonItems;
class JsonMembers;

class Json {
 public:
  Json() = default;
  explicit Json(simdjson::dom::element element) : element_(element) {}

  bool missing() const { return !element_; }
  bool is_object() const { return element_ && element_->is_object(); }
  bool is_array() const { return element_ && element_->is_array(); }
  bool is_text() const { return element_ && element_->is_string(); }
  bool is_null() const { return element_ && element_->is_null(); }

  Json operator[](std::string_view key) const;  // the first member of that name
  Json operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  Json at(std::size_t index) const;  // an element of an array
  std::size_t size() const;          // elements or members; 0 for the rest

  // The text; empty for the rest.
  std::string_view text() const;
  std::string string() const { return std::string(text()); }
  // A text as it is; a number or a boolean as it would be written.
  std::string scalar() const;
  // A number, or a text that is one.
  std::optional<double> number() const;
  std::optional<std::int64_t> integer() const;
  std::optional<bool> boolean() const;

  // for (Json item : json.items()): the elements of an array, nothing for the rest.
  JsonItems items() const;
  // for (auto [key, value] : json.members()): the members of an object in their order.
  JsonMembers members() const;

 private:
  std::optional<simdjson::dom::element> element_;
};

struct JsonMember {
  std::string_view key;
  Json value;
};

class JsonItems {
 public:
  explicit JsonItems(std::optional<simdjson::dom::array> array) : array_(array) {}

  class Iterator {
   public:
    explicit Iterator(std::optional<simdjson::dom::array::iterator> at) : at_(at) {}
    Json operator*() const { return Json(**at_); }
    Iterator& operator++() {
      ++*at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ && *at_ != *other.at_; }

   private:
    std::optional<simdjson::dom::array::iterator> at_;
  };
  Iterator begin() const { return array_ ? Iterator(array_->begin()) : Iterator(std::nullopt); }
  Iterator end() const { return array_ ? Iterator(array_->end()) : Iterator(std::nullopt); }

 private:
  std::optional<simdjson::dom::array> array_;
};

class JsonMembers {
 public:
  explicit JsonMembers(std::optional<simdjson::dom::object> object) : object_(object) {}

  class Iterator {
   public:
    explicit Iterator(std::optional<simdjson::dom::object::iterator> at) : at_(at) {}
    JsonMember operator*() const { return {at_->key(), Json(at_->value())}; }
    Iterator& operator++() {
      ++*at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ && *at_ != *other.at_; }

   private:
    std::optional<simdjson::dom::object::iterator> at_;
  };
  Iterator begin() const { return object_ ? Iterator(object_->begin()) : Iterator(std::nullopt); }
  Iterator end() const { return object_ ? Iterator(object_->end()) : Iterator(std::nullopt); }

 private:
  std::optional<simdjson::dom::object> object_;
};

// Parses again and again into the same memory: one for each thread. The document of the last
// parse() is the only one that lives.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(JsonParser&&) noexcept;
  JsonParser& operator=(JsonParser&&) noexcept;

  // kInvalid, with the place. A byte order mark is skipped. RFC 8259 otherwise, UTF-8 checked.
  Result<Json> parse(std::string_view octets);

 private:
  std::unique_ptr<simdjson::dom::parser> parser_;
};

// A document that keeps its own memory.
class JsonDocument {
 public:
  static Result<JsonDocument> parse(std::string_view octets);
  Json root() const { return root_; }

 private:
  JsonParser parser_;
  Json root_;
};

}  // namespace azekura::scanner
