#include "scanner/terms/purl.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "scanner/terms/purl_types.h"
#include "scanner/terms/text.h"

namespace azekura::scanner {
namespace {

using purl::Fold;
using purl::Shape;
using purl::Space;
using purl::Type;

tl::unexpected<Error> invalid(std::string why) {
  return fail(Code::kInvalid, "the package URL " + std::move(why));
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Result<std::string> decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return invalid("has a % that encodes nothing");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// ECMA-427 §5.4: letters, digits, the four marks and the colon stay.
std::string encoded(std::string_view text, std::string_view stays = {}) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alphanumeric(c) || std::string_view("-._~:").find(c) != std::string_view::npos ||
        stays.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[octet >> 4];
    out += kHex[octet & 15];
  }
  return out;
}

// The segments between slashes without the empty ones; in a subpath "." and ".." are none either.
std::string joined_segments(std::string_view path, bool dots_are_empty) {
  std::string joined;
  while (!path.empty()) {
    const auto [segment, rest] = split_once(path, '/');
    path = rest;
    if (segment.empty() || (dots_are_empty && (segment == "." || segment == ".."))) continue;
    if (!joined.empty()) joined += '/';
    joined += segment;
  }
  return joined;
}

bool is_type(std::string_view type) {
  const auto may_stand = [](char c) {
    return is_lower(c) || is_digit(c) || c == '.' || c == '-' || c == '+';
  };
  return !type.empty() && !is_digit(type.front()) &&
         std::all_of(type.begin(), type.end(), may_stand);
}

bool is_qualifier_key(std::string_view key) {
  const auto may_stand = [](char c) {
    return is_lower(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
  };
  return !key.empty() && !is_digit(key.front()) && std::all_of(key.begin(), key.end(), may_stand);
}

bool is_four_numbers(std::string_view text) {
  for (int numbers = 0; numbers < 4; ++numbers) {
    const std::string_view number = text.substr(0, text.find('.'));
    if (number.empty() || !std::all_of(number.begin(), number.end(), is_digit)) return false;
    if (number.size() == text.size()) return true;
    text.remove_prefix(number.size() + 1);
  }
  return false;
}

bool has_shape(std::string_view text, Shape shape) {
  switch (shape) {
    case Shape::kAny:
      return true;
    case Shape::kNoDoubleColon:
      return text.find("::") == std::string_view::npos;
    case Shape::kExtensionId:
      return text.size() == 32 &&
             std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'p'; });
    case Shape::kFourNumbers:
      return is_four_numbers(text);
  }
  return false;
}

std::string folded(std::string_view text, Fold fold, const Purl& purl) {
  std::string out(text);
  const auto lower = [&] { return to_lower(text); };
  switch (fold) {
    case Fold::kNone:
      return out;
    case Fold::kLower:
      return lower();
    case Fold::kUpper:
      for (char& c : out) c = is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
      return out;
    case Fold::kPypi:
      out = lower();
      std::replace(out.begin(), out.end(), '_', '-');
      return out;
    case Fold::kPub:
      out = lower();
      for (char& c : out) c = is_alphanumeric(c) ? c : '_';
      return out;
    case Fold::kDatabricks: {
      const auto at = purl.qualifiers.find("repository_url");
      const bool databricks =
          at != purl.qualifiers.end() && at->second.find("databricks") != std::string::npos;
      return databricks ? lower() : out;
    }
    case Fold::kGitHub:
      return purl.space == "github" || purl.space == "github.com" ? lower() : out;
  }
  return out;
}

Status normalize_qualifiers(Purl& purl) {
  std::map<std::string, std::string> qualifiers;
  for (auto& [key, value] : purl.qualifiers) {
    std::string lower = to_lower(key);
    if (!is_qualifier_key(lower))
      return invalid("has a qualifier that cannot be: " + lower.substr(0, 64));
    if (value.empty()) continue;
    if (!qualifiers.emplace(std::move(lower), std::move(value)).second) {
      return invalid("has a qualifier twice");
    }
  }
  purl.qualifiers = std::move(qualifiers);
  return {};
}

Status check(const Purl& purl, const Type& type) {
  if (purl.name.empty()) return invalid("has no name");
  if (type.space == Space::kRequired && purl.space.empty()) {
    return invalid("of the type " + purl.type + " needs a namespace");
  }
  if (type.space == Space::kProhibited && !purl.space.empty()) {
    return invalid("of the type " + purl.type + " cannot have a namespace");
  }
  if (!has_shape(purl.name, type.name_shape)) {
    return invalid("has a name that cannot be one of the type " + purl.type);
  }
  if (!purl.version.empty() && !has_shape(purl.version, type.version_shape)) {
    return invalid("has a version that cannot be one of the type " + purl.type);
  }
  if (!type.qualifier_required.empty() &&
      !purl.qualifiers.contains(std::string(type.qualifier_required))) {
    return invalid("of the type " + purl.type + " lacks " + std::string(type.qualifier_required));
  }
  return {};
}

