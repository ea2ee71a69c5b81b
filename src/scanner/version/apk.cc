// apk-tools 3: digits{.digits}[letter]{_suffix[digits]}[~hash][-r digits] (apk-package(5)).
//
// Where two versions differ in kind, the one that ends is less, unless the other goes on with the
// suffix of a pre-release; a number is above a letter, a letter above a suffix, and so on.

#include <array>
#include <string_view>

#include "scanner/version/schemes.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

struct Suffix {
  std::string_view name;
  int octet;
};

// The octets of a key. The rest of a text that is no version ends it, just below the end.
constexpr int kInvalid = 5;
constexpr int kEnd = 6;
constexpr int kRevision = 7;
constexpr int kHash = 8;
constexpr int kSuffixNumber = 9;
constexpr int kLetter = 15;
// A component with a leading zero is compared as text, below all that have none.
constexpr int kZero = kLetter + 26;
constexpr int kZeroText = kZero + 1;
constexpr int kNumber = kZeroText + 1;
constexpr int kTextEnd = 0;

constexpr std::array<Suffix, 9> kSuffixes = {{
    {"alpha", 1},
    {"beta", 2},
    {"pre", 3},
    {"rc", 4},
    {"cvs", 10},
    {"svn", 11},
    {"git", 12},
    {"hg", 13},
    {"p", 14},
}};

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

void write_component(std::string_view digits, KeyBuilder& key) {
  if (digits.front() != '0') {
    key.number(kNumber, digits);
  } else if (digits.size() == 1) {
    key.octet(kZero);
  } else {
    key.octet(kZeroText).text(digits.substr(1)).octet(kTextEnd);
  }
}

bool write_suffix(Cursor& cursor, KeyBuilder& key) {
  const std::string_view name = cursor.take_while(is_lower);
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.name != name) continue;
    key.octet(suffix.octet);
    if (is_digit(cursor.peek())) key.octet(kSuffixNumber).number(0, cursor.digits());
    return true;
  }
  return false;
}

// Reads on from the first number; false where the text stops being a version.
bool write_rest(Cursor& cursor, KeyBuilder& key) {
  Cursor at = cursor;
  const auto accept = [&] { cursor = at; };
  while (at.take('.')) {
    const std::string_view digits = at.digits();
    if (digits.empty()) return false;
    write_component(digits, key);
    accept();
  }
  if (is_lower(at.peek())) {
    key.octet(kLetter + at.next() - 'a');
    accept();
  }
  while (at.take('_')) {
    if (!write_suffix(at, key)) return false;
    accept();
  }
  if (at.take('~')) {
    const std::string_view hash = at.take_while(is_hex);
    if (hash.empty()) return false;
    key.octet(kHash).text(hash).octet(kTextEnd);
    accept();
  }
  if (at.take("-r") && (at.done() || is_digit(at.peek()) || at.peek() == '-')) {
    const std::string_view digits = at.digits();
    key.octet(kRevision).number(0, digits);
    accept();
    if (digits.empty()) return false;
  }
  return cursor.done();
}

}  // namespace

Standing write_apk(std::string_view version, KeyBuilder& key) {
  Cursor cursor(version);
  const std::string_view first = cursor.digits();
  if (!first.empty()) {
    key.number(kNumber, first);
    if (write_rest(cursor, key)) {
      key.octet(kEnd);
      return Standing::kValid;
    }
  }
  if (cursor.done()) {  // 1-r, which is compared as 1-r0
    key.octet(kEnd);
    return Standing::kOrdered;
  }
  // What apk does not understand it compares as text; but not what would be a revision.
  key.octet(kInvalid);
  if (cursor.peek() != '-') key.text(cursor.rest());
  return Standing::kOrdered;
}

}  // namespace azekura::scanner::version
