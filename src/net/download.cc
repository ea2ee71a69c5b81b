#include "net/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "azekura_version.h"

namespace azekura::net {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr long kRedirectsMax = 8;
constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::seconds kPauseMax{60};  // whatever Retry-After says
constexpr int kWait_ms = 200;

struct GlobalCurl {
  GlobalCurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~GlobalCurl() { curl_global_cleanup(); }
};

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return std::string(text);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

Status sync_path(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return fail_errno("open " + path, errno);
  const bool synced = fsync(file) == 0;
  const int error = errno;
  close(file);
  if (!synced) return fail_errno("sync " + path, error);
  return {};
}

// One file on its way: the state of its attempts.
class Transfer {
 public:
  Transfer(std::size_t index, const Download& download, const DownloadOptions& options)
      : index_(index),
        download_(download),
        options_(options),
        part_(download.part.empty() ? download.path + ".part" : download.part) {}
  ~Transfer() { end(); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  std::size_t index() const { return index_; }
  Clock::time_point not_before() const { return not_before_; }
  CURL* easy() const { return easy_; }

  Status begin();
  // The answer, or nullopt if it is to be tried once more.
  std::optional<Result<DownloadOutcome>> finish(CURLcode code);

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_octets(char* data, std::size_t size, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t);

  void add_headers();
  void read_part();
  bool continues() const;
  void forget_part() const;
  std::chrono::milliseconds pause() const;
  std::size_t write(std::string_view octets);
  Status open_part(bool from_the_start);
  Result<DownloadOutcome> settle();
  tl::unexpected<Error> refusal(long status) const;
  bool may_pass(CURLcode code, long status) const;
  long status() const;
  void end();

  const std::size_t index_;
  const Download& download_;
  const DownloadOptions& options_;
  const std::string part_;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::FILE* file_ = nullptr;
  std::string validator_;         // with which the part may be continued
  std::uint64_t resumed_at_ = 0;  // octets of the part that are to stay
  std::uint64_t written_ = 0;
  bool conditional_ = false;  // the answer may be "not modified"
  std::string content_range_;
  int attempt_ = 0;
  Clock::time_point not_before_{};
  Error write_error_;
  std::string etag_;
  std::string last_modified_;
  char error_[CURL_ERROR_SIZE] = {};
};

// What the part belongs to stands beside it: the validator with which it may be continued, and the
// address.
std::string validator_path(const std::string& part) { return part + ".validator"; }

bool is_http(std::string_view url) { return !url.starts_with("file:"); }

void Transfer::read_part() {
  resumed_at_ = 0;
  std::ifstream in(validator_path(part_));
  std::string url;
  if (!std::getline(in, validator_) || !std::getline(in, url)) return;
  if (validator_.empty() || url != download_.url || !is_http(url)) return;
  std::error_code error;
  const std::uintmax_t have = fs::file_size(part_, error);
  if (!error) resumed_at_ = have;
}

// Whether the octets that come go on where the part ends.
bool Transfer::continues() const {
  return resumed_at_ != 0 && status() == 206 &&
         content_range_.starts_with(fmt::format("bytes {}-", resumed_at_));
}

void Transfer::forget_part() const {
  std::error_code ignored;
  fs::remove(part_, ignored);
  fs::remove(validator_path(part_), ignored);
}

long Transfer::status() const {
  long status = 0;  // stays so for file:
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

Status Transfer::begin() {
  end();
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return fail(Code::kInternal, "libcurl gave no handle");
  ++attempt_;
  etag_.clear();
  last_modified_.clear();
  content_range_.clear();
  write_error_ = {};
  written_ = 0;
  conditional_ = false;
  read_part();
  curl_easy_setopt(easy_, CURLOPT_URL, download_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "https,http,file");
  curl_easy_setopt(easy_, CURLOPT_REDIR_PROTOCOLS_STR,
                   download_.url.starts_with("http:") ? "https,http" : "https");
  curl_easy_setopt(easy_, CURLOPT_FAILONERROR, 1L);  // the body of an error is not the file
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy_, CURLOPT_MAXREDIRS, kRedirectsMax);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, fmt::format("azekura/{}", kVersion).c_str());
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_timeout_s));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options_.stall_octets_per_s));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_s));
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_octets);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  curl_easy_setopt(easy_, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(easy_, CURLOPT_NOPROGRESS, 0L);
  if (!options_.proxy.empty()) curl_easy_setopt(easy_, CURLOPT_PROXY, options_.proxy.c_str());
  if (resumed_at_ != 0) {
    // Not CURLOPT_RESUME_FROM: that makes the whole file an error, and it is a fair answer.
    curl_easy_setopt(easy_, CURLOPT_RANGE, fmt::format("{}-", resumed_at_).c_str());
  }
  add_headers();
  return {};
}

