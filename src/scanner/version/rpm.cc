// rpm: [epoch:]version[-release], each by rpmvercmp(): segments of digits or of letters, whatever
// stands between them; ~ sorts below the end, ^ just above it (rpm-version(7)).

#include <cstdint>

#include "scanner/version/schemes.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

// The octets of a key, as what may come next in a part sorts. A word ends in kWordEnd only where
// another segment follows: the others are below all letters themselves.
constexpr int kTilde = 1;
constexpr int kEnd = 2;
constexpr int kCaret = 3;
constexpr int kWordEnd = 4;
constexpr int kWord = 5;
constexpr int kNumber = kWord + 52;
constexpr int kEpoch = 1;

bool is_separator(char c) { return !is_alnum(c) && c != '~' && c != '^'; }

void write_part(std::string_view part, KeyBuilder& key) {
  Cursor cursor(part);
  bool after_word = false;
  while (true) {
    cursor.take_while(is_separator);
    if (cursor.done()) break;
    if (cursor.peek() == '~' || cursor.peek() == '^') {
      key.octet(cursor.next() == '~' ? kTilde : kCaret);
      after_word = false;
      continue;
    }
    if (after_word) key.octet(kWordEnd);
    after_word = !is_digit(cursor.peek());
    if (!after_word) {
      key.number(kNumber, cursor.digits());
      continue;
    }
    for (const char c : cursor.take_while(is_letter)) {
      key.octet(kWord + (is_lower(c) ? 26 + c - 'a' : c - 'A'));
    }
  }
  key.octet(kEnd);
}

}  // namespace

Standing write_rpm(std::string_view version, KeyBuilder& key) {
  Cursor cursor(version);
  std::string_view epoch = cursor.digits();
  if (!cursor.take(':')) {
    epoch = {};
    cursor = Cursor(version);
  }
  version = cursor.rest();
  const std::size_t hyphen = version.rfind('-');
  key.number(kEpoch, epoch);
  write_part(version.substr(0, hyphen), key);
  // No release sorts below every release.
  if (hyphen != std::string_view::npos) write_part(version.substr(hyphen + 1), key);
  return Standing::kValid;
}

}  // namespace azekura::scanner::version
