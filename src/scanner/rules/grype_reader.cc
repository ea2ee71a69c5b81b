// The ignore rules of Grype's configuration.

#include <algorithm>
#include <array>

#include "scanner/rules/pattern.h"
#include "scanner/rules/reading.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::rules {
namespace {

struct Names {
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::array kLanguages{
    Names{"javascript", "npm"}, Names{"python", "PyPI"},    Names{"java", "Maven"},
    Names{"go", "Go"},          Names{"rust", "crates.io"}, Names{"ruby", "RubyGems"},
    Names{"php", "Packagist"},  Names{"dotnet", "NuGet"},   Names{"dart", "Pub"},
    Names{"elixir", "Hex"},     Names{"erlang", "Hex"},     Names{"c++", "ConanCenter"},
};
// The distributions of namespaces such as "debian:distro:debian:12".
constexpr std::array kDistributions{
    Names{"debian", "Debian"},
    Names{"ubuntu", "Ubuntu"},
    Names{"alpine", "Alpine"},
    Names{"almalinux", "AlmaLinux"},
    Names{"rockylinux", "Rocky Linux"},
    Names{"redhat", "Red Hat:enterprise_linux"},
    Names{"amazonlinux", "Amazon Linux"},
    Names{"oraclelinux", "Oracle Linux"},
    Names{"fedora", "Fedora"},
};
constexpr std::array kTypes{
    Names{"deb", "deb"},
    Names{"rpm", "rpm"},
    Names{"apk", "apk"},
    Names{"npm", "npm"},
    Names{"python", "pypi"},
    Names{"gem", "gem"},
    Names{"go-module", "golang"},
    Names{"java-archive", "maven"},
    Names{"jenkins-plugin", "maven"},
    Names{"rust-crate", "cargo"},
    Names{"php-composer", "composer"},
    Names{"dotnet", "nuget"},
    Names{"dart-pub", "pub"},
    Names{"hex", "hex"},
    Names{"conan", "conan"},
    Names{"bitnami", "bitnami"},
};

template <std::size_t kSize>
std::string_view translated(const std::array<Names, kSize>& table, std::string_view theirs) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Names& each) { return each.theirs == theirs; });
  return found == table.end() ? std::string_view() : found->ours;
}

// "github:language:python", "debian:distro:debian:12", "nvd:cpe". Empty: not known here.
std::string ecosystem_of_namespace(std::string_view space) {
  if (space == "nvd:cpe") return "CPE";
  const auto [provider, rest] = split_once(space, ':');
  const auto [kind, name] = split_once(rest, ':');
  if (kind == "language") return std::string(translated(kLanguages, split_once(name, ':').first));
  if (kind != "distro") return {};
  const auto [distribution, release] = split_once(name, ':');
  const std::string ours(translated(kDistributions, distribution));
  if (ours.empty() || release.empty()) return ours;
  return ours + ":" + (distribution == "alpine" && is_digit(release.front()) ? "v" : "") +
         std::string(release);
}

class Reader {
 public:
  explicit Reader(Reading& reading) : reading_(reading) {}

  void read(Json entry, const std::string& place) {
    Rule rule = reading_.rule(place);
    rule.reason = entry["reason"].string();
    if (const std::string id = entry["vulnerability"].scalar(); !id.empty()) rule.ids.push_back(id);
    if (const std::string why = unsayable(entry); !why.empty()) return reading_.problem(place, why);
    rule.only_state = entry["fix-state"].scalar();
    if (const std::string space = entry["namespace"].scalar(); !space.empty()) {
      rule.ecosystem = ecosystem_of_namespace(space);
      if (rule.ecosystem.empty())
        return reading_.problem(place, "its namespace is not known: " + space);
    }
    if (!read_package(entry["package"], rule, place)) return;
    const bool says_nothing = rule.ids.empty() && rule.only_state.empty() &&
                              rule.ecosystem.empty() && rule.name.empty() &&
                              rule.name_pattern.empty() && rule.version.empty() &&
                              rule.path_pattern.empty() && rule.purl_pattern.empty();
    if (says_nothing) return reading_.problem(place, "it would hold for everything");
    reading_.add(std::move(rule));
  }

 private:
  // What a rule asks for that a finding of ours does not have; leaving it out would let the rule
  // hold for more.
  static std::string unsayable(Json entry) {
    constexpr std::array<std::string_view, 6> kKeys{
        "vulnerability", "fix-state", "namespace", "vex-status", "vex-justification", "match-type"};
    if (std::string why = not_single(entry, kKeys); !why.empty()) return why;
    for (const char* key : {"vex-status", "vex-justification", "match-type"}) {
      const std::string value = entry[key].scalar();
      if (!value.empty()) return std::string(key) + " cannot be taken over: " + value;
    }
    const std::string upstream = entry["package"]["upstream-name"].scalar();
    if (!upstream.empty()) return "upstream-name cannot be taken over: " + upstream;
    constexpr std::array<std::string_view, 5> kStates{"", "fixed", "not-fixed", "wont-fix",
                                                      "unknown"};
    const std::string state = entry["fix-state"].scalar();
    if (std::find(kStates.begin(), kStates.end(), state) == kStates.end()) {
      return "its fix-state is not known: " + state;
    }
    return {};
  }

  bool read_package(Json package, Rule& rule, const std::string& place) {
    if (!package.missing() && !package.is_null() && !package.is_object())
      return told(place, "its package is none");
    constexpr std::array<std::string_view, 6> kKeys{"name",     "version",  "type",
                                                    "language", "location", "upstream-name"};
    for (const auto& [key, value] : package.members()) {
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
        return told(place, "what it asks of a package is not known: " + std::string(key));
    }
    if (const std::string why = not_single(package, kKeys); !why.empty()) return told(place, why);
    // A name is also tried as a pattern.
    if (const std::string name = package["name"].scalar(); !name.empty()) {
      (compile(name) && name != literal(name) ? rule.name_pattern : rule.name) = name;
    }
    rule.version = package["version"].scalar();
    if (const std::string glob = package["location"].scalar(); !glob.empty()) {
      rule.path_pattern = glob_pattern(glob);
      if (rule.path_pattern.empty()) return told(place, "its location is none: " + glob);
    }
    if (const std::string type = package["type"].scalar(); !type.empty()) {
      const std::string_view ours = translated(kTypes, type);
      if (ours.empty()) return told(place, "its type of package is not known: " + type);
      rule.purl_pattern = "pkg:" + literal(ours) + "/.*";
    }
    if (const std::string language = package["language"].scalar(); !language.empty()) {
      const std::string_view ours = translated(kLanguages, language);
      if (ours.empty()) return told(place, "its language is not known: " + language);
      if (!rule.ecosystem.empty() && rule.ecosystem != ours) {
        return told(place, "its namespace and its language contradict each other");
      }
      rule.ecosystem = ours;
    }
    return true;
  }

  bool told(const std::string& place, const std::string& why) {
    reading_.problem(place, why);
    return false;
  }

  Reading& reading_;
};

}  // namespace

// A problem has all its names here, so that `include-aliases` is always as if it were set.
void read_grype(Json root, Reading& reading) {
  Reader reader(reading);
  int number = 0;
  for (const Json entry : root["ignore"].items()) {
    reader.read(entry, "ignore, " + std::to_string(++number));
  }
}

}  // namespace azekura::scanner::rules
