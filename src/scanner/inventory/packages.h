// What a root file system says about itself: its distribution and its packages, of whichever kind.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "scanner/inventory/component.h"
#include "scanner/inventory/root.h"

namespace azekura::scanner::inventory {

// Distribution, packages (dpkg, apk, rpm), the files read and the problems. What is not there is no
// problem; an inventory without a distribution and without files is of no root file system.
Inventory read_root(const Root& root);

// Whether read_root or find_owners may ask for this file ("var/lib/dpkg/status",
// …/dpkg/info/*.list, …): what has to be kept of an image's layers.
bool is_package_record(std::string_view path);

// Which packages own which of `paths` (from the root): a path that no package owns is not in the
// map. Of files that lie in /bin, /sbin and /lib and of those in /usr/… either name is the other's
// (merged /usr). Reads the packages' lists of files once, for all the paths: ask once.
using Owners = std::unordered_map<std::string, std::string>;
Owners find_owners(const Root& root, std::span<const std::string> paths);

}  // namespace azekura::scanner::inventory
