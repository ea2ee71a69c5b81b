#include "scanner/terms/cpe.h"

#include <algorithm>

#include "scanner/terms/text.h"

namespace azekura::scanner {
namespace {

constexpr std::string_view kAny = "*";
constexpr std::string_view kNa = "-";

using Attribute = std::string Cpe::*;
constexpr std::array<Attribute, 11> kAttributes{&Cpe::part,
                                                &Cpe::vendor,
                                                &Cpe::product,
                                                &Cpe::version,
                                                &Cpe::update,
                                                &Cpe::edition,
                                                &Cpe::language,
                                                &Cpe::software_edition,
                                                &Cpe::target_software,
                                                &Cpe::target_hardware,
                                                &Cpe::other};
// The attributes of a URI, and those that are packed into its edition.
constexpr std::size_t kUriAttributes = 7;
constexpr std::size_t kUriEdition = 5;
constexpr std::array<Attribute, 5> kPacked{&Cpe::edition, &Cpe::software_edition,
                                           &Cpe::target_software, &Cpe::target_hardware,
                                           &Cpe::other};

tl::unexpected<Error> invalid(std::string_view why) {
  return fail(Code::kInvalid, "the CPE name " + std::string(why));
}

// Whether a character needs its backslash in an attribute of ours.
bool is_special(char c) { return c == '*' || c == '?' || c == '\\'; }

// A value of the formatted string, in which all but letters, digits, _ . and - is quoted.
Result<std::string> value_of_formatted(std::string_view text) {
  if (text.empty()) return std::string(kAny);
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    if (++i == text.size()) return invalid("ends in a backslash");
    if (is_special(text[i]) || (text[i] == '-' && text.size() == 2)) value += '\\';
    value += text[i];
  }
  return value;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A value of the URI, with %xx; %01 is a wildcard ?, %02 a wildcard *. Nothing is ANY.
Result<std::string> value_of_uri(std::string_view text) {
  if (text.empty()) return std::string(kAny);
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool quoted = true;
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return invalid("has a % that encodes nothing");
      c = static_cast<char>(high * 16 + low);
      i += 2;
      quoted = c != 1 && c != 2;
      if (!quoted) c = c == 1 ? '?' : '*';
      if (static_cast<unsigned char>(c) < 0x20) return invalid("has a control character");
      if (c == '-' && text.size() == 3) value += '\\';
    }
    if (quoted && is_special(c)) value += '\\';
    value += c;
  }
  return value;
}

Status check(const Cpe& cpe) {
  constexpr std::string_view kParts = "aoh*-";
  if (cpe.part.size() != 1 || kParts.find(cpe.part) == std::string_view::npos) {
    return invalid("has a part that is none of a, o and h");
  }
  return {};
}

// The end of an attribute: a colon that is not quoted.
std::size_t colon_at(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ':') {
      return i;
    }
  }
  return text.size();
}

Result<Cpe> parse_formatted(std::string_view text) {
  Cpe cpe;
  for (const Attribute attribute : kAttributes) {
    const std::size_t end = colon_at(text);
    ASSIGN_OR_RETURN(cpe.*attribute, value_of_formatted(text.substr(0, end)));
    if (end == text.size()) return cpe;
    text.remove_prefix(end + 1);
  }
  return invalid("has more than eleven attributes");
}

// "~edition~software edition~target software~target hardware~other" (NISTIR 7695 §6.1.2.3).
Status unpack(std::string_view text, Cpe& cpe) {
  text.remove_prefix(1);
  for (const Attribute attribute : kPacked) {
    const auto [value, rest] = split_once(text, '~');
    ASSIGN_OR_RETURN(cpe.*attribute, value_of_uri(value));
    text = rest;
  }
  if (!text.empty()) return invalid("has more in its edition than five values");
  return {};
}

Result<Cpe> parse_uri(std::string_view text) {
  Cpe cpe;
  for (std::size_t i = 0; i < kUriAttributes; ++i) {
    const std::string_view value = text.substr(0, text.find(':'));
    if (i == kUriEdition && value.starts_with('~')) {
      RETURN_IF_ERROR(unpack(value, cpe));
    } else {
      ASSIGN_OR_RETURN(cpe.*kAttributes[i], value_of_uri(value));
    }
    if (value.size() == text.size()) return cpe;
    text.remove_prefix(value.size() + 1);
  }
  return invalid("has more than seven attributes");
}

bool stays_unquoted(char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; }

std::string formatted_value(const std::string& value) {
  if (value.empty()) return std::string(kAny);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && i + 1 < value.size()) {  // quoted already
      text.append(value, i, 2);
      ++i;
      continue;
    }
    // What is not ASCII has no form in the binding; it stays as it is.
    const bool quoted = c == '\\' || (!stays_unquoted(c) && !is_special(c) && c > 0);
    if (quoted) text += '\\';
    text += c;
  }
  return text;
}

std::string percent(char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto octet = static_cast<unsigned char>(c);
  return {'%', kHex[octet >> 4], kHex[octet & 15]};
}

