// Composer's normal form of versions; inside the room only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace azekura::scanner::version {

// [._-]?(stable|beta|…)(numbers)[.-]?dev, which may follow a version.
struct ComposerModifier {
  std::string_view word;     // as it is written
  std::string_view numbers;  // with the separators between and before them
  bool is_dev = false;
};

// What remains of `text` as a modifier; nothing if it is something else. The empty text is one.
std::optional<ComposerModifier> parse_composer_modifier(std::string_view text);

// VersionParser::normalize(): 1.2-b3 becomes 1.2.0.0-beta3, master dev-master. Nothing if Composer
// refuses the version.
std::optional<std::string> normalize_composer(std::string_view version);

// VersionParser::parseStability() == "stable".
bool is_stable_composer(std::string_view normalized);

}  // namespace azekura::scanner::version
