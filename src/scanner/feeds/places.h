// Places: where the scanner keeps its data.
#pragma once

#include <string>

namespace azekura::scanner::feeds {

// $AZEKURA_SCANNER; else /var/lib/azekura/scanner for root, $XDG_DATA_HOME/azekura/scanner for
// others.
std::string default_folder();

// Where a scan finds the database if no folder is named: the default folder; but the machine's,
// which root updates, if that has a database and the default one has none.
std::string folder_to_read();

// In it: the compiled database, and one folder of downloaded files for each source.
std::string database_path(const std::string& folder);
std::string downloads_folder(const std::string& folder);

// The list of sources that is used: FOLDER/sources.toml if it is there, else
// /etc/azekura/sources.toml if that is there, else empty (the built-in list).
std::string sources_path(const std::string& folder);

}  // namespace azekura::scanner::feeds
