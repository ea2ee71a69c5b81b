// PEP 440, as the Python Packaging User Guide's "Version specifiers" has it now:
// [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]. What is no such version has setuptools' old order,
// below all versions.

#include <array>
#include <string>
#include <vector>

#include "scanner/version/pep440.h"
#include "scanner/version/schemes.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

// The octets of a key: the epoch, the release without its last zeros, and what the rest is. A
// release without post, dev and local is complete with kFinal.
constexpr int kLegacy = 0;
constexpr int kEpoch = 1;
constexpr int kDevOfRelease = 1;
constexpr int kPre = 2;  // and 3, 4
constexpr int kFinal = 5;
constexpr int kPost = 6;
constexpr int kRelease = 7;

constexpr int kNoPost = 1;
constexpr int kPostOfPre = 2;
constexpr int kDev = 1;
constexpr int kNoDev = kDev + kNumberLeads;

constexpr int kLocalEnd = 1;
constexpr int kLocalText = 2;
constexpr int kLocalNumber = 3;

constexpr std::string_view kSeparators = "-_.";

struct Word {
  std::string_view name;
  std::uint8_t stage;
};

constexpr std::array<Word, 8> kPreWords = {{
    {"alpha", 0},
    {"a", 0},
    {"beta", 1},
    {"b", 1},
    {"preview", 2},
    {"pre", 2},
    {"rc", 2},
    {"c", 2},
}};
constexpr std::array<std::string_view, 3> kPostWords = {"post", "rev", "r"};

// The number after a word; 0 where there is none.
std::string_view take_number(Cursor& cursor) {
  cursor.take_any_of(kSeparators);
  const std::string_view digits = cursor.digits();
  return digits.empty() ? "0" : digits;
}

void take_pre(Cursor& cursor, Pep440& version) {
  Cursor at = cursor;
  at.take_any_of(kSeparators);
  for (const Word& word : kPreWords) {
    if (!at.take_ignoring_case(word.name)) continue;
    version.pre_stage = word.stage;
    version.pre = take_number(at);
    cursor = at;
    return;
  }
}

void take_post(Cursor& cursor, Pep440& version) {
  Cursor at = cursor;
  if (at.take('-') && is_digit(at.peek())) {
    version.post = at.digits();
    cursor = at;
    return;
  }
  at = cursor;
  at.take_any_of(kSeparators);
  for (const std::string_view word : kPostWords) {
    if (!at.take_ignoring_case(word)) continue;
    version.post = take_number(at);
    cursor = at;
    return;
  }
}

void take_dev(Cursor& cursor, Pep440& version) {
  Cursor at = cursor;
  at.take_any_of(kSeparators);
  if (!at.take_ignoring_case("dev")) return;
  version.dev = take_number(at);
  cursor = at;
}

bool take_local(Cursor& cursor, Pep440& version) {
  if (!cursor.take('+')) return true;
  version.local = cursor.rest();
  do {
    if (cursor.take_while(is_alnum).empty()) return false;
  } while (cursor.take_any_of(kSeparators));
  return true;
}

void write_local(std::string_view local, KeyBuilder& key) {
  Cursor cursor(local);
  do {
    const std::string_view part = cursor.take_while(is_alnum);
    if (part.find_first_not_of("0123456789") == std::string_view::npos) {
      key.number(kLocalNumber, part);
      continue;
    }
    key.octet(kLocalText);
    for (const char c : part) key.octet(to_lower(c));
    key.octet(0);
  } while (cursor.take_any_of(kSeparators));
  key.octet(kLocalEnd);
}

void write_version(const Pep440& version, KeyBuilder& key) {
  key.number(kEpoch, version.epoch);
  Cursor release(version.release_without_zeros());
  while (!release.done()) {
    key.number(kRelease, release.digits());
    release.take('.');
  }
  if (version.pre) {
    key.octet(kPre + version.pre_stage).number(0, *version.pre);
    key.octet(version.post ? kPostOfPre : kNoPost);
  } else if (version.post) {
    key.octet(kPost);
  } else if (version.dev) {
    key.octet(kDevOfRelease);
  } else {
    key.octet(kFinal);
  }
  if (version.post) key.number(0, *version.post);
  const bool dev_is_said = !version.pre && !version.post;
  if (version.dev) {
    key.number(kDev, *version.dev);
  } else if (!dev_is_said) {
    key.octet(kNoDev);
  }
  if (!version.local.empty()) write_local(version.local, key);
}

// setuptools' parse_version before PEP 440: words and zero-padded numbers, each as a text.
std::vector<std::string> legacy_parts(std::string_view text) {
  constexpr std::size_t kWidth = 8;
  std::vector<std::string> parts;
  const auto add = [&parts](std::string part) {
    if (part.front() == '*') {
      if (part < "*final") {
        while (!parts.empty() && parts.back() == "*final-") parts.pop_back();
      }
      while (!parts.empty() && parts.back() == "00000000") parts.pop_back();
    }
    parts.push_back(std::move(part));
  };
  Cursor cursor(text);
  while (!cursor.done()) {
    if (cursor.take('.')) continue;
    if (is_digit(cursor.peek())) {
      const std::string_view digits = cursor.digits();
      add(std::string(kWidth - std::min(kWidth, digits.size()), '0').append(digits));
      continue;
    }
    std::string word;
    if (cursor.take('-')) {
      word = "final-";
    } else if (is_letter(cursor.peek())) {
      for (const char c : cursor.take_while(is_letter)) word += to_lower(c);
      if (word == "pre" || word == "preview" || word == "rc") word = "c";
      if (word == "dev") word = "@";
    } else {
      const auto is_other = [](char c) { return !is_alnum(c) && c != '.' && c != '-'; };
      word = cursor.take_while(is_other);
    }
    add("*" + word);
  }
  add("*final");
  return parts;
}

}  // namespace

std::string_view Pep440::release_without_zeros() const {
  std::string_view rest = release;
  while (!rest.empty()) {
    const std::size_t dot = rest.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? rest : rest.substr(dot + 1);
    if (!without_leading_zeros(last).empty()) break;
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(0, dot);
  }
  return rest;
}

std::optional<Pep440> parse_pep440(std::string_view text) {
  Pep440 version;
  Cursor cursor(trimmed(text));
  cursor.take_any_of("vV");
  Cursor at = cursor;
  if (const std::string_view epoch = at.digits(); !epoch.empty() && at.take('!')) {
    version.epoch = epoch;
    cursor = at;
  }
  const std::string_view from = cursor.rest();
  if (cursor.digits().empty()) return std::nullopt;
  for (at = cursor; at.take('.') && !at.digits().empty();) cursor = at;
  version.release = from.substr(0, from.size() - cursor.rest().size());
  take_pre(cursor, version);
  take_post(cursor, version);
  take_dev(cursor, version);
  if (!take_local(cursor, version) || !cursor.done()) return std::nullopt;
  return version;
}

Standing write_pep440(std::string_view text, KeyBuilder& key) {
  if (const auto version = parse_pep440(text)) {
    write_version(*version, key);
    return Standing::kValid;
  }
  key.octet(kLegacy);
  for (const std::string& part : legacy_parts(text)) key.text(part).octet(0);
  return Standing::kOrdered;
}

}  // namespace azekura::scanner::version
