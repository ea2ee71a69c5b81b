#include "scanner/inventory/sbom.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "scanner/inventory/module_label.h"
#include "scanner/inventory/os_release.h"
#include "scanner/terms/cpe.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kSha1Digits = 40;

std::string qualifier(const Purl& purl, const std::string& key) {
  const auto found = purl.qualifiers.find(key);
  return found == purl.qualifiers.end() ? std::string() : found->second;
}

// As the ecosystem's own tools write it.
std::string name_of(const Purl& purl, Ecosystem ecosystem) {
  if (is_distribution(ecosystem) || purl.space.empty()) return purl.name;
  return fmt::format("{}{}{}", purl.space, ecosystem == Ecosystem::kMaven ? ':' : '/', purl.name);
}

// rpm's epoch is a qualifier (purl-spec: rpm); dpkg's stands in the version, but some write it so
// too.
std::string version_of(const Purl& purl) {
  const std::string epoch = qualifier(purl, "epoch");
  if (epoch.empty() || epoch == "0" || contains(purl.version, ":")) return purl.version;
  return fmt::format("{}:{}", epoch, purl.version);
}

// `upstream`: "openssl", "openssl@3.0.11-1" or "openssl-3.0.7-1.el9.src.rpm".
void set_source(std::string upstream, Component& component) {
  constexpr std::string_view kSourceRpm = ".src.rpm";
  if (upstream.ends_with(kSourceRpm)) {
    upstream.resize(upstream.size() - kSourceRpm.size());
    const std::size_t release = upstream.rfind('-');
    const std::size_t version = release == std::string::npos || release == 0
                                    ? std::string::npos
                                    : upstream.rfind('-', release - 1);
    if (version == std::string::npos) return;
    component.source_version = upstream.substr(version + 1);
    component.source_name = upstream.substr(0, version);
    return;
  }
  const std::size_t at = upstream.find('@', 1);
  component.source_name = upstream.substr(0, at);
  if (at != std::string::npos) component.source_version = upstream.substr(at + 1);
}

bool has_sources(Ecosystem ecosystem) {
  return ecosystem == Ecosystem::kDebian || ecosystem == Ecosystem::kUbuntu ||
         ecosystem == Ecosystem::kAlpine;
}

void set_distribution_fields(const SbomEntry& entry, const Purl& purl, Component& component) {
  component.architecture = qualifier(purl, "arch");
  set_module(qualifier(purl, "modularitylabel"), component);
  if (component.module_stream.empty()) set_module(qualifier(purl, "rpmmod"), component);
  if (purl.type == "rpm") component.origin = entry.publisher;
  component.source_name = entry.source_name;
  component.source_version = entry.source_version;
  if (const std::string upstream = qualifier(purl, "upstream"); !upstream.empty()) {
    set_source(upstream, component);
  }
  if (!has_sources(component.ecosystem)) return;
  if (component.source_name.empty()) component.source_name = component.name;
  if (component.source_version.empty()) component.source_version = component.version;
}

bool is_plain_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::optional<Distribution> distribution_of(std::string_view id, std::string_view version) {
  if (id.empty() || !is_plain_word(id) || !is_plain_word(version)) return std::nullopt;
  auto distribution = read_os_release(fmt::format("ID={}\nVERSION_ID={}\n", lower(id), version));
  if (!distribution) return std::nullopt;
  distribution->name = version.empty() ? std::string(id) : fmt::format("{} {}", id, version);
  return *distribution;
}

}  // namespace

void Sbom::add(const SbomEntry& entry) {
  Component component;
  component.evidence = Evidence::kSbom;
  component.location = entry.location;
  component.layer = entry.layer;
  component.development = entry.development;
  component.direct = entry.direct;
  if (entry.sha1.size() == kSha1Digits) component.sha1 = lower(entry.sha1);
  if (!entry.cpe.empty()) {
    if (const auto cpe = parse_cpe(entry.cpe)) {
      component.cpe = entry.cpe;
    } else {
      found_.malformed(fmt::format("{}: {}", shown(entry.cpe), cpe.error().message));
    }
  }
  if (!entry.purl.empty() && add_by_purl(entry, component)) return;
  if (component.cpe.empty() && (!entry.purl.empty() || !is_counted_by_name(entry))) return;
  component.name = entry.group.empty() ? entry.name : fmt::format("{}/{}", entry.group, entry.name);
  component.version = entry.version;
  found_.add(std::move(component));
}

bool Sbom::is_counted_by_name(const SbomEntry& entry) {
  if (!entry.counts_by_name) return false;
  if (entry.name.empty()) found_.malformed("an entry without a name");
  if (!entry.name.empty() && entry.version.empty()) {
    found_.unknown(fmt::format("{}: neither a package URL nor a version", shown(entry.name)));
  }
  return !entry.name.empty() && !entry.version.empty();
}

bool Sbom::add_by_purl(const SbomEntry& entry, Component& component) {
  const auto purl = parse_purl(entry.purl);
  if (!purl) {
    found_.malformed(fmt::format("{}: {}", shown(entry.purl), purl.error().message));
    return false;
  }
  component.ecosystem = ecosystem_of(*purl).ecosystem;
  component.name = name_of(*purl, component.ecosystem);
  component.version = purl->version.empty() ? entry.version : version_of(*purl);
  if (is_distribution(component.ecosystem)) {
    set_distribution_fields(entry, *purl, component);
    note_distribution(*purl);
  }
  found_.add(std::move(component));
  return true;
}

void Sbom::note_operating_system(std::string_view id, std::string_view version) {
  if (!distribution_) distribution_ = distribution_of(id, version);
}

// distro: "debian-12", "opensuse-leap-15.5", or only the version.
void Sbom::note_distribution(const Purl& purl) {
  const std::string distro = qualifier(purl, "distro");
  if (distro.empty()) return;
  const std::size_t dash = distro.rfind('-');
  const bool named = dash != std::string::npos && dash > 0;
  auto stated = named ? distribution_of(std::string_view(distro).substr(0, dash),
                                        std::string_view(distro).substr(dash + 1))
                      : distribution_of(purl.space, distro);
  if (!stated) return;
  // "focal" is known to the purl's rules only.
  if (const auto known = ecosystem_of(purl); !known.release.empty()) stated->release = known;
  if (!of_packages_) of_packages_ = stated;
  if (contradiction_ ||
      (of_packages_->id == stated->id && of_packages_->version == stated->version)) {
    return;
  }
  contradiction_ = true;
  found_.unknown(fmt::format("packages of {} and of {}: they are judged as the first",
                             of_packages_->name, stated->name));
}

ReadOutcome Sbom::take() {
  ReadOutcome outcome = found_.take();
  outcome.distribution = distribution_ ? std::move(distribution_) : std::move(of_packages_);
  return outcome;
}

}  // namespace azekura::scanner::inventory
