// Families: every format there is, by the file of this room that reads it.
#pragma once

#include "scanner/advisories/format.h"

namespace azekura::scanner::advisories {

FormatFamily osv_formats();
FormatFamily debian_tracker_formats();
FormatFamily ubuntu_tracker_formats();
FormatFamily ubuntu_api_formats();
FormatFamily alpine_formats();
FormatFamily updateinfo_formats();
FormatFamily errata_formats();
FormatFamily red_hat_formats();
FormatFamily csaf_formats();

}  // namespace azekura::scanner::advisories
