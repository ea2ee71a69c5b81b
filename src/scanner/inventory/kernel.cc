#include "scanner/inventory/kernel.h"

#include <algorithm>
#include <array>
#include <utility>

#include "scanner/inventory/reading.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner::inventory {
namespace {

// How a kind of package writes its kernels.
enum class Kind : std::uint8_t { kNone, kDpkg, kRpm, kApk };

version::Scheme scheme_of(Kind kind) {
  if (kind == Kind::kDpkg) return version::Scheme::kDpkg;
  return kind == Kind::kRpm ? version::Scheme::kRpm : version::Scheme::kApk;
}

constexpr std::string_view kDpkgImages[] = {"linux-image-unsigned-", "linux-image-"};
// In the order in which one stands for the others of its release: the first holds vmlinuz.
constexpr std::string_view kRpmImages[] = {
    "kernel-core",         "kernel-rt-core", "kernel-64k-core", "kernel-uek-core", "kernel-uek",
    "kernel-default",      "kernel-rt",      "kernel-azure",    "kernel-lt",       "kernel-ml",
    "kernel-default-base", "kernel",         "kernel6.12",      "kernel6.18",      "kernel-PAE",
};
// These are of no release of a kernel: one of them is installed, for all.
constexpr std::string_view kRpmOther[] = {"kernel-headers",    "kernel-tools", "kernel-srpm-macros",
                                          "kernel-rpm-macros", "kernel-doc",   "kernel-abi"};
constexpr std::string_view kApkFlavours[] = {"lts",  "virt",     "edge",    "stable", "rpi",
                                             "rpi4", "hardened", "vanilla", "asahi",  "openpax"};

bool is_digit(char octet) { return octet >= '0' && octet <= '9'; }

// "6.1.0-18-amd64" of "linux-image-6.1.0-18-amd64"; empty for what is no image, metapackages
// included.
std::string_view dpkg_release(std::string_view name) {
  for (const std::string_view prefix : kDpkgImages) {
    if (!name.starts_with(prefix)) continue;
    name.remove_prefix(prefix.size());
    if (name.empty() || !is_digit(name[0]) || name.ends_with("-dbg")) return {};
    constexpr std::string_view kUnsigned = "-unsigned";
    if (name.ends_with(kUnsigned)) name.remove_suffix(kUnsigned.size());
    return name;
  }
  return {};
}

std::string_view apk_flavour(std::string_view name) {
  if (!name.starts_with("linux-")) return {};
  name.remove_prefix(6);
  return std::ranges::find(kApkFlavours, name) == std::end(kApkFlavours) ? std::string_view{}
                                                                         : name;
}

struct Image {
  const Component* component = nullptr;
  Kind kind = Kind::kNone;
  std::string release;       // as uname -r writes it
  std::string_view flavour;  // apk's only
};

// "6.6.14-r0" and "lts" → "6.6.14-0-lts".
std::string apk_release(std::string_view version, std::string_view flavour) {
  std::string release(version);
  const std::size_t revision = release.rfind("-r");
  if (revision != std::string::npos) release.erase(revision + 1, 1);
  return release.append("-").append(flavour);
}

std::string_view without_epoch(std::string_view version) {
  return version.substr(version.find(':') + 1);
}

Image image_of(const Component& component) {
  const std::string_view name = component.name;
  if (const auto release = dpkg_release(name); !release.empty()) {
    return {&component, Kind::kDpkg, std::string(release), {}};
  }
  if (const auto flavour = apk_flavour(name); !flavour.empty()) {
    return {&component, Kind::kApk, apk_release(component.version, flavour), flavour};
  }
  if (std::ranges::find(kRpmImages, name) == std::end(kRpmImages)) return {};
  std::string release(without_epoch(component.version));
  if (!component.architecture.empty()) release += "." + component.architecture;
  return {&component, Kind::kRpm, std::move(release), {}};
}

std::vector<Image> images_of(std::span<const Component> packages) {
  std::vector<Image> images;
  for (const Component& component : packages) {
    Image image = image_of(component);
    if (image.kind != Kind::kNone) images.push_back(std::move(image));
  }
  return images;
}

// SUSE says "5.14.21-150500.55.19-default" of the package kernel-default 5.14.21-150500.55.19.1;
// debug and real-time kernels of Red Hat add "+debug".
bool runs(const Image& image, std::string_view running) {
  if (image.release == running) return true;
  if (image.kind != Kind::kRpm) return false;
  if (running.substr(0, running.find('+')) == image.release) return true;
  const std::string_view name = image.component->name;
  const std::size_t flavour = name.find('-');
  if (flavour == std::string_view::npos || !running.ends_with(name.substr(flavour))) return false;
  const std::string_view version = without_epoch(image.component->version);
  const std::string_view short_version =
      running.substr(0, running.size() - (name.size() - flavour));
  return version == short_version ||
         (version.starts_with(short_version) && version[short_version.size()] == '.');
}

// Where several packages are the running release, the one that stands for the others.
const Image* running_of(const std::vector<Image>& images, std::string_view running) {
  const auto rank = [](const Image& image) {
    return std::ranges::find(kRpmImages, std::string_view(image.component->name)) - kRpmImages;
  };
  const Image* found = nullptr;
  for (const Image& image : images) {
    if (!runs(image, running)) continue;
    if (found == nullptr || rank(image) < rank(*found)) found = &image;
  }
  return found;
}

bool is_later(Kind kind, std::string_view version, std::string_view than) {
  const auto order = version::compare(scheme_of(kind), version, than);
  return order && *order > 0;
}

// The version of the kernel in memory, where its build says it: "… Debian 6.1.76-1 (2024-02-01)".
std::string_view debian_version_of(std::string_view build) {
  constexpr std::string_view kMark = " Debian ";
  const std::size_t mark = build.find(kMark);
  if (mark == std::string_view::npos) return {};
  build.remove_prefix(mark + kMark.size());
  return build.substr(0, build.find(' '));
}

// An image that took the place of the one that runs: Alpine keeps one of each flavour, and Debian's
// keeps its name while its interface does.
bool is_replacement(const Image& image, const Image* running, const RunningKernel& kernel) {
  if (image.kind == Kind::kApk) {
    return running == nullptr && kernel.release.ends_with("-" + std::string(image.flavour)) &&
           image.release != kernel.release;
  }
  if (image.kind != Kind::kDpkg || &image != running) return false;
  const std::string_view version = debian_version_of(kernel.build);
  return !version.empty() && is_later(Kind::kDpkg, image.component->version, version);
}

bool needs_reboot(const std::vector<Image>& images, const Image* running,
                  const RunningKernel& kernel) {
  return std::ranges::any_of(images, [&](const Image& image) {
    if (is_replacement(image, running, kernel)) return true;
    return running != nullptr && image.kind == running->kind &&
           is_later(image.kind, image.component->version, running->component->version);
  });
}

bool is_of_release(const Component& component, const Image& image) {
  const std::string_view name = component.name;
  switch (image.kind) {
    case Kind::kDpkg:
      // linux-modules-6.5.0-21-generic, linux-headers-6.1.0-18-amd64
      return name.starts_with("linux-") && name.ends_with("-" + image.release);
    case Kind::kRpm:
      return name.starts_with("kernel") && component.version == image.component->version &&
             std::ranges::none_of(kRpmOther,
                                  [&](std::string_view other) { return name.starts_with(other); });
    default:
      return &component == image.component;
  }
}

std::vector<std::string> idle_of(std::span<const Component> packages,
                                 const std::vector<Image>& images, const RunningKernel& kernel) {
  std::vector<std::string> idle;
  for (const Component& component : packages) {
    if (!component.name.starts_with("linux-") && !component.name.starts_with("kernel")) continue;
    const auto is_its = [&](const Image& image) {
      return &component == image.component || is_of_release(component, image);
    };
    const auto is_running = [&](const Image& image) { return runs(image, kernel.release); };
    bool of_running = false, of_idle = false;
    for (const Image& image : images) {
      if (is_its(image)) (is_running(image) ? of_running : of_idle) = true;
    }
    if (of_idle && !of_running) idle.push_back(kernel_package_name(component));
  }
  std::ranges::sort(idle);
  idle.erase(std::unique(idle.begin(), idle.end()), idle.end());
  return idle;
}

}  // namespace

