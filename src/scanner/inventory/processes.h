// Running processes: the packages whose files they have mapped, and where they listen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/component.h"
#include "scanner/inventory/root.h"

namespace azekura::scanner::inventory {

// Of the processes below `proc` ("/proc"), those that map a package's file, a file that was
// replaced since, or that listen. `root` is where their files and the packages' lists lie. What
// this user may not look into is left out, and said in one problem.
std::vector<Process> read_processes(const std::string& proc, const Root& root,
                                    std::vector<Problem>& problems);

}  // namespace azekura::scanner::inventory
