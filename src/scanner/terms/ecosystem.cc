#include "scanner/terms/ecosystem.h"

#include <algorithm>
#include <array>

#include "scanner/terms/text.h"

namespace azekura::scanner {
namespace {

using version::Scheme;

enum class Fold : std::uint8_t { kNone, kLower, kPep503, kGo };

struct Row {
  Ecosystem ecosystem;
  std::string_view name;
  Scheme scheme;
  Fold fold;
  bool distribution = false;
};

// In the order of the enumeration.
constexpr std::array kRows{
    Row{Ecosystem::kUnknown, "", Scheme::kExact, Fold::kNone},
    Row{Ecosystem::kDebian, "Debian", Scheme::kDpkg, Fold::kLower, true},
    Row{Ecosystem::kUbuntu, "Ubuntu", Scheme::kDpkg, Fold::kLower, true},
    Row{Ecosystem::kAlpine, "Alpine", Scheme::kApk, Fold::kNone, true},
    Row{Ecosystem::kAlmaLinux, "AlmaLinux", Scheme::kRpm, Fold::kNone, true},
    Row{Ecosystem::kRockyLinux, "Rocky Linux", Scheme::kRpm, Fold::kNone, true},
    Row{Ecosystem::kRedHat, "Red Hat", Scheme::kRpm, Fold::kNone, true},
    Row{Ecosystem::kAmazonLinux, "Amazon Linux", Scheme::kRpm, Fold::kNone, true},
    Row{Ecosystem::kSuse, "SUSE", Scheme::kRpm, Fold::kNone, true},
    Row{Ecosystem::kOpenSuse, "openSUSE", Scheme::kRpm, Fold::kNone, true},
    Row{Ecosystem::kOracleLinux, "Oracle Linux", Scheme::kRpm, Fold::kNone, true},
    Row{Ecosystem::kFedora, "Fedora", Scheme::kRpm, Fold::kNone, true},
    Row{Ecosystem::kNpm, "npm", Scheme::kSemver, Fold::kNone},
    Row{Ecosystem::kPyPI, "PyPI", Scheme::kPep440, Fold::kPep503},
    Row{Ecosystem::kMaven, "Maven", Scheme::kMaven, Fold::kNone},
    Row{Ecosystem::kGo, "Go", Scheme::kGo, Fold::kGo},
    Row{Ecosystem::kCratesIo, "crates.io", Scheme::kSemver, Fold::kNone},
    Row{Ecosystem::kRubyGems, "RubyGems", Scheme::kGem, Fold::kNone},
    Row{Ecosystem::kPackagist, "Packagist", Scheme::kComposer, Fold::kLower},
    Row{Ecosystem::kNuGet, "NuGet", Scheme::kNuget, Fold::kLower},
    Row{Ecosystem::kPub, "Pub", Scheme::kPub, Fold::kLower},
    Row{Ecosystem::kHex, "Hex", Scheme::kSemver, Fold::kLower},
    Row{Ecosystem::kConan, "ConanCenter", Scheme::kGeneric, Fold::kNone},
    Row{Ecosystem::kBitnami, "Bitnami", Scheme::kBitnami, Fold::kLower},
    Row{Ecosystem::kCpe, "CPE", Scheme::kGeneric, Fold::kLower},
    Row{Ecosystem::kJavaScript, "JavaScript", Scheme::kGeneric, Fold::kNone},
    Row{Ecosystem::kRuntime, "Runtime", Scheme::kGeneric, Fold::kLower},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].ecosystem) != i) return false;
  }
  return true;
}
static_assert(in_order());
static_assert(kRows.size() == kEcosystemCount);

const Row& row_of(Ecosystem ecosystem) {
  const auto index = static_cast<std::size_t>(ecosystem);
  return kRows[index < kRows.size() ? index : 0];
}

bool starts_with_digit(std::string_view text) { return !text.empty() && is_digit(text.front()); }

// Red Hat's update streams beside the main one, by the product in the CPE.
struct Stream {
  std::string_view product;
  std::string_view suffix;
};
constexpr std::array kStreams{
    Stream{"rhel_eus", "-eus"}, Stream{"rhel_aus", "-aus"}, Stream{"rhel_tus", "-tus"},
    Stream{"rhel_e4s", "-e4s"}, Stream{"rhel_els", "-els"}, Stream{"enterprise_linux_eus", "-eus"},
};

