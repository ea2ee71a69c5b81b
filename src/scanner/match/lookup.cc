#include "scanner/match/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scanner/terms/cpe.h"

namespace azekura::scanner::match {
namespace {

using inventory::Component;
using inventory::Evidence;

constexpr int kCompanionConfidence = 50;
constexpr int kModuleConfidence = 90;

// What rpm's vendor tag and dpkg's origin begin with, in lower case.
struct Maker {
  Ecosystem ecosystem;
  std::string_view name;
};
constexpr std::array kMakers = {
    Maker{Ecosystem::kDebian, "debian"},       Maker{Ecosystem::kUbuntu, "ubuntu"},
    Maker{Ecosystem::kUbuntu, "debian"},       Maker{Ecosystem::kAlpine, "alpine"},
    Maker{Ecosystem::kAlmaLinux, "almalinux"}, Maker{Ecosystem::kRockyLinux, "rocky"},
    Maker{Ecosystem::kRedHat, "red hat"},      Maker{Ecosystem::kRedHat, "centos"},
    Maker{Ecosystem::kAmazonLinux, "amazon"},  Maker{Ecosystem::kSuse, "suse"},
    Maker{Ecosystem::kOpenSuse, "opensuse"},   Maker{Ecosystem::kOpenSuse, "suse"},
    Maker{Ecosystem::kOracleLinux, "oracle"},  Maker{Ecosystem::kFedora, "fedora"},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool speaks_of_sources(Ecosystem ecosystem) {
  return ecosystem == Ecosystem::kDebian || ecosystem == Ecosystem::kUbuntu ||
         ecosystem == Ecosystem::kAlpine;
}

// A source RPM's name has no epoch; its packages' is the one that counts.
std::string with_epoch_of(std::string_view version, std::string_view source_version) {
  const std::size_t colon = version.find(':');
  if (colon == std::string_view::npos || source_version.find(':') != std::string_view::npos) {
    return std::string(source_version);
  }
  return fmt::format("{}:{}", version.substr(0, colon), source_version);
}

// Headers, documentation and tools are built from the kernel's source and have none of its code
// that runs: what is said of the kernel is not wrong for them, but hardly true.
bool is_companion_of_kernel(const Component& component) {
  constexpr std::array<std::string_view, 4> kSources = {"linux", "kernel", "kernel-rt",
                                                        "kernel-lt"};
  constexpr std::array<std::string_view, 14> kCompanions = {
      "linux-libc-dev", "linux-headers", "linux-kbuild", "linux-compiler", "linux-doc",
      "linux-source",   "linux-support", "linux-config", "linux-perf",     "linux-tools",
      "kernel-headers", "kernel-doc",    "kernel-devel", "kernel-tools"};
  const std::string& source = component.source_name;
  const bool of_kernel = source.starts_with("linux-") ||
                         std::find(kSources.begin(), kSources.end(), source) != kSources.end();
  return of_kernel &&
         std::any_of(kCompanions.begin(), kCompanions.end(), [&](std::string_view companion) {
           return component.name.starts_with(companion);
         });
}

void ask_distribution(const Component& component, const std::string& release, Lookups& out) {
  Lookup lookup{.ecosystem = component.ecosystem,
                .release = release,
                .name = component.name,
                .version = component.version,
                .module_stream = component.module_stream,
                .route = Route::kDistribution};
  if (is_companion_of_kernel(component)) lookup.confidence = kCompanionConfidence;
  const bool has_source = !component.source_name.empty();
  if (speaks_of_sources(component.ecosystem)) {
    if (has_source) lookup.name = component.source_name;
    if (!component.source_version.empty()) lookup.version = component.source_version;
    out.asked.push_back(std::move(lookup));
    return;
  }
  out.asked.push_back(lookup);
  if (component.ecosystem == Ecosystem::kRedHat && !component.module_build.empty()) {
    // Red Hat's pages give the fixed build of the module, and no versions of what is in it.
    Lookup module = lookup;
    module.name = component.module_stream;
    module.version = component.module_build;
    module.confidence = kModuleConfidence;
    out.asked.push_back(std::move(module));
  }
  if (component.ecosystem == Ecosystem::kRedHat && has_source &&
      component.source_name != component.name) {
    lookup.name = component.source_name;
    if (!component.source_version.empty()) {
      lookup.version = with_epoch_of(component.version, component.source_version);
    }
    out.asked.push_back(std::move(lookup));
  }
}

void ask_cpe(std::string_view text, std::string_view version, Route route, int confidence,
             Lookups& out) {
  const auto cpe = parse_cpe(text);
  if (!cpe) {
    out.gap = Gap{.kind = Gap::Kind::kUnknownComponent,
                  .subject = std::string(text),
                  .detail = cpe.error().message};
    return;
  }
  Lookup lookup{.ecosystem = Ecosystem::kCpe,
                .name = product_key(*cpe),
                .version = std::string(version),
                .cpe = std::string(text),
                .route = route,
                .confidence = confidence};
  if (lookup.version.empty() && cpe->version != "*" && cpe->version != "-") {
    lookup.version = cpe->version;
    if (cpe->update != "*" && cpe->update != "-") lookup.version += cpe->update;
  }
  out.asked.push_back(std::move(lookup));
}

// Two independent signs and a product of the very same name: never more than 60, and so shown
// apart.
void guess_cpe(const Component& component, Lookups& out) {
  constexpr int kGuessConfidence = 60;
  constexpr std::size_t kSignsMin = 2;
  constexpr std::array<std::string_view, 2> kVendors = {"", "apache"};
  if (component.signs.size() < kSignsMin || component.name.empty()) return;
  const std::string product = lower(component.name);
  if (product.find_first_of(":*? ") != std::string::npos) return;
  for (const std::string_view vendor : kVendors) {
    Cpe cpe{.part = "a",
            .vendor = vendor.empty() ? product : std::string(vendor),
            .product = product,
            .target_software = component.ecosystem == Ecosystem::kMaven ? "java" : "*"};
    ask_cpe(to_formatted_string(cpe), component.version, Route::kGuessedCpe, kGuessConfidence, out);
  }
}

std::string name_and_version(const Component& component) {
  return component.version.empty() ? component.name : component.name + " " + component.version;
}

void ask_library(const Component& component, Lookups& out) {
  Lookup lookup{.ecosystem = component.ecosystem,
                .name = normalized_name(component.ecosystem, component.name),
                .version = component.version};
  if (component.ecosystem == Ecosystem::kJavaScript) lookup.route = Route::kJavaScript;
  if (component.evidence == Evidence::kManifest) lookup.confidence = 70;
  if (component.ecosystem == Ecosystem::kGo && lookup.version.starts_with("go")) {
    lookup.version.erase(0, 2);  // the toolchain's "go1.21.3"
  }
  out.asked.push_back(std::move(lookup));
}

void ask_middleware(const Component& component, const Database& database, Lookups& out) {
  const std::string name = normalized_name(Ecosystem::kBitnami, component.name);
  out.asked.push_back({.ecosystem = Ecosystem::kBitnami,
                       .name = name,
                       .version = component.version,
                       .route = Route::kBitnami});
  if (!component.cpe.empty()) {
    ask_cpe(component.cpe, component.version, Route::kCpe, 100, out);
  } else if (const auto known = database.component_cpe(name)) {
    const Cpe cpe{.part = "a", .vendor = known->vendor, .product = known->product};
    ask_cpe(to_formatted_string(cpe), component.version, Route::kCpe, 90, out);
  }
}

}  // namespace

void append_identity(const Component& component, std::string& key) {
  const auto append = [&](std::string_view part) { key.append(part).push_back('\0'); };
  const bool by_source = speaks_of_sources(component.ecosystem) && !component.source_name.empty();
  key.push_back(static_cast<char>(component.ecosystem));
  key.push_back(is_companion_of_kernel(component) ? 'c' : ' ');
  key.push_back(component.version.empty() ? 'e' : ' ');
  append(component.origin);
  append(component.source_name);
  append(component.source_version);
  // A source's packages may have versions of their own, but it is the source's that counts.
  if (!by_source || component.source_version.empty()) append(component.version);
  if (by_source) return;
  append(component.name);
  append(component.module_stream);
  append(component.module_build);
}

bool made_by_distribution(Ecosystem ecosystem, std::string_view origin) {
  if (origin.empty()) return true;
  const std::string maker = lower(origin);
  return std::any_of(kMakers.begin(), kMakers.end(), [&](const Maker& known) {
    return known.ecosystem == ecosystem && maker.starts_with(known.name);
  });
}

Lookups lookups_of(const Component& component,
                   const std::optional<inventory::Distribution>& distribution,
                   const Database& database) {
  Lookups out;
  if (component.ecosystem == Ecosystem::kCpe || component.ecosystem == Ecosystem::kUnknown) {
    if (!component.cpe.empty()) {
      const bool declared = component.evidence == Evidence::kDeclared;
      ask_cpe(component.cpe, component.version, Route::kCpe, declared ? 100 : 90, out);
    } else {
      guess_cpe(component, out);
    }
    if (out.asked.empty() && !out.gap) {
      out.gap = Gap{.kind = Gap::Kind::kUnknownComponent, .subject = name_and_version(component)};
    }
    return out;
  }
  // "${log4j.version}" is a place for a version, and none.
  if (component.version.find_first_of("${} \t") != std::string::npos || component.version.empty()) {
    out.gap = Gap{.kind = Gap::Kind::kUnknownVersion, .subject = component.name};
    return out;
  }
  if (is_distribution(component.ecosystem)) {
    if (!made_by_distribution(component.ecosystem, component.origin)) {
      out.gap = Gap{.kind = Gap::Kind::kThirdParty,
                    .subject = component.origin,
                    .detail = name_and_version(component)};
      return out;
    }
    const bool same = distribution && distribution->release.ecosystem == component.ecosystem;
    ask_distribution(component, same ? distribution->release.release : std::string(), out);
    return out;
  }
  if (component.ecosystem == Ecosystem::kBitnami) {
    ask_middleware(component, database, out);
    return out;
  }
  const bool nameless_jar =
      component.ecosystem == Ecosystem::kMaven && component.name.find(':') == std::string::npos;
  if (nameless_jar) {
    guess_cpe(component, out);
    if (out.asked.empty()) {
      out.gap = Gap{
          .kind = Gap::Kind::kUnknownComponent,
          .subject = component.location.empty() ? name_and_version(component) : component.location,
          .detail = "a jar that names no Maven artifact"};
    }
    return out;
  }
  ask_library(component, out);
  return out;
}

}  // namespace azekura::scanner::match