void Transfer::add_headers() {
  const auto add = [&](const std::string& header) {
    headers_ = curl_slist_append(headers_, header.c_str());
  };
  std::error_code ignored;
  if (resumed_at_ != 0) {
    add("If-Range: " + validator_);
  } else if (fs::exists(download_.path, ignored)) {
    conditional_ = !download_.etag.empty() || !download_.last_modified.empty();
    if (!download_.etag.empty()) {
      add("If-None-Match: " + download_.etag);
    } else if (conditional_) {
      add("If-Modified-Since: " + download_.last_modified);
    }
  }
  if (headers_ != nullptr) curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {  // of a redirection's answer, or of the last one
    transfer.etag_.clear();
    transfer.last_modified_.clear();
    transfer.content_range_.clear();
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  const std::string_view name = line.substr(0, colon);
  if (same_word(name, "etag")) transfer.etag_ = trimmed(line.substr(colon + 1));
  if (same_word(name, "last-modified")) transfer.last_modified_ = trimmed(line.substr(colon + 1));
  if (same_word(name, "content-range")) transfer.content_range_ = trimmed(line.substr(colon + 1));
  return line.size();
}

std::size_t Transfer::on_octets(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->write({data, size * count});
}

int Transfer::on_progress(void* self, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.options_.progress && done > 0) {
    const std::uint64_t before = transfer.resumed_at_;
    transfer.options_.progress(transfer.index_, before + static_cast<std::uint64_t>(done),
                               total > 0 ? before + static_cast<std::uint64_t>(total) : 0);
  }
  // Also of what is not written: the body of a redirection.
  return static_cast<std::uint64_t>(done) > transfer.options_.octets_max ? 1 : 0;
}

Status Transfer::open_part(bool from_the_start) {
  // A part is only worth keeping with a strong validator to continue it by.
  std::error_code ignored;
  if (from_the_start) {
    fs::remove(validator_path(part_), ignored);
    const bool strong = !etag_.empty() && !etag_.starts_with("W/");
    if (strong || !last_modified_.empty()) {
      std::ofstream(validator_path(part_)) << (strong ? etag_ : last_modified_) << '\n'
                                           << download_.url << '\n';
    }
  }
  file_ = std::fopen(part_.c_str(), from_the_start ? "wbe" : "abe");
  if (file_ == nullptr) return fail_errno("open " + part_, errno);
  return {};
}

std::size_t Transfer::write(std::string_view octets) {
  if (file_ == nullptr) {
    const bool continued = continues();
    if (!continued && status() == 206) {
      write_error_ = {Code::kUnavailable,
                      fmt::format("{} sent another part than was asked for", download_.url), ""};
      return 0;
    }
    if (!continued) resumed_at_ = 0;
    if (auto opened = open_part(!continued); !opened) {
      write_error_ = opened.error();
      return 0;
    }
  }
  written_ += octets.size();
  if (resumed_at_ + written_ > options_.octets_max) {
    write_error_ = {Code::kExhausted,
                    fmt::format("{} is larger than {} octets", download_.url, options_.octets_max),
                    ""};
    return 0;
  }
  if (std::fwrite(octets.data(), 1, octets.size(), file_) != octets.size()) {
    write_error_ = fail_errno("write " + part_, errno).value();
    return 0;
  }
  return octets.size();
}

bool Transfer::may_pass(CURLcode code, long status) const {
  if (attempt_ >= options_.attempts) return false;
  if (status == 429 || status == 416 || status >= 500) return true;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

tl::unexpected<Error> Transfer::refusal(long status) const {
  const Code code = status == 404 || status == 410   ? Code::kNotFound
                    : status == 401 || status == 403 ? Code::kDenied
                    : status == 429 || status >= 500 ? Code::kUnavailable
                    : status < 400                   ? Code::kUnavailable
                                                     : Code::kInvalid;
  return fail(code, fmt::format("{} answered {}", download_.url, status));
}

std::chrono::milliseconds Transfer::pause() const {
  curl_off_t asked_s = 0;
  curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &asked_s);
  const auto asked = std::chrono::seconds(std::clamp<curl_off_t>(asked_s, 0, kPauseMax.count()));
  return std::max<std::chrono::milliseconds>(kFirstPause * (1 << attempt_), asked);
}

std::optional<Result<DownloadOutcome>> Transfer::finish(CURLcode code) {
  const long status = this->status();
  if (file_ != nullptr && std::fclose(file_) != 0 && write_error_.message.empty()) {
    write_error_ = fail_errno("write " + part_, errno).value();
  }
  file_ = nullptr;
  // 416: what we have is no beginning of what is there now.
  if (status == 416 || !write_error_.message.empty()) forget_part();
  if (!write_error_.message.empty()) return tl::make_unexpected(write_error_);
  if ((code != CURLE_OK || status >= 400) && may_pass(code, status)) {
    not_before_ = Clock::now() + pause();
    return std::nullopt;
  }
  if (status >= 400) return refusal(status);
  if (code != CURLE_OK) {
    const std::string why = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
    return fail(Code::kUnavailable, fmt::format("{}: {}", download_.url, why));
  }
  const bool sensible = status == 304   ? conditional_
                        : status == 206 ? continues()
                                        : status == 200 || !is_http(download_.url);
  if (!sensible) return refusal(status);
  return settle();
}

