#include "scanner/rules/vers.h"

#include <algorithm>
#include <array>

#include "scanner/terms/text.h"

namespace azekura::scanner::rules {
namespace {

using version::Scheme;

struct Type {
  std::string_view type;
  Scheme scheme;
};
constexpr std::array kTypes{
    Type{"npm", Scheme::kSemver},     Type{"semver", Scheme::kSemver},
    Type{"cargo", Scheme::kSemver},   Type{"hex", Scheme::kSemver},
    Type{"pypi", Scheme::kPep440},    Type{"maven", Scheme::kMaven},
    Type{"gem", Scheme::kGem},        Type{"golang", Scheme::kGo},
    Type{"go", Scheme::kGo},          Type{"deb", Scheme::kDpkg},
    Type{"debian", Scheme::kDpkg},    Type{"rpm", Scheme::kRpm},
    Type{"apk", Scheme::kApk},        Type{"alpine", Scheme::kApk},
    Type{"nuget", Scheme::kNuget},    Type{"composer", Scheme::kComposer},
    Type{"pub", Scheme::kPub},        Type{"bitnami", Scheme::kBitnami},
    Type{"conan", Scheme::kGeneric},  Type{"generic", Scheme::kGeneric},
    Type{"intdot", Scheme::kGeneric}, Type{"all", Scheme::kGeneric},
    Type{"none", Scheme::kGeneric},
};

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Versions may be percent-encoded; what encodes nothing stays.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    out += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
    if (low >= 0) i += 2;
  }
  return out;
}

}  // namespace

Result<Vers> Vers::parse(std::string_view text) {
  if (!text.starts_with("vers:"))
    return fail(Code::kInvalid, "the version range does not begin with vers:");
  const auto [type, constraints] = split_once(text.substr(5), '/');
  const auto* known = std::find_if(kTypes.begin(), kTypes.end(),
                                   [type = type](const Type& each) { return each.type == type; });
  if (known == kTypes.end()) {
    return fail(Code::kUnsupported,
                "the version range is of the unknown type " + std::string(type.substr(0, 64)));
  }
  Vers vers;
  vers.scheme_ = known->scheme;
  if (constraints == "*") {
    vers.all_ = true;
    return vers;
  }
  struct Sign {
    std::string_view sign;
    Comparator comparator;
  };
  constexpr std::array kSigns{Sign{"!=", Comparator::kNot},
                              Sign{"<=", Comparator::kLessOrEqual},
                              Sign{">=", Comparator::kGreaterOrEqual},
                              Sign{"<", Comparator::kLess},
                              Sign{">", Comparator::kGreater},
                              Sign{"=", Comparator::kEqual},
                              Sign{"", Comparator::kEqual}};
  for (std::string_view rest = constraints; !rest.empty();) {
    const auto [part, after] = split_once(rest, '|');
    rest = after;
    const auto* sign = std::find_if(kSigns.begin(), kSigns.end(), [part = part](const Sign& each) {
      return part.starts_with(each.sign);
    });
    Constraint constraint{sign->comparator, decoded(part.substr(sign->sign.size()))};
    if (constraint.version.empty())
      return fail(Code::kInvalid, "the version range has an empty constraint");
    const bool exact =
        sign->comparator == Comparator::kEqual || sign->comparator == Comparator::kNot;
    (exact ? vers.exact_ : vers.bounds_).push_back(std::move(constraint));
    if (vers.exact_.size() + vers.bounds_.size() > kConstraintsMax) {
      return fail(Code::kInvalid, "the version range has too many constraints");
    }
  }
  if (vers.exact_.empty() && vers.bounds_.empty()) {
    return fail(Code::kInvalid, "the version range has no constraint");
  }
  return vers;
}

bool Vers::is_upper(Comparator comparator) {
  return comparator == Comparator::kLess || comparator == Comparator::kLessOrEqual;
}

bool Vers::holds(const Constraint& constraint, std::string_view version) const {
  const auto order = version::compare(scheme_, version, constraint.version);
  if (!order) return false;
  switch (constraint.comparator) {
    case Comparator::kEqual:
      return *order == 0;
    case Comparator::kNot:
      return *order != 0;
    case Comparator::kLess:
      return *order < 0;
    case Comparator::kLessOrEqual:
      return *order <= 0;
    case Comparator::kGreater:
      return *order > 0;
    case Comparator::kGreaterOrEqual:
      return *order >= 0;
  }
  return false;
}

// The algorithm of the specification ("Checking if a version is contained within a range").
bool Vers::contains(std::string_view version) const {
  if (all_) return true;
  for (const Constraint& each : exact_) {
    const bool equal = each.comparator == Comparator::kEqual;
    if (holds(each, version) == equal) return equal;
  }
  if (bounds_.empty()) {
    // Only exclusions: everything else is in.
    return std::all_of(exact_.begin(), exact_.end(),
                       [](const Constraint& each) { return each.comparator == Comparator::kNot; });
  }
  if (is_upper(bounds_.front().comparator) && holds(bounds_.front(), version)) return true;
  if (!is_upper(bounds_.back().comparator) && holds(bounds_.back(), version)) return true;
  for (std::size_t i = 0; i + 1 < bounds_.size(); ++i) {
    const bool pair = !is_upper(bounds_[i].comparator) && is_upper(bounds_[i + 1].comparator);
    if (pair && holds(bounds_[i], version) && holds(bounds_[i + 1], version)) return true;
  }
  return false;
}

}  // namespace azekura::scanner::rules
