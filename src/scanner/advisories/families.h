// Families: every format there is, by the file of this room that reads it.
#pragma once

#include "scanner/advisories/format.h"

namespace azekura::scanner::advisories {

FormatFamily osv_formats();

}  // namespace azekura::scanner::advisories
