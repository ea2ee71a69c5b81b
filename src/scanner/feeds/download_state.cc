#include "scanner/feeds/download_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/json_writer.h"
#include "scanner/document/files.h"
#include "scanner/document/json.h"

namespace azekura::scanner::feeds {
namespace {

constexpr std::uint64_t kStateSizeMax = std::uint64_t{16} << 20;

std::string path_of(const std::string& folder) { return folder + "/state.json"; }

}  // namespace

DownloadState DownloadState::read(const std::string& folder) {
  DownloadState state;
  const auto octets = read_data_file(path_of(folder), kStateSizeMax);
  if (!octets) return state;
  const auto document = JsonDocument::parse(*octets);
  if (!document) return state;
  const Json root = document->root();
  state.failure = root["failure"].string();
  for (const Json file : root["files"].items()) {
    state.files.push_back({.url = file["url"].string(),
                           .name = file["name"].string(),
                           .etag = file["etag"].string(),
                           .last_modified = file["last_modified"].string(),
                           .fetched = file["fetched"].integer().value_or(0),
                           .sha256 = file["sha256"].string()});
  }
  return state;
}

Status DownloadState::write(const std::string& folder) const {
  std::string text;
  JsonWriter json([&](std::string_view piece) { text.append(piece); });
  json.begin_object().text_member("failure", failure).key("files").begin_array();
  for (const DownloadedFile& file : files) {
    json.begin_object()
        .member("url", file.url)
        .member("name", file.name)
        .text_member("etag", file.etag)
        .text_member("last_modified", file.last_modified)
        .member("fetched", file.fetched)
        .member("sha256", file.sha256)
        .end();
  }
  json.end().end();
  const std::string beside = path_of(folder) + ".new";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(beside.c_str(), "wbe"),
                                                            &std::fclose);
  if (!out) return fail_errno("open " + beside, errno);
  if (std::fwrite(text.data(), 1, text.size(), out.get()) != text.size() ||
      std::fflush(out.get()) != 0) {
    return fail_errno("write " + beside, errno);
  }
  if (std::rename(beside.c_str(), path_of(folder).c_str()) != 0) {
    return fail_errno("rename " + beside, errno);
  }
  return {};
}

const DownloadedFile* DownloadState::find(std::string_view url) const {
  const auto at = std::find_if(files.begin(), files.end(),
                               [&](const DownloadedFile& file) { return file.url == url; });
  return at == files.end() ? nullptr : &*at;
}

std::string file_name_of(std::string_view url, std::size_t index) {
  url = url.substr(0, url.find_first_of("?#"));
  std::string name(url.substr(url.rfind('/') + 1));
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  std::replace_if(
      name.begin(), name.end(), [&](char c) { return kPlain.find(c) == std::string_view::npos; },
      '_');
  return fmt::format("{:03}-{}", index, name.empty() ? "data" : name);
}

}  // namespace azekura::scanner::feeds
