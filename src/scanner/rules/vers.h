// Vers: version ranges of all ecosystems in one notation (package-url's vers). For this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner::rules {

inline constexpr std::size_t kConstraintsMax = 1000;

class Vers {
 public:
  // "vers:npm/1.2.3|>=2.0.0|<5.0.0", "vers:maven/*". kInvalid; kUnsupported for a type whose order
  // is not known.
  static Result<Vers> parse(std::string_view text);

  // False also for what is no version of that type.
  bool contains(std::string_view version) const;

 private:
  enum class Comparator : std::uint8_t {
    kEqual,
    kNot,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual
  };
  struct Constraint {
    Comparator comparator;
    std::string version;
  };
  static bool is_upper(Comparator comparator);
  bool holds(const Constraint& constraint, std::string_view version) const;

  version::Scheme scheme_ = version::Scheme::kGeneric;
  bool all_ = false;
  std::vector<Constraint> exact_;   // = and !=
  std::vector<Constraint> bounds_;  // the rest, as they came: ascending
};

}  // namespace azekura::scanner::rules