std::string kernel_package_name(const Component& component) {
  if (!component.name.starts_with("kernel")) return component.name;
  return component.name + "-" + std::string(without_epoch(component.version));
}

std::optional<Kernel> find_kernel(const RunningKernel& running, std::span<const Component> packages,
                                  std::vector<Problem>& problems) {
  const std::vector<Image> images = images_of(packages);
  if (images.empty() && running.release.empty()) return std::nullopt;

  Kernel kernel;
  kernel.release = running.release;
  const Image* image = running.release.empty() ? nullptr : running_of(images, running.release);
  if (image != nullptr) kernel.package = kernel_package_name(*image->component);
  kernel.idle = idle_of(packages, images, running);
  if (running.release.empty()) return kernel;

  kernel.reboot_needed = needs_reboot(images, image, running);
  if (image == nullptr) {
    problems.push_back({.kind = Problem::Kind::kSkipped,
                        .location = {},
                        .why = "the running kernel " + shown(running.release) +
                               " is of no installed package, so it is not judged"});
  }
  return kernel;
}

void set_kernel_source(Component& component) {
  constexpr std::string_view kSigned = "linux-signed";
  std::string& source = component.source_name;
  if (!source.starts_with(kSigned) || dpkg_release(component.name).empty()) return;
  // "linux-signed", "linux-signed-hwe-6.5"; Debian's ends with the architecture.
  std::string_view variant = std::string_view(source).substr(kSigned.size());
  if (!variant.empty() && variant.substr(1) == component.architecture) variant = {};
  source = "linux" + std::string(variant);
  component.source_version = component.version;
}

}  // namespace azekura::scanner::inventory
