// Version specifiers of PEP 440: comma-separated ~=, ==, !=, <=, >=, <, >, ===.

#include <fmt/format.h>

#include "scanner/version/pep440.h"
#include "scanner/version/range_set.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

enum class Kind : std::uint8_t { kCompared, kCompatible, kArbitrary, kPrefix };

struct Specifier {
  Kind kind = Kind::kCompared;
  Operator op = Operator::kEqual;
  std::string_view text;  // without .* of a prefix
  Pep440 version;         // empty if arbitrary
};

std::optional<Specifier> parse_specifier(std::string_view text) {
  Specifier specifier;
  text = trimmed(text);
  if (text.starts_with("===")) {
    specifier.kind = Kind::kArbitrary;
    specifier.text = trimmed(text.substr(3));
    for (const char c : specifier.text) {
      if (is_space(c) || c == ';' || c == ')') return std::nullopt;
    }
    return specifier.text.empty() ? std::nullopt : std::optional(specifier);
  }
  if (text.starts_with("~=")) {
    specifier.kind = Kind::kCompatible;
    text.remove_prefix(2);
  } else if (text.starts_with("<>")) {
    return std::nullopt;
  } else if (text.starts_with('=') && !text.starts_with("==")) {
    return std::nullopt;
  } else {
    const auto op = take_operator(text);
    if (!op) return std::nullopt;
    specifier.op = *op;
  }
  specifier.text = trimmed(text);
  const bool is_equality =
      specifier.kind == Kind::kCompared &&
      (specifier.op == Operator::kEqual || specifier.op == Operator::kNotEqual);
  if (specifier.text.ends_with(".*")) {
    if (!is_equality) return std::nullopt;
    specifier.kind = Kind::kPrefix;
    specifier.text.remove_suffix(2);
  }
  const auto version = parse_pep440(specifier.text);
  if (!version) return std::nullopt;
  specifier.version = *version;
  if (!version->local.empty() && !(is_equality && specifier.kind == Kind::kCompared)) {
    return std::nullopt;
  }
  // A development release has no prefix; nor has the prefix of a pre-release's number a meaning
  // now.
  if (specifier.kind == Kind::kPrefix && (version->pre || version->post || version->dev)) {
    return std::nullopt;
  }
  const bool is_single = version->release.find('.') == std::string_view::npos;
  if (specifier.kind == Kind::kCompatible && is_single) return std::nullopt;
  return specifier;
}

Result<std::vector<Specifier>> parse_specifiers(std::string_view range) {
  std::vector<Specifier> specifiers;
  std::string_view rest = range;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = trimmed(rest.substr(0, comma));
    if (!part.empty()) {
      const auto specifier = parse_specifier(part);
      if (!specifier) return no_range(range);
      specifiers.push_back(*specifier);
    }
    if (comma == std::string_view::npos) return specifiers;
    rest.remove_prefix(comma + 1);
  }
}

std::string plus_one(std::string_view digits) {
  std::string next(digits);
  for (std::size_t i = next.size(); i-- > 0;) {
    if (next[i] != '9') {
      ++next[i];
      return next;
    }
    next[i] = '0';
  }
  return "1" + next;
}

std::string with_epoch(const Pep440& version, std::string_view release) {
  return version.epoch.empty() ? std::string(release)
                               : fmt::format("{}!{}", version.epoch, release);
}

// The release without its last number.
std::string_view parent_of(std::string_view release) {
  const std::size_t dot = release.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : release.substr(0, dot);
}

// The least version above all whose release begins with this one.
std::string end_of_prefix(const Pep440& version, std::string_view release) {
  const std::string_view parent = parent_of(release);
  const std::string last = plus_one(release.substr(parent.empty() ? 0 : parent.size() + 1));
  const std::string next = parent.empty() ? last : fmt::format("{}.{}", parent, last);
  return with_epoch(version, next) + ".dev0";
}

// rc1
std::string stage_of(const Pep440& version, std::string_view number) {
  return fmt::format("{}{}", "abc"[version.pre_stage], number);
}

// The least version above the version's own local ones.
std::string end_of_locals(const Pep440& version) {
  std::string end = with_epoch(version, version.release);
  if (version.pre) end += stage_of(version, *version.pre);
  if (version.dev) {
    if (version.post) end += fmt::format(".post{}", *version.post);
    return end + fmt::format(".dev{}", plus_one(*version.dev));
  }
  return end + fmt::format(".post{}.dev0", version.post ? plus_one(*version.post) : "0");
}