Result<DownloadOutcome> Transfer::settle() {
  DownloadOutcome outcome{.etag = etag_, .last_modified = last_modified_};
  if (status() == 304) {
    outcome.what = DownloadOutcome::What::kNotModified;
    if (outcome.etag.empty()) outcome.etag = download_.etag;
    if (outcome.last_modified.empty()) outcome.last_modified = download_.last_modified;
  } else {
    if (written_ == 0 && !continues()) RETURN_IF_ERROR(open_part(true));
    if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
    std::error_code ignored;
    fs::remove(validator_path(part_), ignored);
    if (download_.accept) {
      if (auto accepted = download_.accept(part_); !accepted) {
        fs::remove(part_, ignored);
        return tl::make_unexpected(accepted.error());
      }
    }
    RETURN_IF_ERROR(sync_path(part_, O_RDONLY));
    if (std::rename(part_.c_str(), download_.path.c_str()) != 0) {
      return fail_errno("rename " + part_, errno);
    }
    const std::string folder = fs::path(download_.path).parent_path().string();
    RETURN_IF_ERROR(sync_path(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY));
  }
  std::error_code error;
  outcome.octets = fs::file_size(download_.path, error);
  return outcome;
}

void Transfer::end() {
  if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
  if (headers_ != nullptr) curl_slist_free_all(std::exchange(headers_, nullptr));
  if (easy_ != nullptr) curl_easy_cleanup(std::exchange(easy_, nullptr));
}

// All transfers over one multi handle, on the caller's thread.
class Downloads {
 public:
  Downloads(const std::vector<Download>& downloads, const DownloadOptions& options)
      : options_(options), multi_(curl_multi_init()) {
    for (std::size_t at = 0; at < downloads.size(); ++at) {
      waiting_.push_back(std::make_unique<Transfer>(at, downloads[at], options_));
    }
    results_.resize(downloads.size());
  }
  ~Downloads() {
    running_.clear();
    curl_multi_cleanup(multi_);
  }
  Downloads(const Downloads&) = delete;
  Downloads& operator=(const Downloads&) = delete;

  std::vector<Result<DownloadOutcome>> run() {
    while (!waiting_.empty() || !running_.empty()) {
      start();
      int active = 0;
      curl_multi_perform(multi_, &active);
      reap();
      if (waiting_.empty() && running_.empty()) break;
      curl_multi_poll(multi_, nullptr, 0, kWait_ms, nullptr);
    }
    std::vector<Result<DownloadOutcome>> out;
    out.reserve(results_.size());
    for (auto& result : results_) out.push_back(std::move(*result));
    return out;
  }

 private:
  using Queue = std::vector<std::unique_ptr<Transfer>>;

  void start() {
    const auto now = Clock::now();
    for (std::size_t at = 0; at < waiting_.size();) {
      if (running_.size() >= static_cast<std::size_t>(std::max(1, options_.at_once))) return;
      if (waiting_[at]->not_before() > now) {
        ++at;
        continue;
      }
      std::unique_ptr<Transfer> transfer = std::move(waiting_[at]);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
      if (auto begun = transfer->begin(); !begun) {
        keep(transfer->index(), tl::make_unexpected(begun.error()));
        continue;
      }
      curl_multi_add_handle(multi_, transfer->easy());
      running_.push_back(std::move(transfer));
    }
  }

  void keep(std::size_t index, Result<DownloadOutcome> result) {
    results_[index] = std::move(result);
    if (options_.finished) options_.finished(index, *results_[index]);
  }

  void reap() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto at = std::find_if(running_.begin(), running_.end(),
                                   [&](const auto& transfer) { return transfer->easy() == easy; });
      std::unique_ptr<Transfer> transfer = std::move(*at);
      running_.erase(at);
      curl_multi_remove_handle(multi_, easy);
      if (auto result = transfer->finish(code)) {
        keep(transfer->index(), std::move(*result));
      } else {
        waiting_.push_back(std::move(transfer));
      }
    }
  }

  const DownloadOptions& options_;
  CURLM* multi_;
  Queue waiting_;
  Queue running_;
  std::vector<std::optional<Result<DownloadOutcome>>> results_;
};

}  // namespace

std::vector<Result<DownloadOutcome>> download_all(const std::vector<Download>& downloads,
                                                  const DownloadOptions& options) {
  static const GlobalCurl global;
  return Downloads(downloads, options).run();
}

}  // namespace azekura::net
