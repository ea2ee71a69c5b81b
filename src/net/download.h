// Downloads over HTTP, over libcurl: conditional, resumed, several at once, bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace azekura::net {

struct Download {
  std::string url;   // https:, http: or file:
  std::string path;  // the file to write
  // What has come so far, until it is whole: on the file system of `path`. Empty: PATH.part.
  std::string part;
  // What a former answer said, to be asked whether it still holds; only used if `path` exists.
  std::string etag;
  std::string last_modified;
  // Looks at the whole new file before it takes the old one's place; an error refuses it. May be
  // unset.
  std::function<Status(const std::string& path)> accept;
};

struct DownloadOutcome {
  enum class What : std::uint8_t { kFetched, kNotModified };
  What what = What::kFetched;
  std::string etag;
  std::string last_modified;  // as the server wrote it
  std::uint64_t octets = 0;   // of the file
};

struct DownloadOptions {
  int at_once = 4;
  std::string proxy;  // empty: the environment's
  std::uint64_t octets_max = std::uint64_t{4} << 30;
  std::int64_t connect_timeout_s = 20;
  // Slower than this for stall_s is a stalled transfer.
  std::int64_t stall_octets_per_s = 64;
  std::int64_t stall_s = 60;
  int attempts = 4;  // with growing pauses, for what may pass (5xx, 429, cut lines)
  // Octets of one file so far; total is 0 while unknown.
  std::function<void(std::size_t index, std::uint64_t done, std::uint64_t total)> progress;
  // Each file's end, as it comes.
  std::function<void(std::size_t index, const Result<DownloadOutcome>& result)> finished;
};

// One result for each download, in the same order. The file at `path` is replaced only by a whole
// new one, synced and renamed; a failed transfer leaves its part, from which the next one goes on
// if the server still has the same file (If-Range). Redirections of https: lead to https: only, and
// none to file:. `accept`'s error, kUnavailable (network, 5xx, an answer that makes no sense),
// kNotFound (404, 410), kDenied (401, 403), kInvalid (other 4xx, URL), kExhausted (octets_max),
// kIo.
std::vector<Result<DownloadOutcome>> download_all(const std::vector<Download>& downloads,
                                                  const DownloadOptions& options);

}  // namespace azekura::net
