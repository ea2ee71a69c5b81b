// DownloadState: what is known of the downloaded files of one source, beside them in state.json.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner::feeds {

struct DownloadedFile {
  std::string url;
  std::string name;  // in the source's folder
  std::string etag;
  std::string last_modified;
  Time fetched = 0;
  std::string sha256;  // hexadecimal
};

struct DownloadState {
  std::vector<DownloadedFile> files;
  std::string failure;  // why the last attempt to refresh failed; empty: it did not

  // Of a folder that has none: empty. A damaged state is as none: everything is fetched again.
  static DownloadState read(const std::string& folder);
  Status write(const std::string& folder) const;

  const DownloadedFile* find(std::string_view url) const;
};

// A name for the file of a URL in its source's folder: its last part, made plain, after its place
// in the list.
std::string file_name_of(std::string_view url, std::size_t index);

}  // namespace azekura::scanner::feeds
