// The ranges of npm, Cargo, Hex and Pub: partial versions behind operators.

#include <fmt/format.h>

#include "scanner/version/range_set.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

constexpr std::uint64_t kNumberMax = (std::uint64_t{1} << 53) - 1;  // JavaScript's
constexpr std::size_t kDigitsMax = 16;

bool is_identifier_octet(char c) { return is_alnum(c) || c == '-' || c == '.'; }

std::string lowest(const PartialVersion& version) {
  return version.pre_release.empty() ? version.text() + "-0" : version.text();
}

AllOf between(std::string low, std::string high) {
  return {{Operator::kGreaterOrEqual, std::move(low)}, {Operator::kLess, std::move(high)}};
}

AllOf none() { return {{Operator::kLess, "0.0.0-0"}}; }

AllOf caret(const PartialVersion& version) {
  if (version.count == 0) return {};
  std::size_t index = 0;
  while (index + 1 < version.count && version.numbers[index] == 0) ++index;
  return between(version.text(), version.bumped(index));
}

AllOf tilde(const PartialVersion& version) {
  if (version.count == 0) return {};
  return between(version.text(), version.bumped(version.count == 1 ? 0 : 1));
}

AllOf exactly(const PartialVersion& version) {
  if (version.count == 0) return {};
  if (version.count == 3) return {{Operator::kEqual, version.text()}};
  return between(version.text(), version.bumped(version.count - 1));
}

AllOf compared(Operator op, const PartialVersion& version) {
  if (version.count == 3) return {{op, version.text()}};
  if (version.count == 0) {
    return op == Operator::kGreater || op == Operator::kLess ? none() : AllOf{};
  }
  switch (op) {
    case Operator::kGreater: {
      std::string above = version.bumped(version.count - 1);
      above.resize(above.size() - 2);  // without -0: not its pre-releases
      return {{Operator::kGreaterOrEqual, std::move(above)}};
    }
    case Operator::kLessOrEqual:
      return {{Operator::kLess, version.bumped(version.count - 1)}};
    case Operator::kLess:
      return {{Operator::kLess, lowest(version)}};
    default:
      return {{op, version.text()}};
  }
}

enum class Bare : std::uint8_t { kExact, kCaret };

// An operator and a partial version; spaces may stand between them.
std::optional<AllOf> take_comparator(Cursor& cursor, Bare bare) {
  enum class Kind : std::uint8_t { kBare, kTilde, kCaret, kCompared };
  Kind kind = Kind::kBare;
  Operator op = Operator::kEqual;
  if (cursor.take("~>") || cursor.take('~')) {
    kind = Kind::kTilde;
  } else if (cursor.take('^')) {
    kind = Kind::kCaret;
  } else {
    std::string_view rest = cursor.rest();
    if (const auto found = take_operator(rest); found && *found != Operator::kNotEqual) {
      kind = Kind::kCompared;
      op = *found;
      cursor = Cursor(rest);
    }
  }
  cursor.take_while(is_space);
  const auto partial =
      parse_partial(cursor.take_while([](char c) { return !is_space(c) && c != ','; }));
  if (!partial) return std::nullopt;
  if (kind == Kind::kBare) kind = bare == Bare::kCaret ? Kind::kCaret : Kind::kCompared;
  if (kind == Kind::kTilde) return tilde(*partial);
  if (kind == Kind::kCaret) return caret(*partial);
  return op == Operator::kEqual ? exactly(*partial) : compared(op, *partial);
}

void append(AllOf& all, AllOf more) {
  for (Comparator& comparator : more) all.push_back(std::move(comparator));
}

// 1.2 - 2.3: all versions of the last one's numbers.
std::optional<AllOf> hyphen_range(std::string_view text) {
  const std::size_t hyphen = text.find(" - ");
  if (hyphen == std::string_view::npos) return std::nullopt;
  const auto low = parse_partial(trimmed(text.substr(0, hyphen)));
  const auto high = parse_partial(trimmed(text.substr(hyphen + 3)));
  if (!low || !high) return std::nullopt;
  AllOf all;
  if (low->count != 0) all.push_back({Operator::kGreaterOrEqual, low->text()});
  if (high->count != 0) append(all, compared(Operator::kLessOrEqual, *high));
  return all;
}

