#include "scanner/document/xml.h"

#include <algorithm>

#include <fmt/format.h>

namespace azekura::scanner {
namespace {

// Walks without recursion: the depth is what is being judged.
bool is_deeper_than(XmlNode root, std::size_t depth_max) {
  std::size_t depth = 1;
  for (XmlNode at = root; at;) {
    if (depth > depth_max) return true;
    if (at.first_child()) {
      at = at.first_child();
      ++depth;
      continue;
    }
    while (at && !at.next_sibling()) {
      if (at == root) return false;
      at = at.parent();
      --depth;
    }
    at = at.next_sibling();
  }
  return false;
}

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

void append_text(XmlNode node, std::string& out) {
  for (XmlNode at : node.children()) {
    if (at.type() == pugi::node_pcdata || at.type() == pugi::node_cdata) {
      out += at.value();
    } else {
      append_text(at, out);
    }
  }
}

constexpr std::string_view kBlank = " \t\r\n";

}  // namespace

Result<XmlDocument> XmlDocument::parse(std::string_view octets) {
  XmlDocument parsed;
  parsed.document_ = std::make_unique<pugi::xml_document>();
  if (octets.size() > kXmlSizeMax) {
    return fail(Code::kInvalid, fmt::format("larger than {} octets", kXmlSizeMax));
  }
  const auto outcome = parsed.document_->load_buffer(octets.data(), octets.size());
  if (!outcome) {
    return fail(Code::kInvalid, fmt::format("not valid XML: {} at octet {}", outcome.description(),
                                            outcome.offset));
  }
  if (is_deeper_than(parsed.root(), kXmlDepthMax)) {
    return fail(Code::kInvalid, fmt::format("elements are nested deeper than {}", kXmlDepthMax));
  }
  return parsed;
}

std::string_view local_name(XmlNode node) { return without_prefix(node.name()); }

XmlNode child(XmlNode node, std::string_view local) {
  for (XmlNode at : node.children()) {
    if (local_name(at) == local) return at;
  }
  return {};
}

XmlNode descend(XmlNode node, std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    node = child(node, path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return node;
}

std::vector<XmlNode> children(XmlNode node, std::string_view local) {
  std::vector<XmlNode> found;
  for (XmlNode at : node.children()) {
    if (local_name(at) == local) found.push_back(at);
  }
  return found;
}

std::string_view attribute(XmlNode node, std::string_view local) {
  for (const pugi::xml_attribute at : node.attributes()) {
    if (without_prefix(at.name()) == local) return at.value();
  }
  return {};
}

std::string text_of(XmlNode node) {
  std::string text;
  append_text(node, text);
  text.erase(text.find_last_not_of(kBlank) + 1);
  text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
  return text;
}

std::string child_text(XmlNode node, std::string_view local) { return text_of(child(node, local)); }

}  // namespace azekura::scanner