// "enterprise_linux:9::baseos", "rhel_eus:8.4::appstream"; nothing for other products.
std::string red_hat_release(std::string_view cpe) {
  const auto [product, rest] = split_once(cpe, ':');
  const std::string_view version = split_once(rest, ':').first;
  if (!starts_with_digit(version)) return {};
  if (product == "enterprise_linux") return std::string(split_once(version, '.').first);
  for (const Stream& stream : kStreams) {
    if (product == stream.product) return std::string(version) + std::string(stream.suffix);
  }
  return {};
}

// "22.04:LTS", "Pro:22.04:LTS", "24.10"; nothing for further archives ("Pro:FIPS:20.04:LTS").
std::string ubuntu_release(std::string_view suffix) {
  const bool pro = suffix.starts_with("Pro:");
  if (pro) suffix.remove_prefix(4);
  const auto [version, rest] = split_once(suffix, ':');
  if (!starts_with_digit(version) || (!rest.empty() && rest != "LTS")) return {};
  return std::string(version) + (pro ? ":Pro" : "");
}

bool is_ubuntu_lts(std::string_view version) {
  const auto [year, month] = split_once(version, '.');
  return month == "04" && !year.empty() && is_digit(year.back()) && (year.back() - '0') % 2 == 0;
}

// PEP 503: runs of -, _ and . are one -.
std::string pep503(std::string_view name) {
  std::string normalized;
  for (const char c : name) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator) normalized += to_lower(c);
    if (separator && !normalized.ends_with('-')) normalized += '-';
  }
  return normalized;
}

std::string go_module(std::string_view path) {
  if (path == "std") return "stdlib";
  if (path == "cmd") return "toolchain";
  return to_lower(path);
}

}  // namespace

std::string_view name_of(Ecosystem ecosystem) { return row_of(ecosystem).name; }
bool is_distribution(Ecosystem ecosystem) { return row_of(ecosystem).distribution; }
version::Scheme scheme_of(Ecosystem ecosystem) { return row_of(ecosystem).scheme; }

EcosystemRelease parse_ecosystem(std::string_view osv) {
  const auto [name, suffix] = split_once(osv, ':');
  const auto* row = std::find_if(kRows.begin() + 1, kRows.end(),
                                 [name = name](const Row& each) { return each.name == name; });
  if (row == kRows.end()) return {};
  if (!row->distribution) return {row->ecosystem, {}};  // a suffix is the address of a registry
  if (suffix.empty()) return {row->ecosystem, {}};

  std::string release(suffix);
  if (row->ecosystem == Ecosystem::kRedHat) release = red_hat_release(suffix);
  if (row->ecosystem == Ecosystem::kUbuntu) release = ubuntu_release(suffix);
  if (row->ecosystem == Ecosystem::kAlpine && starts_with_digit(suffix)) release.insert(0, "v");
  if (release.empty()) return {};
  return {row->ecosystem, std::move(release)};
}

std::string osv_name(const EcosystemRelease& ecosystem) {
  std::string name(name_of(ecosystem.ecosystem));
  std::string_view release = ecosystem.release;
  if (release.empty()) return name;
  name += ':';
  if (ecosystem.ecosystem == Ecosystem::kRedHat) {
    const auto [version, stream] = split_once(release, '-');
    name += stream.empty() ? "enterprise_linux" : "rhel_" + std::string(stream);
    return name.append(":").append(version);
  }
  if (ecosystem.ecosystem == Ecosystem::kUbuntu) {
    if (release.ends_with(":Pro")) {
      name += "Pro:";
      release.remove_suffix(4);
    }
    name += release;
    return is_ubuntu_lts(release) ? name + ":LTS" : name;
  }
  return name.append(release);
}

std::string normalized_name(Ecosystem ecosystem, std::string_view name) {
  switch (row_of(ecosystem).fold) {
    case Fold::kNone:
      return std::string(name);
    case Fold::kLower:
      return to_lower(name);
    case Fold::kPep503:
      return pep503(name);
    case Fold::kGo:
      return go_module(name);
  }
  return std::string(name);
}

}  // namespace azekura::scanner