// Calls `read` with each part between separators of two octets.
template <typename Read>
bool for_each_part(std::string_view text, std::string_view separator, Read read) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!read(trimmed(text.substr(0, end)))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + separator.size());
  }
}

bool has_same_numbers(const PartialVersion& a, const PartialVersion& b) {
  return a.numbers == b.numbers;
}

}  // namespace

std::string PartialVersion::text() const {
  std::string text = fmt::format("{}.{}.{}", numbers[0], numbers[1], numbers[2]);
  if (!pre_release.empty()) text += "-" + pre_release;
  return text;
}

std::string PartialVersion::bumped(std::size_t index) const {
  std::array<std::uint64_t, 3> bumped = numbers;
  ++bumped[index];
  for (std::size_t i = index + 1; i < bumped.size(); ++i) bumped[i] = 0;
  return fmt::format("{}.{}.{}-0", bumped[0], bumped[1], bumped[2]);
}

std::optional<PartialVersion> parse_partial(std::string_view text) {
  Cursor cursor(text);
  cursor.take_while([](char c) { return c == 'v' || c == '=' || is_space(c); });
  PartialVersion version;
  std::size_t parts = 0;
  if (!cursor.done() && cursor.peek() != '+') {
    bool has_wildcard = false;
    do {
      if (parts == version.numbers.size()) return std::nullopt;
      ++parts;
      if (cursor.take_any_of("xX*")) {
        has_wildcard = true;
        continue;
      }
      const std::string_view said = cursor.digits();
      const std::string_view digits = without_leading_zeros(said);
      if (said.empty() || has_wildcard || digits.size() > kDigitsMax) return std::nullopt;
      std::uint64_t value = 0;
      for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
      if (value > kNumberMax) return std::nullopt;
      version.numbers[version.count++] = value;
    } while (cursor.take('.'));
  }
  if (parts == 3 && !cursor.done() && cursor.peek() != '+') {
    cursor.take('-');
    const std::string_view pre_release = cursor.take_while(is_identifier_octet);
    if (pre_release.empty()) return std::nullopt;
    if (version.count == 3) version.pre_release = pre_release;
  }
  if (cursor.take('+')) cursor.take_while(is_identifier_octet);
  if (!cursor.done()) return std::nullopt;
  return version;
}

Result<AnyOf> parse_npm(std::string_view range) {
  AnyOf alternatives;
  const bool is_range = for_each_part(range, "||", [&](std::string_view part) {
    if (auto all = hyphen_range(part)) {
      alternatives.push_back(std::move(*all));
      return true;
    }
    AllOf all;
    Cursor cursor(part);
    while (!cursor.done()) {
      auto comparator = take_comparator(cursor, Bare::kExact);
      if (!comparator || cursor.peek() == ',') return false;
      append(all, std::move(*comparator));
      cursor.take_while(is_space);
    }
    alternatives.push_back(std::move(all));
    return true;
  });
  if (!is_range) return no_range(range);
  for (AllOf& all : alternatives) {
    // As npm has it: no bound at all, so that advisories' ranges begin where everything does.
    std::erase_if(all, [](const Comparator& comparator) {
      return comparator.op == Operator::kGreaterOrEqual && comparator.version == "0.0.0";
    });
    for (const Comparator& comparator : all) {
      if (!parse_partial(comparator.version)) return no_range(range);  // bumped too far
    }
  }
  return alternatives;
}

