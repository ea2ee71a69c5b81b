// SemVer 2.0.0 and its relatives: npm, Cargo, Hex; Go; Pub; Bitnami; NuGet.
//
// What all of them tolerate in practice is read: a leading v or =, spaces around it, missing parts
// (1.2), a pre-release without its hyphen (1.2.3beta, as npm's loose mode reads it).

#include <array>
#include <cstddef>

#include "scanner/version/schemes.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

constexpr std::size_t kNumbersMax = 4;

struct SemVer {
  std::array<std::string_view, kNumbersMax> numbers;  // empty if missing
  std::string_view pre_release;
  std::string_view build;
  Standing standing = Standing::kNone;
};

// The octets of a key, after the numbers. An identifier is a number or a marked text.
constexpr int kNumber = 2;
constexpr int kIdentifiersEnd = 1;
constexpr int kTextEnd = 1;
constexpr int kText = kNumber + kNumberLeads;
constexpr int kRelease = kText + 1;
constexpr int kRevision = kRelease + 1;

bool is_identifier_octet(char c) { return is_alnum(c) || c == '-'; }

// One or more identifiers between dots; nothing else.
std::string_view take_identifiers(Cursor& cursor) {
  Cursor at = cursor;
  do {
    if (at.take_while(is_identifier_octet).empty()) return {};
  } while (at.take('.'));
  const std::string_view taken = cursor.rest().substr(0, cursor.rest().size() - at.rest().size());
  cursor = at;
  return taken;
}

// Numbers, the rest of them zero; `count` of them are the scheme's own.
SemVer parse(std::string_view text, std::size_t count) {
  SemVer version;
  Cursor cursor(trimmed(text));
  cursor.take_while([](char c) { return c == 'v' || c == 'V' || c == '=' || is_space(c); });
  std::size_t found = 0;
  do {
    const std::string_view digits = cursor.digits();
    if (digits.empty()) return version;
    version.numbers[found++] = digits;
  } while (found < count && cursor.take('.'));
  Standing standing = Standing::kValid;
  if (found == count && cursor.peek() == '.') {
    // 1.2.3.4: further numbers count as little as a build does.
    while (cursor.take('.')) {
      if (cursor.digits().empty()) return version;
    }
    standing = Standing::kOrdered;
  }
  if (cursor.take('-') || (!cursor.done() && cursor.peek() != '+')) {
    version.pre_release = take_identifiers(cursor);
    if (version.pre_release.empty()) return version;
  }
  if (cursor.take('+')) {
    version.build = take_identifiers(cursor);
    if (version.build.empty()) return version;
  }
  if (cursor.done()) version.standing = standing;
  return version;
}

bool is_numeric(std::string_view identifier) {
  return !identifier.empty() &&
         identifier.find_first_not_of("0123456789") == std::string_view::npos;
}

enum class Case : std::uint8_t { kCounts, kFolded };

void write_numbers(const SemVer& version, std::size_t count, KeyBuilder& key) {
  for (std::size_t i = 0; i < count; ++i) key.number(kNumber, version.numbers[i]);
}

void write_identifiers(std::string_view identifiers, Case letters, KeyBuilder& key) {
  Cursor cursor(identifiers);
  do {
    const std::string_view identifier = cursor.take_while(is_identifier_octet);
    if (is_numeric(identifier)) {
      key.number(kNumber, identifier);
      continue;
    }
    key.octet(kText);
    for (const char c : identifier) key.octet(letters == Case::kFolded ? to_lower(c) : c);
    key.octet(kTextEnd);
  } while (cursor.take('.'));
  key.octet(kIdentifiersEnd);
}

void write_pre_release(const SemVer& version, Case letters, KeyBuilder& key) {
  if (version.pre_release.empty()) {
    key.octet(kRelease);
  } else {
    write_identifiers(version.pre_release, letters, key);
  }
}

}  // namespace

Standing write_semver(std::string_view text, KeyBuilder& key) {
  const SemVer version = parse(text, 3);
  write_numbers(version, 3, key);
  write_pre_release(version, Case::kCounts, key);
  return version.standing;
}

// Also Go's own releases as the toolchain names them: go1.21rc2 is v1.21.0-rc.2.
Standing write_go(std::string_view text, KeyBuilder& key) {
  Cursor cursor(text);
  if (!cursor.take("go")) return write_semver(text, key);
  const SemVer version = parse(cursor.rest(), 3);
  write_numbers(version, 3, key);
  std::string_view stage = version.pre_release;
  for (const std::string_view word : {"rc", "beta"}) {
    if (!stage.starts_with(word) || !is_numeric(stage.substr(word.size()))) continue;
    key.octet(kText).text(word).octet(kTextEnd);
    key.number(kNumber, stage.substr(word.size())).octet(kIdentifiersEnd);
    return version.standing;
  }
  write_pre_release(version, Case::kCounts, key);
  return version.standing;
}

Standing write_pub(std::string_view text, KeyBuilder& key) {
  const SemVer version = parse(text, 3);
  write_numbers(version, 3, key);
  write_pre_release(version, Case::kCounts, key);
  if (!version.build.empty()) write_identifiers(version.build, Case::kCounts, key);
  return version.standing;
}

// A revision begins with a digit. Words stay pre-releases here, as the applications mean them,
// though Bitnami's own library takes them for revisions too; and revision 0 is the release itself.
Standing write_bitnami(std::string_view text, KeyBuilder& key) {
  const SemVer version = parse(text, 3);
  write_numbers(version, 3, key);
  if (without_leading_zeros(version.pre_release).empty()) {
    key.octet(kRelease);
  } else if (is_digit(version.pre_release.front())) {
    key.octet(kRevision);
    write_identifiers(version.pre_release, Case::kCounts, key);
  } else {
    write_pre_release(version, Case::kCounts, key);
  }
  return version.standing;
}

Standing write_nuget(std::string_view text, KeyBuilder& key) {
  const SemVer version = parse(text, 4);
  write_numbers(version, 4, key);
  write_pre_release(version, Case::kFolded, key);
  return version.standing;
}

}  // namespace azekura::scanner::version
