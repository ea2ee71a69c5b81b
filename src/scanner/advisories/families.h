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

FormatFamily rustsec_formats();
FormatFamily rubysec_formats();
FormatFamily friendsofphp_formats();
FormatFamily nvd_formats();
FormatFamily cve_record_formats();
FormatFamily known_exploited_formats();
FormatFamily epss_formats();
FormatFamily exploit_formats();
FormatFamily retirejs_formats();
FormatFamily jvn_xml_formats();
FormatFamily jvn_json_formats();
FormatFamily jvn_oka_formats();
FormatFamily cwe_formats();
FormatFamily bitnami_component_formats();
FormatFamily end_of_life_formats();

}  // namespace azekura::scanner::advisories
