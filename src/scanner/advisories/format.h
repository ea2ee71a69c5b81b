// Formats: how a file is recognised, and what reads it. One file of this room for each family of
// formats.
#pragma once

#include <span>
#include <string_view>

#include "scanner/database/advisory.h"
#include "scanner/document/json.h"
#include "scanner/document/xml.h"

namespace azekura::scanner::advisories {

// JSON, and YAML read into the same.
struct JsonFormat {
  std::string_view name;  // "osv"
  // By the keys of the root, and by the file's name where they cannot tell.
  bool (*recognises)(Json root, std::string_view file);
  void (*import)(Json root, std::string_view file, AdvisorySink& sink);
};

struct XmlFormat {
  std::string_view name;
  std::string_view root;  // the root element's local name
  void (*import)(XmlNode root, std::string_view file, AdvisorySink& sink);
};

// CSV, Markdown, plain text.
struct TextFormat {
  std::string_view name;
  bool (*recognises)(std::string_view octets, std::string_view file);
  void (*import)(std::string_view octets, std::string_view file, AdvisorySink& sink);
};

struct FormatFamily {
  std::span<const JsonFormat> json;
  std::span<const XmlFormat> xml;
  std::span<const TextFormat> text;
};

}  // namespace azekura::scanner::advisories
