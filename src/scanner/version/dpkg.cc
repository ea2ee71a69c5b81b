// dpkg: [epoch:]upstream[-revision] (Debian policy §5.6.12, deb-version(7)).
//
// Upstream and revision are compared in turns: what are no digits, octet by octet (~ below the end,
// letters below all else), then a number, where none is zero.

#include <cstdint>
#include <limits>

#include "scanner/version/schemes.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

// The octets of a key. Where digits begin is an end of the other kind, so numbers stand between ~
// and letters as the end does.
constexpr int kTilde = 1;
constexpr int kEnd = 2;
constexpr int kNumber = 3;
constexpr int kLetter = kNumber + kNumberLeads;
constexpr int kHigh = kLetter + 52;      // an octet from 0x80 follows
constexpr int kPunctuation = kHigh + 1;  // an octet below 0x80 follows, if it is a rare one

void write_other(char c, KeyBuilder& key) {
  const auto octet = static_cast<std::uint8_t>(c);
  if (c == '~') {
    key.octet(kTilde);
  } else if (octet >= 0x80) {
    key.octet(kHigh).octet(octet);
  } else if (is_letter(c)) {
    key.octet(kLetter + (is_lower(c) ? 26 + c - 'a' : c - 'A'));
  } else if (octet < '!') {
    key.octet(kPunctuation).octet(octet);
  } else {
    // '!' … 0x7f without letters, digits and ~: their order is ASCII's.
    static_assert(kPunctuation + 1 + 0x7f - '!' < 256);
    key.octet(kPunctuation + 1 + octet - '!');
  }
}

void write_part(std::string_view part, KeyBuilder& key) {
  Cursor cursor(part);
  do {
    for (const char c : cursor.take_while([](char c) { return !is_digit(c); })) write_other(c, key);
    key.number(kNumber, cursor.digits());
  } while (!cursor.done());
  key.octet(kEnd);
}

bool all_of(std::string_view part, std::string_view punctuation) {
  for (const char c : part) {
    if (!is_alnum(c) && punctuation.find(c) == std::string_view::npos) return false;
  }
  return true;
}

// As strtol() reads it: with a sign, if someone wants one.
std::string_view without_sign(std::string_view epoch) {
  const bool is_minus_zero =
      epoch.starts_with('-') && without_leading_zeros(epoch.substr(1)).empty();
  if (epoch.size() > 1 && (epoch.starts_with('+') || is_minus_zero)) epoch.remove_prefix(1);
  return epoch;
}

bool is_epoch(std::string_view digits) {
  if (digits.empty()) return false;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > std::numeric_limits<std::int32_t>::max()) return false;
  }
  return true;
}

}  // namespace

Standing write_dpkg(std::string_view version, KeyBuilder& key) {
  version = trimmed(version);
  if (version.find_first_of(" \t") != std::string_view::npos) return Standing::kNone;

  std::string_view epoch = "0";
  if (const std::size_t colon = version.find(':'); colon != std::string_view::npos) {
    epoch = without_sign(version.substr(0, colon));
    version.remove_prefix(colon + 1);
    if (!is_epoch(epoch)) return Standing::kNone;
  }
  std::string_view upstream = version;
  std::string_view revision;
  if (const std::size_t hyphen = version.rfind('-'); hyphen != std::string_view::npos) {
    upstream = version.substr(0, hyphen);
    revision = version.substr(hyphen + 1);
    if (revision.empty()) return Standing::kNone;
  }
  if (upstream.empty()) return Standing::kNone;

  key.number(kNumber, epoch);
  write_part(upstream, key);
  write_part(revision, key);
  const bool valid =
      is_digit(upstream.front()) && all_of(upstream, ".-+~:") && all_of(revision, ".+~");
  return valid ? Standing::kValid : Standing::kOrdered;
}

}  // namespace azekura::scanner::version
