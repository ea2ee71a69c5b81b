// RubyGems' Gem::Version: numbers and words; words are pre-releases, and the end is as many zeros
// as needed.

#include "scanner/version/schemes.h"
#include "scanner/version/text.h"
#include "scanner/version/zero_run.h"

namespace azekura::scanner::version {
namespace {

bool is_identifier_octet(char c) { return is_alnum(c) || c == '-'; }

// Gem::Version::VERSION_PATTERN between spaces, or nothing at all, which is 0.
bool is_correct(std::string_view text) {
  if (text.empty()) return true;
  Cursor cursor(text);
  if (cursor.digits().empty()) return false;
  while (cursor.take('.')) {
    if (cursor.take_while(is_alnum).empty()) return false;
  }
  if (cursor.take('-')) {
    do {
      if (cursor.take_while(is_identifier_octet).empty()) return false;
    } while (cursor.take('.'));
  }
  return cursor.done();
}

}  // namespace

Standing write_gem(std::string_view text, KeyBuilder& key) {
  text = trimmed(text);
  ZeroRun sequence(key);
  Cursor cursor(text);
  bool has_word = false;
  const auto word = [&](std::string_view letters) {
    if (!has_word) sequence.drop_zeros();  // 1.0.a is 1.a, but 1.a.0.b is not 1.a.b
    has_word = true;
    sequence.word_below(letters);
  };
  while (!cursor.done()) {
    if (is_digit(cursor.peek())) {
      sequence.number(cursor.digits());
    } else if (is_letter(cursor.peek())) {
      word(cursor.take_while(is_letter));
    } else if (cursor.next() == '-') {
      word("pre");
    }
  }
  sequence.end();
  return is_correct(text) ? Standing::kValid : Standing::kOrdered;
}

}  // namespace azekura::scanner::version
