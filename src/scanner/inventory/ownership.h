// Which distribution packages own what was found.
#pragma once

#include "scanner/inventory/component.h"
#include "scanner/inventory/root.h"

namespace azekura::scanner::inventory {

// Sets `owner` of the components whose files a package of `root` owns (the part of the location
// before '!'). What is unknown of such a file is no problem any more: the distribution answers for
// it.
void set_owners(const Root& root, Inventory& found);

}  // namespace azekura::scanner::inventory
