#include "scanner/inventory/packages.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "scanner/inventory/apk.h"
#include "scanner/inventory/dpkg.h"
#include "scanner/inventory/os_release.h"
#include "scanner/inventory/package_records.h"
#include "scanner/inventory/rpm.h"

namespace azekura::scanner::inventory {
namespace {

enum class Family : std::uint8_t { kDpkg, kApk, kRpm };

Family family_of(Ecosystem ecosystem) {
  if (ecosystem == Ecosystem::kDebian || ecosystem == Ecosystem::kUbuntu) return Family::kDpkg;
  return ecosystem == Ecosystem::kAlpine ? Family::kApk : Family::kRpm;
}

class Taking {
 public:
  explicit Taking(const Root& root) : root_(root) {}

  Inventory run() {
    take_distribution();
    take_dpkg();
    take_apk();
    take_rpm();
    return std::move(out_);
  }

 private:
  void complain(std::string location, const Error& why) {
    const bool limit = why.code == Code::kExhausted;
    const bool malformed = why.code == Code::kInvalid || why.code == Code::kCorrupt;
    out_.problems.push_back({.kind = limit       ? Problem::Kind::kLimit
                                     : malformed ? Problem::Kind::kMalformed
                                                 : Problem::Kind::kUnreadable,
                             .location = std::move(location),
                             .why = why.message});
  }

  // Nothing if it is not there, or not to be read: then that is a problem.
  std::optional<std::string> read(std::string_view path, std::uint64_t octets_max) {
    auto octets = root_.read(path, octets_max);
    if (octets) return std::move(*octets);
    if (octets.error().code != Code::kNotFound) complain(std::string(path), octets.error());
    return std::nullopt;
  }

  // The distribution's packages are of its ecosystem; those of another kind (rpm's on Debian) of
  // none.
  Ecosystem ecosystem_of(Family family) const {
    if (!out_.distribution) return Ecosystem::kUnknown;
    const Ecosystem ecosystem = out_.distribution->release.ecosystem;
    return family_of(ecosystem) == family ? ecosystem : Ecosystem::kUnknown;
  }

  void add(const std::string& location, std::string_view format, Result<ReadOutcome> outcome) {
    out_.files.push_back({.location = location, .format = std::string(format), .components = 0});
    if (!outcome) return complain(location, outcome.error());
    out_.files.back().components = static_cast<std::uint32_t>(outcome->components.size());
    for (Component& component : outcome->components) component.location = location;
    for (Problem& problem : outcome->problems) problem.location = location;
    std::ranges::move(outcome->problems, std::back_inserter(out_.problems));
    if (out_.components.empty()) {
      out_.components = std::move(outcome->components);
    } else {
      std::ranges::move(outcome->components, std::back_inserter(out_.components));
    }
  }

  void take_distribution() {
    for (const std::string_view path : kOsReleaseFiles) {
      const auto octets = read(path, kOsReleaseSizeMax);
      if (!octets) continue;
      const auto debian = root_.read(kDebianVersionFile, kOsReleaseSizeMax);
      auto distribution = read_os_release(*octets, debian ? std::string_view(*debian) : "");
      out_.files.push_back({.location = std::string(path), .format = "os-release"});
      if (distribution) {
        out_.distribution = std::move(*distribution);
        return;
      }
      complain(std::string(path), distribution.error());
    }
  }

  void take_dpkg() {
    const Ecosystem ecosystem = ecosystem_of(Family::kDpkg);
    if (const auto octets = read(kDpkgStatusFile, kPackageRecordSizeMax)) {
      add(std::string(kDpkgStatusFile), "dpkg status",
          read_dpkg_packages(*octets, DpkgStanzas::kInstalled, ecosystem));
    }
    for (const std::string& name : root_.list(kDpkgStatusFolder)) {
      if (name.ends_with(kDpkgSumsEnd)) continue;
      const std::string path = std::string(kDpkgStatusFolder) + "/" + name;
      const auto octets = read(path, kPackageRecordSizeMax);
      if (octets) {
        add(path, "dpkg status", read_dpkg_packages(*octets, DpkgStanzas::kAll, ecosystem));
      }
    }
  }

  void take_apk() {
    for (const std::string_view path : kApkFiles) {
      const auto octets = read(path, kPackageRecordSizeMax);
      if (!octets) continue;
      return add(std::string(path), "apk installed",
                 read_apk_installed(*octets, ecosystem_of(Family::kApk)));
    }
  }

  void take_rpm() {
    const auto location = rpm_database_of(root_);
    if (!location) return;
    auto octets = read(*location, kRpmDatabaseSizeMax);
    if (!octets) return;
    auto journal = root_.read(*location + std::string(kRpmJournalEnd), kRpmDatabaseSizeMax);
    add(*location, "rpm database",
        read_rpm_database(
            {.octets = std::move(*octets), .journal = std::move(journal).value_or("")},
            ecosystem_of(Family::kRpm)));
  }

  const Root& root_;
  Inventory out_;
};

}  // namespace

Inventory read_root(const Root& root) { return Taking(root).run(); }

}  // namespace azekura::scanner::inventory
