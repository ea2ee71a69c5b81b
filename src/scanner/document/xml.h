// Xml: documents from strangers. No DTD, no entities but the five, no network: what a document
// declares is skipped. Names are compared without their namespace prefix.
#pragma once

#include <pugixml.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace azekura::scanner {

using XmlNode = pugi::xml_node;

inline constexpr std::size_t kXmlSizeMax = std::size_t{1} << 30;
inline constexpr std::size_t kXmlDepthMax = 512;

class XmlDocument {
 public:
  // Any encoding that pugixml knows. kInvalid, with the place.
  static Result<XmlDocument> parse(std::string_view octets);
  XmlNode root() const { return document_->document_element(); }

 private:
  std::unique_ptr<pugi::xml_document> document_;
};

// The name without its prefix: "cpe" of <sec:cpe>.
std::string_view local_name(XmlNode node);
// The first child of that local name, or the empty node.
XmlNode child(XmlNode node, std::string_view local);
// child(child(node, "a"), "b") of "a/b".
XmlNode descend(XmlNode node, std::string_view path);
std::vector<XmlNode> children(XmlNode node, std::string_view local);
// The attribute of that local name, or empty.
std::string_view attribute(XmlNode node, std::string_view local);
// All text below the node, trimmed.
std::string text_of(XmlNode node);
// text_of(child(node, local)).
std::string child_text(XmlNode node, std::string_view local);

}  // namespace azekura::scanner
