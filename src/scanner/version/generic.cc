// Versions of no known scheme, as CPE names and vendors' announcements write them: 1.0.2k, 9.8p1,
// 8u342, 10.1.0-M7, OpenSSL_1_1_1w.
//
//   What precedes the first digit is a name. Missing numbers are zeros.
//   Words of pre-releases sort below the end; words that say "released" are none.
//   All other words are later than the end: letters and patch levels of 1.0.2k and 9.8p1.

#include <array>

#include "scanner/version/schemes.h"
#include "scanner/version/text.h"
#include "scanner/version/zero_run.h"

namespace azekura::scanner::version {
namespace {

struct Word {
  std::string_view name;
  std::string_view rank;
};

constexpr std::array<Word, 15> kPreReleases = {{
    {"dev", "1"},
    {"snapshot", "1"},
    {"nightly", "1"},
    {"canary", "1"},
    {"ea", "2"},
    {"alpha", "3"},
    {"beta", "4"},
    {"milestone", "5"},
    {"pre", "6"},
    {"preview", "6"},
    {"prerelease", "6"},
    {"tp", "6"},
    {"rc", "7"},
    {"cr", "7"},
    {"candidate", "7"},
}};
// Pre-releases only in front of a number and as the first word: 1.0b2, but 1.0.2b and 8u342-b07.
constexpr std::array<Word, 3> kInitials = {{{"a", "3"}, {"b", "4"}, {"m", "5"}}};
constexpr std::array<std::string_view, 5> kReleased = {"release", "final", "ga", "stable", "v"};

constexpr std::size_t kWordSizeMax = 64;

std::string_view rank_of(std::string_view word, bool before_number) {
  for (const Word& known : kPreReleases) {
    if (known.name == word) return known.rank;
  }
  for (const Word& known : kInitials) {
    if (before_number && known.name == word) return known.rank;
  }
  return {};
}

bool says_released(std::string_view word) {
  for (const std::string_view known : kReleased) {
    if (known == word) return true;
  }
  return false;
}

}  // namespace

Standing write_generic(std::string_view version, KeyBuilder& key) {
  Cursor cursor(version);
  cursor.take_while([](char c) { return !is_digit(c); });
  if (cursor.done()) return Standing::kNone;

  ZeroRun sequence(key);
  bool has_word = false;
  while (!cursor.done()) {
    if (is_digit(cursor.peek())) {
      sequence.number(cursor.digits());
      continue;
    }
    if (!is_letter(cursor.peek())) {
      cursor.next();
      continue;
    }
    std::array<char, kWordSizeMax> lower;
    std::size_t size = 0;
    for (const char c : cursor.take_while(is_letter)) {
      if (size < lower.size()) lower[size++] = to_lower(c);
    }
    const std::string_view word(lower.data(), size);
    if (says_released(word)) continue;
    const std::string_view rank = rank_of(word, !has_word && is_digit(cursor.peek()));
    has_word = true;
    sequence.drop_zeros();  // 1.0-rc1 is 1-rc1
    if (rank.empty()) {
      sequence.word_above(word);
    } else {
      sequence.word_below(rank);
    }
  }
  sequence.end();
  return Standing::kValid;
}

}  // namespace azekura::scanner::version
