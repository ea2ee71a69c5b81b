// The kernel that runs, and those that are only installed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

// What uname(2) says; empty for a root file system that does not run.
struct RunningKernel {
  std::string release;  // "6.1.0-18-amd64"
  std::string build;    // "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)"
};

// `packages` are those of the package database. Nothing if no kernel is installed and none runs.
//   package  dpkg, apk: its name ("linux-image-6.1.0-18-amd64"); rpm: name and version
//            ("kernel-core-5.14.0-1.el9")
//   idle     written the same; the images, and what belongs to the same release (modules, headers)
//   reboot_needed  a later image is installed, be it in place of the running one
// Where no installed image is the running one (a container, a kernel of one's own), `problems` says
// so.
std::optional<Kernel> find_kernel(const RunningKernel& running, std::span<const Component> packages,
                                  std::vector<Problem>& problems);

// How a kernel package is written in Kernel::package and Kernel::idle.
std::string kernel_package_name(const Component& component);

// Gives the kernels that are built from one source and signed by another the source under which
// advisories know them: Debian's "linux-signed-amd64" 6.1.76+1 → "linux" 6.1.76-1 (the binary's
// version), Ubuntu's "linux-signed-hwe-6.5" → "linux-hwe-6.5". Metapackages ("linux-image-amd64",
// and all of "linux-meta") hold no kernel and have versions of their own: they stay as they are.
void set_kernel_source(Component& component);

}  // namespace azekura::scanner::inventory
