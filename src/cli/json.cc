#include "cli/json.h"

#include <cstddef>

#include "base/json_writer.h"

namespace azekura::cli {

namespace {

void indent(std::string& out, std::size_t depth) {
  out.push_back('\n');
  out.append(2 * depth, ' ');
}

}  // namespace

void Json::write(std::string& out, std::size_t depth) const {
  if (const auto* flag = std::get_if<bool>(&value_)) {
    out += *flag ? "true" : "false";
  } else if (const auto* number = std::get_if<std::uint64_t>(&value_)) {
    out += std::to_string(*number);
  } else if (const auto* text = std::get_if<std::string>(&value_)) {
    out += json_quoted(*text);
  } else if (const auto* array = std::get_if<Array>(&value_)) {
    out.push_back('[');
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out.push_back(',');
      indent(out, depth + 1);
      (*array)[i].write(out, depth + 1);
    }
    if (!array->empty()) indent(out, depth);
    out.push_back(']');
  } else {
    const auto& object = std::get<Object>(value_);
    out.push_back('{');
    for (std::size_t i = 0; i < object.size(); ++i) {
      if (i > 0) out.push_back(',');
      indent(out, depth + 1);
      out += json_quoted(object[i].first) + ": ";
      object[i].second.write(out, depth + 1);
    }
    if (!object.empty()) indent(out, depth);
    out.push_back('}');
  }
}

std::string Json::text() const {
  std::string out;
  write(out, 0);
  return out;
}

}  // namespace azekura::cli