std::string uri_value(const std::string& value) {
  if (value == kAny || value.empty()) return {};
  if (value == kNa) return value;
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && i + 1 < value.size()) {
      text += percent(value[++i]);
    } else if (c == '?') {
      text += "%01";
    } else if (c == '*') {
      text += "%02";
    } else {
      text += stays_unquoted(c) ? std::string(1, c) : percent(c);
    }
  }
  return text;
}

std::string uri_edition(const Cpe& cpe) {
  const bool packed = std::any_of(kPacked.begin() + 1, kPacked.end(),
                                  [&](Attribute attribute) { return cpe.*attribute != kAny; });
  if (!packed) return uri_value(cpe.edition);
  std::string text;
  for (const Attribute attribute : kPacked) text += "~" + uri_value(cpe.*attribute);
  return text;
}

// How many unquoted * and ? a value begins with.
std::string_view leading_wildcards(std::string_view value) {
  return value.substr(0, std::min(value.find_first_not_of("*?"), value.size()));
}

std::string_view trailing_wildcards(std::string_view value) {
  std::size_t begin = value.size();
  while (begin > 0 && (value[begin - 1] == '*' || value[begin - 1] == '?')) --begin;
  // The first of them is quoted if an odd number of backslashes stands before it.
  std::size_t backslashes = 0;
  while (backslashes < begin && value[begin - 1 - backslashes] == '\\') ++backslashes;
  if (backslashes % 2 == 1) begin = std::min(begin + 1, value.size());
  return value.substr(begin);
}

bool has_wildcards(std::string_view value) {
  return value != kAny && (!leading_wildcards(value).empty() || !trailing_wildcards(value).empty());
}

// Each ? is one character or none, a * is any number (NISTIR 7696 §6.3).
bool matches(std::string_view pattern, std::string_view text) {
  const std::string_view before = leading_wildcards(pattern);
  if (before.size() == pattern.size()) {
    return pattern.find('*') != std::string_view::npos || text.size() <= pattern.size();
  }
  const std::string_view after = trailing_wildcards(pattern);
  const std::string_view core =
      pattern.substr(before.size(), pattern.size() - before.size() - after.size());
  const std::size_t before_max =
      before.find('*') == std::string_view::npos ? before.size() : text.size();
  const std::size_t after_max =
      after.find('*') == std::string_view::npos ? after.size() : text.size();
  for (std::size_t at = text.find(core); at <= before_max && at != std::string_view::npos;
       at = text.find(core, at + 1)) {
    if (text.size() - at - core.size() <= after_max) return true;
  }
  return false;
}

}  // namespace

Result<Cpe> parse_cpe(std::string_view text) {
  constexpr std::string_view kFormatted = "cpe:2.3:";
  constexpr std::string_view kUri = "cpe:/";
  if (text.size() > kCpeSizeMax) return invalid("is too long");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control))
    return invalid("has a blank or a control character");
  const std::string prefix = to_lower(text.substr(0, kFormatted.size()));
  const bool formatted = prefix == kFormatted;
  if (!formatted && !prefix.starts_with(kUri))
    return invalid("begins neither with cpe:2.3: nor with cpe:/");
  ASSIGN_OR_RETURN(Cpe cpe, formatted ? parse_formatted(text.substr(kFormatted.size()))
                                      : parse_uri(text.substr(kUri.size())));
  cpe.part = to_lower(cpe.part);
  RETURN_IF_ERROR(check(cpe));
  return cpe;
}

std::string to_formatted_string(const Cpe& cpe) {
  std::string text = "cpe:2.3";
  for (const Attribute attribute : kAttributes) text += ":" + formatted_value(cpe.*attribute);
  return text;
}

std::string to_uri(const Cpe& cpe) {
  std::string text = "cpe:/" + uri_value(cpe.part);
  for (std::size_t i = 1; i < kUriAttributes; ++i) {
    text += ":" + (i == kUriEdition ? uri_edition(cpe) : uri_value(cpe.*kAttributes[i]));
  }
  while (text.ends_with(':')) text.pop_back();
  return text;
}

std::string product_key(const Cpe& cpe) {
  return to_lower(cpe.part) + ":" + to_lower(cpe.vendor) + ":" + to_lower(cpe.product);
}

CpeRelation relation(std::string_view source_text, std::string_view target_text) {
  const std::string source = to_lower(source_text);
  const std::string target = to_lower(target_text);
  if (has_wildcards(target)) return CpeRelation::kUndefined;
  if (source == target) return CpeRelation::kEqual;
  if (source == kAny) return CpeRelation::kSuperset;
  if (target == kAny) return CpeRelation::kSubset;
  if (source == kNa || target == kNa || !has_wildcards(source)) return CpeRelation::kDisjoint;
  return matches(source, target) ? CpeRelation::kSuperset : CpeRelation::kDisjoint;
}

bool covers_attributes(const Cpe& pattern, const Cpe& name) {
  return std::all_of(kAttributes.begin(), kAttributes.end(), [&](Attribute attribute) {
    if (attribute == &Cpe::version || attribute == &Cpe::update) return true;
    const CpeRelation found = relation(pattern.*attribute, name.*attribute);
    return found != CpeRelation::kDisjoint && found != CpeRelation::kUndefined;
  });
}

}  // namespace azekura::scanner