Result<AnyOf> parse_cargo(std::string_view range) {
  AllOf all;
  const bool is_range = for_each_part(range, ",", [&](std::string_view part) {
    Cursor cursor(part);
    auto comparator = take_comparator(cursor, Bare::kCaret);
    if (!comparator || !cursor.done() || part.empty()) return false;
    append(all, std::move(*comparator));
    return true;
  });
  if (!is_range) return no_range(range);
  return AnyOf{std::move(all)};
}

Result<AnyOf> parse_hex(std::string_view range) {
  const auto take_requirement = [](std::string_view part) -> std::optional<AllOf> {
    const bool is_compatible = part.starts_with("~>");
    if (is_compatible) part.remove_prefix(2);
    const auto op = is_compatible ? std::nullopt : take_operator(part);
    const auto version = parse_partial(trimmed(part));
    if (!version || version->count < 2 || trimmed(part).find_first_of("xX*") != part.npos) {
      return std::nullopt;
    }
    if (is_compatible) return between(version->text(), version->bumped(version->count - 2));
    return AllOf{{op.value_or(Operator::kEqual), version->text()}};
  };
  AnyOf alternatives;
  const bool is_range = for_each_part(range, " or ", [&](std::string_view alternative) {
    AllOf all;
    const bool every = for_each_part(alternative, " and ", [&](std::string_view part) {
      auto requirement = take_requirement(part);
      if (requirement) append(all, std::move(*requirement));
      return requirement.has_value();
    });
    alternatives.push_back(std::move(all));
    return every;
  });
  if (!is_range) return no_range(range);
  return alternatives;
}

Result<AnyOf> parse_pub(std::string_view range) {
  if (trimmed(range) == "any") return AnyOf{AllOf{}};
  AllOf all;
  Cursor cursor(trimmed(range));
  if (cursor.done()) return no_range(range);
  while (!cursor.done()) {
    const bool is_caret = cursor.take('^');
    std::string_view rest = cursor.rest();
    Operator op = Operator::kEqual;
    if (!is_caret) op = take_operator(rest).value_or(Operator::kEqual);
    cursor = Cursor(trimmed(rest));
    const std::string_view text =
        cursor.take_while([](char c) { return !is_space(c) && c != '<' && c != '>'; });
    const auto version = parse_partial(text);
    if (!version || version->count != 3 || op == Operator::kNotEqual) return no_range(range);
    cursor.take_while(is_space);
    if (is_caret) {
      append(all, between(std::string(text), version->bumped(version->numbers[0] == 0 ? 1 : 0)));
    } else {
      all.push_back({op, std::string(text)});
    }
  }
  // "<2.0.0" is not meant to allow its pre-releases, unless the lower end is one of them.
  for (Comparator& comparator : all) {
    const auto high = parse_partial(comparator.version);
    if (comparator.op != Operator::kLess || !high->pre_release.empty()) continue;
    bool begins_there = false;
    for (const Comparator& other : all) {
      const auto low = parse_partial(other.version);
      begins_there = begins_there ||
                     (!low->pre_release.empty() && has_same_numbers(*low, *high) &&
                      (other.op == Operator::kGreater || other.op == Operator::kGreaterOrEqual));
    }
    if (!begins_there) comparator.version = high->text() + "-0";
  }
  return AnyOf{std::move(all)};
}

// A pre-release satisfies only alternatives that name a pre-release of the same three numbers.
Result<bool> satisfies_npm(const AnyOf& range, std::string_view version) {
  const auto parsed = parse_partial(trimmed(version));
  for (const AllOf& all : range) {
    bool every = true;
    bool is_allowed = !parsed || parsed->pre_release.empty();
    for (const Comparator& comparator : all) {
      ASSIGN_OR_RETURN(const auto order, compare(Scheme::kSemver, version, comparator.version));
      every = every && agrees(comparator.op, order);
      const auto bound = parse_partial(comparator.version);
      if (!is_allowed && bound && !bound->pre_release.empty()) {
        is_allowed = has_same_numbers(*bound, *parsed);
      }
    }
    if (every && is_allowed) return true;
  }
  return false;
}

}  // namespace azekura::scanner::version