// Namespace and name of a type in which the name is a path: the first segment, and all others.
void split_path(Purl& purl) {
  const std::string path = joined_segments(purl.space + "/" + purl.name, false);
  const std::size_t slash = path.find('/');
  purl.space = slash == std::string::npos ? "" : path.substr(0, slash);
  purl.name = slash == std::string::npos ? path : path.substr(slash + 1);
}

// Where the version begins: the last @, unless it is the first character of a segment that others
// follow (pkg:npm/@scope/name).
std::size_t version_at(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::string_view::npos;
  const bool scope = text[at - 1] == '/' && text.find('/', at) != std::string_view::npos;
  return scope ? std::string_view::npos : at;
}

Status read_qualifiers(std::string_view text, Purl& purl) {
  while (!text.empty()) {
    const auto [pair, rest] = split_once(text, '&');
    text = rest;
    if (pair.empty()) continue;
    const auto [key, value] = split_once(pair, '=');
    ASSIGN_OR_RETURN(std::string clear, decoded(value));
    if (!purl.qualifiers.emplace(key, std::move(clear)).second) {
      return invalid("has a qualifier twice");
    }
  }
  return {};
}

// What is left of the text when type, version, qualifiers and subpath are off: namespace and name.
Status read_path(std::string_view text, Purl& purl) {
  const std::size_t slash = text.rfind('/');
  const bool has_space = slash != std::string_view::npos;
  ASSIGN_OR_RETURN(purl.space, decoded(has_space ? text.substr(0, slash) : std::string_view()));
  ASSIGN_OR_RETURN(purl.name, decoded(has_space ? text.substr(slash + 1) : text));
  return {};
}

}  // namespace

Result<Purl> normalized(Purl purl) {
  purl.type = to_lower(purl.type);
  if (!is_type(purl.type)) return invalid("has no type");
  const Type& type = purl::type_of(purl.type);
  RETURN_IF_ERROR(normalize_qualifiers(purl));
  purl.space = folded(joined_segments(purl.space, false), type.space_fold, purl);
  if (type.name_is_path) split_path(purl);
  purl.name = folded(purl.name, type.name_fold, purl);
  purl.version = folded(purl.version, type.version_fold, purl);
  purl.subpath = joined_segments(purl.subpath, true);
  RETURN_IF_ERROR(check(purl, type));
  return purl;
}

// ECMA-427 §6.
Result<Purl> parse_purl(std::string_view text) {
  if (text.size() > kPurlSizeMax) return invalid("is too long");
  Purl purl;
  const auto [scheme, after_scheme] = split_once(text, ':');
  if (to_lower(scheme) != "pkg") return invalid("does not begin with pkg:");
  std::string_view rest = after_scheme;

  if (const std::size_t at = rest.rfind('#'); at != std::string_view::npos) {
    ASSIGN_OR_RETURN(purl.subpath, decoded(rest.substr(at + 1)));
    rest = rest.substr(0, at);
  }
  if (const std::size_t at = rest.rfind('?'); at != std::string_view::npos) {
    RETURN_IF_ERROR(read_qualifiers(rest.substr(at + 1), purl));
    rest = rest.substr(0, at);
  }
  while (rest.starts_with('/')) rest.remove_prefix(1);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return invalid("has no name");
  purl.type = to_lower(rest.substr(0, slash));
  rest.remove_prefix(slash + 1);
  if (const std::size_t at = version_at("/" + std::string(rest)); at != std::string_view::npos) {
    ASSIGN_OR_RETURN(purl.version, decoded(rest.substr(at)));
    rest = rest.substr(0, at - 1);
  }
  RETURN_IF_ERROR(read_path(rest, purl));
  return normalized(std::move(purl));
}

// ECMA-427 §5.
std::string to_string(const Purl& purl) {
  std::string text = "pkg:" + purl.type + "/";
  if (!purl.space.empty()) text += encoded(purl.space, "/") + "/";
  text += encoded(purl.name, purl::type_of(purl.type).name_is_path ? "/" : "");
  if (!purl.version.empty()) text += "@" + encoded(purl.version);
  char separator = '?';
  for (const auto& [key, value] : purl.qualifiers) {
    text += std::exchange(separator, '&');
    text.append(key).append("=").append(encoded(value));
  }
  if (!purl.subpath.empty()) text += "#" + encoded(purl.subpath, "/");
  return text;
}

}  // namespace azekura::scanner
