// Which ecosystem a purl speaks of, and the way back.

#include <algorithm>
#include <array>

#include "scanner/terms/purl.h"
#include "scanner/terms/text.h"

namespace azekura::scanner {
namespace {

// How a package's name is put together from namespace and name.
enum class Join : std::uint8_t { kName, kSlash, kColon };

struct Language {
  std::string_view type;
  Ecosystem ecosystem;
  Join join = Join::kName;
};
constexpr std::array kLanguages{
    Language{"npm", Ecosystem::kNpm, Join::kSlash},
    Language{"pypi", Ecosystem::kPyPI},
    Language{"maven", Ecosystem::kMaven, Join::kColon},
    Language{"golang", Ecosystem::kGo, Join::kSlash},
    Language{"cargo", Ecosystem::kCratesIo},
    Language{"gem", Ecosystem::kRubyGems},
    Language{"composer", Ecosystem::kPackagist, Join::kSlash},
    Language{"nuget", Ecosystem::kNuGet},
    Language{"pub", Ecosystem::kPub},
    Language{"hex", Ecosystem::kHex, Join::kSlash},
    Language{"conan", Ecosystem::kConan, Join::kSlash},
    Language{"bitnami", Ecosystem::kBitnami},
};

// A distribution's namespaces, the first of which we write, and how the qualifier distro begins.
struct Distribution {
  std::string_view type;
  std::string_view space;
  Ecosystem ecosystem;
  std::string_view prefix;  // we write "debian-12"
};
constexpr std::array kDistributions{
    Distribution{"deb", "debian", Ecosystem::kDebian, "debian"},
    Distribution{"deb", "ubuntu", Ecosystem::kUbuntu, "ubuntu"},
    Distribution{"apk", "alpine", Ecosystem::kAlpine, "alpine"},
    Distribution{"rpm", "almalinux", Ecosystem::kAlmaLinux, "almalinux"},
    Distribution{"rpm", "alma", Ecosystem::kAlmaLinux, "almalinux"},
    Distribution{"rpm", "rocky", Ecosystem::kRockyLinux, "rocky"},
    Distribution{"rpm", "rockylinux", Ecosystem::kRockyLinux, "rocky"},
    Distribution{"rpm", "redhat", Ecosystem::kRedHat, "rhel"},
    Distribution{"rpm", "rhel", Ecosystem::kRedHat, "rhel"},
    Distribution{"rpm", "centos", Ecosystem::kRedHat, "centos"},
    Distribution{"rpm", "amazon", Ecosystem::kAmazonLinux, "amzn"},
    Distribution{"rpm", "amzn", Ecosystem::kAmazonLinux, "amzn"},
    Distribution{"rpm", "suse", Ecosystem::kSuse, "sles"},
    Distribution{"rpm", "sles", Ecosystem::kSuse, "sles"},
    Distribution{"rpm", "opensuse", Ecosystem::kOpenSuse, "opensuse"},
    Distribution{"rpm", "oracle", Ecosystem::kOracleLinux, "ol"},
    Distribution{"rpm", "oraclelinux", Ecosystem::kOracleLinux, "ol"},
    Distribution{"rpm", "fedora", Ecosystem::kFedora, "fedora"},
};

struct Codename {
  std::string_view codename;
  Ecosystem ecosystem;
  std::string_view release;
};
constexpr std::array kCodenames{
    Codename{"wheezy", Ecosystem::kDebian, "7"},
    Codename{"jessie", Ecosystem::kDebian, "8"},
    Codename{"stretch", Ecosystem::kDebian, "9"},
    Codename{"buster", Ecosystem::kDebian, "10"},
    Codename{"bullseye", Ecosystem::kDebian, "11"},
    Codename{"bookworm", Ecosystem::kDebian, "12"},
    Codename{"trixie", Ecosystem::kDebian, "13"},
    Codename{"forky", Ecosystem::kDebian, "14"},
    Codename{"sid", Ecosystem::kDebian, "sid"},
    Codename{"precise", Ecosystem::kUbuntu, "12.04"},
    Codename{"trusty", Ecosystem::kUbuntu, "14.04"},
    Codename{"xenial", Ecosystem::kUbuntu, "16.04"},
    Codename{"bionic", Ecosystem::kUbuntu, "18.04"},
    Codename{"focal", Ecosystem::kUbuntu, "20.04"},
    Codename{"jammy", Ecosystem::kUbuntu, "22.04"},
    Codename{"kinetic", Ecosystem::kUbuntu, "22.10"},
    Codename{"lunar", Ecosystem::kUbuntu, "23.04"},
    Codename{"mantic", Ecosystem::kUbuntu, "23.10"},
    Codename{"noble", Ecosystem::kUbuntu, "24.04"},
    Codename{"oracular", Ecosystem::kUbuntu, "24.10"},
    Codename{"plucky", Ecosystem::kUbuntu, "25.04"},
    Codename{"questing", Ecosystem::kUbuntu, "25.10"},
};

// The part of "debian-12.5", "opensuse-leap-15.5" or "12" from the first digit.
std::string_view numbers_of(std::string_view distro) {
  const std::size_t at = distro.find_first_of("0123456789");
  return at == std::string_view::npos ? std::string_view() : distro.substr(at);
}

std::string major_of(std::string_view numbers) {
  return std::string(numbers.substr(0, numbers.find_first_not_of("0123456789")));
}

// "15.5" of "15.5-foo".
std::string_view major_minor_of(std::string_view numbers) {
  const std::size_t point = numbers.find('.');
  const std::size_t end =
      numbers.find_first_not_of("0123456789", point == std::string_view::npos ? 0 : point + 1);
  return numbers.substr(0, end);
}

std::string suse_release(std::string_view numbers) {
  const auto [major, minor] = split_once(major_minor_of(numbers), '.');
  if (major.empty()) return {};
  std::string release = "Linux Enterprise Server " + std::string(major);
  if (!minor.empty() && minor != "0") release.append(" SP").append(minor);
  return release;
}

std::string alpine_release(std::string_view distro) {
  // A version with a date belongs to what will be the next release.
  if (distro.find("edge") != std::string_view::npos || distro.find('_') != std::string_view::npos) {
    return "edge";
  }
  const std::string_view numbers = major_minor_of(numbers_of(distro));
  return numbers.empty() ? "" : "v" + std::string(numbers);
}

// "8.6" is a point of the main stream; "8.4-eus" is a stream of its own.
std::string red_hat_release(std::string_view numbers) {
  constexpr std::array<std::string_view, 5> kStreams{"eus", "aus", "tus", "e4s", "els"};
  const auto [version, stream] = split_once(numbers, '-');
  if (std::find(kStreams.begin(), kStreams.end(), stream) == kStreams.end())
    return major_of(numbers);
  return std::string(major_minor_of(version)) + "-" + std::string(stream);
}

std::string open_suse_release(const std::string& distro) {
  if (distro.find("tumbleweed") != std::string::npos) return "Tumbleweed";
  const std::string_view numbers = major_minor_of(numbers_of(distro));
  return numbers.empty() ? "" : "Leap " + std::string(numbers);
}

std::string ubuntu_release(std::string_view numbers) {
  std::string release(major_minor_of(numbers));
  return numbers.ends_with(":pro") ? release + ":Pro" : release;
}

std::string release_of(Ecosystem ecosystem, const std::string& distro) {
  const std::string_view numbers = numbers_of(distro);
  if (numbers.empty()) {
    for (const Codename& each : kCodenames) {
      if (each.ecosystem == ecosystem && distro.ends_with(each.codename))
        return std::string(each.release);
    }
  }
  switch (ecosystem) {
    case Ecosystem::kUbuntu:
      return ubuntu_release(numbers);
    case Ecosystem::kAlpine:
      return alpine_release(distro);
    case Ecosystem::kSuse:
      return suse_release(numbers);
    case Ecosystem::kOpenSuse:
      return open_suse_release(distro);
    case Ecosystem::kRedHat:
      return red_hat_release(numbers);
    default:
      return major_of(numbers);
  }
}

// "Linux Enterprise Server 15 SP5" → "15.5".
std::string suse_numbers(std::string_view release) {
  constexpr std::string_view kPrefix = "Linux Enterprise Server ";
  if (!release.starts_with(kPrefix)) return {};
  std::string numbers(release.substr(kPrefix.size()));
  const std::size_t at = numbers.find(" SP");
  return at == std::string::npos ? numbers : numbers.replace(at, 3, ".");
}

std::string distro_of(const EcosystemRelease& where, std::string_view prefix) {
  std::string release = to_lower(where.release);
  if (where.ecosystem == Ecosystem::kAlpine && release.starts_with('v')) release.erase(0, 1);
  if (where.ecosystem == Ecosystem::kSuse) release = suse_numbers(where.release);
  std::replace(release.begin(), release.end(), ' ', '-');  // "leap 15.5"
  return release.empty() ? "" : std::string(prefix) + "-" + release;
}

const Language* language_of(std::string_view type) {
  const auto* found = std::find_if(kLanguages.begin(), kLanguages.end(),
                                   [&](const Language& each) { return each.type == type; });
  return found == kLanguages.end() ? nullptr : found;
}

// Splits a name before its last part: "org.apache:commons" at ':', "github.com/a/b" at '/'.
void set_name(Purl& purl, std::string_view name, Join join) {
  const std::size_t at =
      join == Join::kName ? std::string_view::npos : name.rfind(join == Join::kColon ? ':' : '/');
  if (at == std::string_view::npos) {
    purl.name = name;
    return;
  }
  purl.space = name.substr(0, at);
  purl.name = name.substr(at + 1);
}

// rpm's purls have the epoch apart: "1:2.3-4" is 2.3-4 with epoch=1.
void set_rpm_version(Purl& purl, std::string_view version) {
  const auto [epoch, rest] = split_once(version, ':');
  if (epoch.size() == version.size()) {
    purl.version = version;
    return;
  }
  purl.version = rest;
  if (epoch != "0") purl.qualifiers["epoch"] = epoch;
}

}  // namespace

EcosystemRelease ecosystem_of(const Purl& purl) {
  if (const Language* language = language_of(purl.type)) return {language->ecosystem, {}};
  for (const Distribution& each : kDistributions) {
    if (each.type != purl.type || each.space != purl.space) continue;
    const auto distro = purl.qualifiers.find("distro");
    if (distro == purl.qualifiers.end()) return {each.ecosystem, {}};
    return {each.ecosystem, release_of(each.ecosystem, to_lower(distro->second))};
  }
  return {};
}

std::string package_name_of(const Purl& purl) {
  const Language* language = language_of(purl.type);
  const EcosystemRelease where = ecosystem_of(purl);
  std::string name = purl.name;
  if (language != nullptr && language->join != Join::kName && !purl.space.empty()) {
    name = purl.space + (language->join == Join::kColon ? ":" : "/") + name;
  }
  return normalized_name(where.ecosystem, name);
}

std::string package_version_of(const Purl& purl) {
  const auto epoch = purl.qualifiers.find("epoch");
  if (purl.type != "rpm" || epoch == purl.qualifiers.end() || purl.version.empty())
    return purl.version;
  return epoch->second + ":" + purl.version;
}

Purl make_purl(const EcosystemRelease& where, std::string_view name, std::string_view version) {
  Purl purl{.type = "generic", .space = {}, .name = {}, .version = std::string(version)};
  for (const Language& each : kLanguages) {
    if (each.ecosystem != where.ecosystem) continue;
    purl.type = each.type;
    set_name(purl, name, each.join);
  }
  for (const Distribution& each : kDistributions) {
    if (each.ecosystem != where.ecosystem) continue;
    purl.type = each.type;
    purl.space = each.space;
    purl.name = name;
    if (each.type == "rpm") set_rpm_version(purl, version);
    if (const std::string distro = distro_of(where, each.prefix); !distro.empty()) {
      purl.qualifiers["distro"] = distro;
    }
    break;
  }
  if (where.ecosystem == Ecosystem::kCpe) {  // "a:vendor:product"
    set_name(purl, split_once(name, ':').second, Join::kColon);
  }
  if (purl.name.empty()) purl.name = name;
  return normalized(purl).value_or(purl);
}

}  // namespace azekura::scanner
