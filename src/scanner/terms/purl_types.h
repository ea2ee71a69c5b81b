// What the purl specification's type definitions say, as data. For this room only.
#pragma once

#include <cstdint>
#include <string_view>

namespace azekura::scanner::purl {

enum class Space : std::uint8_t { kOptional, kRequired, kProhibited };

// How a part is normalised.
enum class Fold : std::uint8_t {
  kNone,
  kLower,
  kUpper,
  kPypi,        // lower case, _ is -
  kPub,         // lower case, what is no letter and no digit is _
  kDatabricks,  // lower case where the qualifier repository_url names Databricks
  kGitHub,      // lower case where the namespace is GitHub
};

// What a part may be, where a type says more than "anything".
enum class Shape : std::uint8_t {
  kAny,
  kNoDoubleColon,
  kExtensionId,  // 32 letters from a to p
  kFourNumbers,  // 1 to 4 numbers with points between
};

struct Type {
  std::string_view type;
  // Where many tools leave a namespace out that the definition requires, it is optional here.
  Space space = Space::kOptional;
  Fold space_fold = Fold::kNone;
  Fold name_fold = Fold::kNone;
  Fold version_fold = Fold::kNone;
  Shape name_shape = Shape::kAny;
  Shape version_shape = Shape::kAny;
  std::string_view qualifier_required = {};
  // The namespace is the first segment only, and the name holds the rest with its slashes.
  bool name_is_path = false;
};

// A type without particular rules has the defaults.
const Type& type_of(std::string_view type);

}  // namespace azekura::scanner::purl
