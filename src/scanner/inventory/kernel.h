// The kernel that runs, and those that are only installed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

// `running` is uname -r, or empty for a root file system that does not run. `packages` are those of
// the package database. Nothing if no kernel is installed and none runs.
//   package  dpkg, apk: its name ("linux-image-6.1.0-18-amd64"); rpm: name and version
//   ("kernel-core-5.14.0-1.el9") idle     written the same; the images, and what belongs to the
//   same release (modules, headers)
// Where no installed image is the running one (a container, a kernel of one's own), `problems` says
// so.
std::optional<Kernel> find_kernel(std::string_view running, std::span<const Component> packages,
                                  std::vector<Problem>& problems);

// How a kernel package is written in Kernel::package and Kernel::idle.
std::string kernel_package_name(const Component& component);

// The source under which advisories know a kernel: "linux-signed-amd64" → "linux", Ubuntu's
// "linux-signed-hwe-6.5" and "linux-meta-hwe-6.5" → "linux-hwe-6.5". Any other name as it is.
std::string kernel_source(std::string_view source);

}  // namespace azekura::scanner::inventory