AllOf within(std::string low, std::string high) {
  return {{Operator::kGreaterOrEqual, std::move(low)}, {Operator::kLess, std::move(high)}};
}

// > excludes the version's own post-releases, unless it is one, and local versions. Those of a
// final version end nowhere below the next release, so the greatest thinkable number stands for
// that.
AllOf above(const Pep440& version) {
  constexpr std::string_view kLastPost = "9999999999999999999";
  if (version.post || version.dev) return {{Operator::kGreaterOrEqual, end_of_locals(version)}};
  if (version.pre) {
    return {{Operator::kGreaterOrEqual, with_epoch(version, version.release) +
                                            stage_of(version, plus_one(*version.pre)) + ".dev0"}};
  }
  return {{Operator::kGreater,
           with_epoch(version, version.release) + ".post" + std::string(kLastPost)}};
}

// The comparators; of !=, those of what it excludes.
AllOf comparators_of(const Specifier& specifier) {
  const Pep440& version = specifier.version;
  const std::string text(specifier.text);
  switch (specifier.kind) {
    case Kind::kArbitrary:
      return {{Operator::kEqual, text}};
    case Kind::kPrefix:
      return within(with_epoch(version, version.release) + ".dev0",
                    end_of_prefix(version, version.release));
    case Kind::kCompatible:
      return within(text, end_of_prefix(version, parent_of(version.release)));
    case Kind::kCompared:
      break;
  }
  switch (specifier.op) {
    case Operator::kEqual:
    case Operator::kNotEqual:
      if (!version.local.empty()) return {{Operator::kEqual, text}};
      return within(text, end_of_locals(version));
    case Operator::kLessOrEqual:
      return {{Operator::kLess, end_of_locals(version)}};
    case Operator::kLess:
      // Not the version's own pre-releases, unless it is one.
      return {{Operator::kLess, version.is_pre_release() ? text : text + ".dev0"}};
    case Operator::kGreater:
      return above(version);
    case Operator::kGreaterOrEqual:
      break;
  }
  return {{Operator::kGreaterOrEqual, text}};
}

std::strong_ordering order_of(std::string_view a, std::string_view b) {
  const auto order = compare(Scheme::kPep440, a, b);
  return order ? *order : a.compare(b) <=> 0;
}

bool is_in(const AllOf& all, std::string_view version) {
  for (const Comparator& comparator : all) {
    if (!agrees(comparator.op, order_of(version, comparator.version))) return false;
  }
  return true;
}

bool equals_as_text(std::string_view a, std::string_view b) {
  std::string lower;
  for (const char c : b) lower += to_lower(c);
  return equals_ignoring_case(a, lower);
}

}  // namespace

Result<AnyOf> parse_pep440_specifiers(std::string_view range) {
  ASSIGN_OR_RETURN(const auto specifiers, parse_specifiers(range));
  AnyOf alternatives = {{}};
  for (const Specifier& specifier : specifiers) {
    AllOf all = comparators_of(specifier);
    const bool excludes = specifier.op == Operator::kNotEqual;
    if (!excludes || all.size() == 1) {
      for (Comparator& comparator : all) {
        if (excludes) comparator.op = Operator::kNotEqual;
        for (AllOf& alternative : alternatives) alternative.push_back(comparator);
      }
      continue;
    }
    // Not within: below the first or from the second on.
    if (alternatives.size() > kAlternativesMax) return no_range(range);
    AnyOf above = alternatives;
    for (AllOf& alternative : alternatives)
      alternative.push_back({Operator::kLess, all[0].version});
    for (AllOf& alternative : above) {
      alternative.push_back({Operator::kGreaterOrEqual, all[1].version});
      alternatives.push_back(std::move(alternative));
    }
  }
  return alternatives;
}

Result<bool> satisfies_pep440(std::string_view range, std::string_view text) {
  ASSIGN_OR_RETURN(const auto specifiers, parse_specifiers(range));
  const bool is_version = parse_pep440(text).has_value();
  for (const Specifier& specifier : specifiers) {
    if (specifier.kind == Kind::kArbitrary) {
      if (!equals_as_text(text, specifier.text)) return false;
    } else if (!is_version ||
               is_in(comparators_of(specifier), text) == (specifier.op == Operator::kNotEqual)) {
      return false;
    }
  }
  return true;
}

}  // namespace azekura::scanner::version
