#include <yaml.h>

#include <memory>
#include <unordered_map>

#include <fmt/format.h>

#include "scanner/document/json_text.h"
#include "scanner/document/text.h"

namespace azekura::scanner {
namespace {

std::string_view view(const yaml_char_t* text, std::size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}
std::string string(const yaml_char_t* text) { return reinterpret_cast<const char*>(text); }

// The literal that a plain scalar stands for, or empty: it is a text.
std::string_view literal(std::string_view plain) {
  if (plain.empty() || plain == "~" || plain == "null" || plain == "Null" || plain == "NULL") {
    return "null";
  }
  if (plain == "true" || plain == "True" || plain == "TRUE") return "true";
  if (plain == "false" || plain == "False" || plain == "FALSE") return "false";
  return {};
}

// Turns the events of libyaml into JSON text, document by document. An alias is a copy of the text
// that its anchor became.
class YamlReader {
 public:
  explicit YamlReader(std::string_view octets) : parser_(std::make_unique<yaml_parser_t>()) {
    ready_ = yaml_parser_initialize(parser_.get()) == 1;
    if (!ready_) return;
    yaml_parser_set_input_string(
        parser_.get(), reinterpret_cast<const unsigned char*>(octets.data()), octets.size());
  }
  ~YamlReader() {
    if (ready_) yaml_parser_delete(parser_.get());
  }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;

  Result<std::vector<JsonDocument>> read() {
    std::vector<JsonDocument> documents;
    for (bool more = ready_; more;) {
      yaml_event_t event;
      if (yaml_parser_parse(parser_.get(), &event) != 1) {
        return wrong(parser_->problem == nullptr ? "malformed" : parser_->problem,
                     parser_->problem_mark.line);
      }
      Status status = take(event, documents);
      more = event.type != YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
      if (!status) return tl::make_unexpected(std::move(status).error());
    }
    return documents;
  }

 private:
  struct Open {
    bool is_map = false;
    bool key_next = false;  // of maps
    bool first = true;
    std::string anchor;
    std::size_t begin = 0;
  };
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  static tl::unexpected<Error> wrong(std::string_view what, std::size_t line) {
    return fail(Code::kInvalid, fmt::format("not valid YAML: {} (line {})", what, line + 1));
  }

  Status take(const yaml_event_t& event, std::vector<JsonDocument>& documents) {
    const std::size_t line = event.start_mark.line;
    if (json_.size() > kYamlExpandedMax) return wrong("aliases make it too large", line);
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        scalar(event);
        return {};
      case YAML_ALIAS_EVENT:
        return alias(string(event.data.alias.anchor), line);
      case YAML_SEQUENCE_START_EVENT:
        return open(false, event.data.sequence_start.anchor, line);
      case YAML_MAPPING_START_EVENT:
        return open(true, event.data.mapping_start.anchor, line);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        close();
        return {};
      case YAML_DOCUMENT_END_EVENT: {
        ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::parse(json_));
        documents.push_back(std::move(document));
        json_.clear();
        anchors_.clear();
        return {};
      }
      default:
        return {};
    }
  }

  bool at_key() const { return !open_.empty() && open_.back().is_map && open_.back().key_next; }

  // What stands between the last node and this one.
  void separate() {
    if (open_.empty()) return;
    Open& in = open_.back();
    if (in.is_map && !in.key_next) {
      json_ += ':';
    } else if (!in.first) {
      json_ += ',';
    }
    in.first = false;
    in.key_next = !in.key_next;
  }

  void scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    const std::string_view text = view(scalar.value, scalar.length);
    const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.plain_implicit != 0;
    const std::string_view known = plain && !at_key() ? literal(text) : std::string_view();
    separate();
    const std::size_t begin = json_.size();
    if (known.empty()) {
      append_json_string(text, json_);
    } else {
      json_ += known;
    }
    if (scalar.anchor != nullptr) anchors_[string(scalar.anchor)] = {begin, json_.size()};
  }

  Status alias(const std::string& anchor, std::size_t line) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return wrong("an alias without its anchor", line);
    const auto [begin, end] = found->second;
    const bool key = at_key();
    if (key && (json_[begin] == '{' || json_[begin] == '['))
      return wrong("a key that is no text", line);
    const bool quote = key && json_[begin] != '"';
    separate();
    json_.reserve(json_.size() + (end - begin) + 2);
    if (quote) json_ += '"';
    json_.append(json_, begin, end - begin);
    if (quote) json_ += '"';
    return {};
  }

  Status open(bool is_map, const yaml_char_t* anchor, std::size_t line) {
    if (open_.size() >= kYamlDepthMax) return wrong("nested too deeply", line);
    if (at_key()) return wrong("a key that is no text", line);
    separate();
    open_.push_back(
        {is_map, is_map, true, anchor == nullptr ? std::string() : string(anchor), json_.size()});
    json_ += is_map ? '{' : '[';
    return {};
  }

  void close() {
    const Open closed = std::move(open_.back());
    open_.pop_back();
    json_ += closed.is_map ? '}' : ']';
    if (!closed.anchor.empty()) anchors_[closed.anchor] = {closed.begin, json_.size()};
  }

  std::unique_ptr<yaml_parser_t> parser_;
  bool ready_ = false;
  std::string json_;
  std::vector<Open> open_;
  std::unordered_map<std::string, Range> anchors_;
};

}  // namespace

Result<std::vector<JsonDocument>> parse_yaml(std::string_view octets) {
  if (octets.size() > kYamlSizeMax) {
    return fail(Code::kInvalid, fmt::format("YAML of more than {} octets", kYamlSizeMax));
  }
  return YamlReader(octets).read();
}

Result<JsonDocument> parse_yaml_one(std::string_view octets) {
  ASSIGN_OR_RETURN(std::vector<JsonDocument> documents, parse_yaml(octets));
  if (documents.size() != 1) {
    return fail(Code::kInvalid, fmt::format("{} YAML documents instead of one", documents.size()));
  }
  return std::move(documents.front());
}

}  // namespace azekura::scanner
