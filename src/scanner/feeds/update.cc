#include "scanner/feeds/update.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <utility>

#include "crypto/hash.h"
#include "net/download.h"
#include "scanner/advisories/read_source.h"
#include "scanner/document/files.h"
#include "scanner/feeds/checksums.h"
#include "scanner/feeds/download_state.h"
#include "scanner/feeds/places.h"
#include "scanner/feeds/yum.h"

namespace azekura::scanner::feeds {
namespace {

namespace fs = std::filesystem;
using What = SourceOutcome::What;
using advisories::SourceLocation;

constexpr std::uint64_t kListSizeMax = std::uint64_t{16} << 20;
constexpr unsigned kThreads = 2;

// Held while an update runs; given back by the kernel if it dies.
class Lock {
 public:
  static Result<Lock> take(const std::string& folder) {
    const std::string path = folder + "/update.lock";
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return fail_errno("open " + path, errno);
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
      close(file);
      return fail(Code::kUnavailable, fmt::format("another update of {} is running", folder),
                  "wait until it has ended");
    }
    return Lock(file);
  }
  ~Lock() {
    if (file_ >= 0) close(file_);
  }
  Lock(Lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Lock& operator=(Lock&&) = delete;

 private:
  explicit Lock(int file) : file_(file) {}
  int file_;
};

bool is_web_page(const std::string& path) {
  std::array<char, 256> head{};
  std::ifstream in(path, std::ios::binary);
  in.read(head.data(), head.size());
  std::string text(head.data(), static_cast<std::size_t>(in.gcount()));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text.find("<!doctype html") != std::string::npos ||
         text.find("<html") != std::string::npos;
}

Status make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(Code::kIo, fmt::format("cannot make {}: {}", path, error.message()));
  return {};
}

// One file of one source on its way.
struct Wanted {
  std::size_t source = 0;  // index into the enabled ones
  std::string url;         // as the list has it: the name under which the state keeps it
  std::string sha256;      // from a list of sums or a repository's index; empty: none
  net::Download download;
};

class Update {
 public:
  Update(const SourceList& list, const UpdateOptions& options) : list_(list), options_(options) {}

  Result<UpdateOutcome> run() {
    RETURN_IF_ERROR(make_folder(options_.folder));
    ASSIGN_OR_RETURN(const Lock lock, Lock::take(options_.folder));
    if (!options_.from.empty()) return from_folder();
    RETURN_IF_ERROR(choose());
    RETURN_IF_ERROR(fetch());
    return build();
  }

 private:
  std::string folder_of(const Source& source) const {
    return downloads_folder(options_.folder) + "/" + source.name;
  }
  std::string files_of(const Source& source) const { return folder_of(source) + "/files"; }

  bool is_asked_for(const Source& source) const {
    return options_.only.empty() || std::find(options_.only.begin(), options_.only.end(),
                                              source.name) != options_.only.end();
  }

  // What is enabled; what is asked for by name counts as enabled.
  Status choose() {
    for (const std::string& name : options_.only) {
      const bool known = std::any_of(list_.sources.begin(), list_.sources.end(),
                                     [&](const Source& source) { return source.name == name; });
      if (!known) return fail(Code::kNotFound, fmt::format("there is no source {}", name));
    }
    for (const Source& source : list_.sources) {
      const bool by_name = !options_.only.empty() && is_asked_for(source);
      std::error_code ignored;
      const bool is_there = fs::exists(files_of(source), ignored);
      if (source.enabled || by_name || (is_there && !options_.only.empty())) {
        chosen_.push_back(&source);
      }
    }
    return {};
  }

  std::string mirrored(const std::string& url) const {
    for (const auto& [from, to] : list_.mirrors) {
      if (url.starts_with(from)) return to + url.substr(from.size());
    }
    return url;
  }

  net::DownloadOptions download_options() const {
    return {.at_once = list_.at_once, .proxy = list_.proxy};
  }

  Status fetch() {
    outcomes_.resize(chosen_.size());
    states_.resize(chosen_.size());
    std::vector<Wanted> wanted;
    for (std::size_t at = 0; at < chosen_.size(); ++at) {
      const Source& source = *chosen_[at];
      outcomes_[at].name = source.name;
      states_[at] = DownloadState::read(folder_of(source));
      if (!is_asked_for(source)) continue;
      RETURN_IF_ERROR(make_folder(files_of(source)));
      if (auto found = want(at); found) {
        wanted.insert(wanted.end(), found->begin(), found->end());
      } else {
        failed(at, found.error().message);
      }
    }
    std::vector<net::Download> downloads;
    for (Wanted& file : wanted) {
      file.download.accept = [&file](const std::string& path) { return accept(file, path); };
      downloads.push_back(file.download);
    }
    net::DownloadOptions options = download_options();
    options.progress = [&](std::size_t index, std::uint64_t done, std::uint64_t total) {
      report({UpdateProgress::Step::kDownload, chosen_[wanted[index].source]->name, done, total});
    };
    const auto results = net::download_all(downloads, options);
    for (std::size_t at = 0; at < wanted.size(); ++at) take(wanted[at], results[at]);
    for (std::size_t at = 0; at < chosen_.size(); ++at) RETURN_IF_ERROR(settle(at));
    return {};
  }

  // The files of a source: those that its list names, and for a repository the one that its index
  // names.
  Result<std::vector<Wanted>> want(std::size_t at) {
    const Source& source = *chosen_[at];
    std::string sums;
    if (!source.sha256_url.empty()) {
      ASSIGN_OR_RETURN(sums, fetch_text(mirrored(source.sha256_url)));
    }
    std::vector<Wanted> wanted;
    std::size_t index = 0;
    for (const std::string& url : source.urls) {
      Wanted file{.source = at, .url = url, .sha256 = sum_for(url, sums)};
      file.download.url = mirrored(url);
      file.download.path = files_of(source) + "/" + file_name_of(url, index++);
      if (const DownloadedFile* known = states_[at].find(url)) {
        file.download.etag = known->etag;
        file.download.last_modified = known->last_modified;
      }
      wanted.push_back(std::move(file));
    }
    for (const std::string& repository : source.yum) {
      ASSIGN_OR_RETURN(Wanted file, want_updateinfo(at, repository, index++));
      wanted.push_back(std::move(file));
    }
    return wanted;
  }

  Result<Wanted> want_updateinfo(std::size_t at, const std::string& repository, std::size_t index) {
    std::string base = mirrored(repository);
    if (base.ends_with(".list")) {
      ASSIGN_OR_RETURN(const std::string mirrors, fetch_text(base));
      base = first_line(mirrors);
    }
    if (!base.ends_with('/')) base += '/';
    ASSIGN_OR_RETURN(const std::string repomd, fetch_text(base + "repodata/repomd.xml"));
    ASSIGN_OR_RETURN(const UpdateInfoFile info, update_info_of(repomd));
    Wanted file{.source = at, .url = repository, .sha256 = info.sha256};
    file.download.url = base + info.href;
    file.download.path = files_of(*chosen_[at]) + "/" + file_name_of("updateinfo.xml.gz", index);
    if (const DownloadedFile* known = states_[at].find(repository)) {
      file.download.etag = known->etag;
      file.download.last_modified = known->last_modified;
    }
    return file;
  }

  Result<std::string> fetch_text(const std::string& url) {
    const std::string path = options_.folder + "/index.tmp";
    net::DownloadOptions options = download_options();
    options.octets_max = kListSizeMax;
    auto result = net::download_all({{.url = url, .path = path}}, options);
    if (!result.front()) return tl::make_unexpected(result.front().error());
    auto text = read_data_file(path, kListSizeMax);
    std::error_code ignored;
    fs::remove(path, ignored);
    return text;
  }

  // What is not what was asked for must not take the place of the last good data.
  static Status accept(const Wanted& wanted, const std::string& path) {
    ASSIGN_OR_RETURN(const std::string sum, sha256_of(path));
    if (!wanted.sha256.empty() && wanted.sha256 != sum) {
      return fail(Code::kCorrupt, fmt::format("{}: its SHA-256 is {}, and should be {}", wanted.url,
                                              sum, wanted.sha256));
    }
    if (is_web_page(path)) {
      return fail(Code::kInvalid, fmt::format("{} answered with a web page", wanted.url),
                  "is there a proxy or a login page in between?");
    }
    return {};
  }

  void take(const Wanted& wanted, const Result<net::DownloadOutcome>& result) {
    SourceOutcome& outcome = outcomes_[wanted.source];
    if (!result) return failed(wanted.source, result.error().message);
    DownloadState& state = states_[wanted.source];
    const DownloadedFile* known = state.find(wanted.url);
    DownloadedFile file{.url = wanted.url,
                        .name = fs::path(wanted.download.path).filename().string(),
                        .etag = result->etag,
                        .last_modified = result->last_modified,
                        .fetched = std::time(nullptr),
                        .sha256 = known != nullptr ? known->sha256 : std::string()};
    if (result->what == net::DownloadOutcome::What::kFetched || file.sha256.empty()) {
      const auto digest = sha256_of(wanted.download.path);
      if (!digest) return failed(wanted.source, digest.error().message);
      const bool same = known != nullptr && known->sha256 == *digest;
      file.sha256 = *digest;
      if (!same) outcome.what = What::kFetched;
      outcome.octets += result->octets;
    }
    std::erase_if(state.files, [&](const DownloadedFile& old) { return old.url == wanted.url; });
    state.files.push_back(std::move(file));
  }

  void failed(std::size_t at, const std::string& why) {
    SourceOutcome& outcome = outcomes_[at];
    if (outcome.why.empty()) outcome.why = why;
  }

  Status settle(std::size_t at) {
    const Source& source = *chosen_[at];
    if (!is_asked_for(source)) return {};
    SourceOutcome& outcome = outcomes_[at];
    states_[at].failure = outcome.why;
    if (!outcome.why.empty()) {
      outcome.what = has_files(source) ? What::kKept : What::kFailed;
    }
    return states_[at].write(folder_of(source));
  }

  bool has_files(const Source& source) const {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(files_of(source), ignored)) {
      if (entry.path().extension() != ".part" && entry.path().extension() != ".validator") {
        return true;
      }
    }
    return false;
  }

  Result<UpdateOutcome> build() {
    std::vector<SourceLocation> locations;
    for (std::size_t at = 0; at < chosen_.size(); ++at) {
      const Source& source = *chosen_[at];
      if (!has_files(source)) continue;
      SourceLocation location{
          .name = source.name,
          .origin = source.urls.empty() ? source.yum.front() : source.urls.front(),
          .path = files_of(source),
          .failure = states_[at].failure};
      for (const DownloadedFile& file : states_[at].files) {
        location.fetched = std::max(location.fetched, file.fetched);
      }
      locations.push_back(std::move(location));
    }
    if (locations.empty()) return nothing_there();
    return import(locations);
  }

  tl::unexpected<Error> nothing_there() const {
    std::string why = "no source could be fetched";
    for (const SourceOutcome& outcome : outcomes_) {
      if (!outcome.why.empty()) why += fmt::format("; {}: {}", outcome.name, outcome.why);
    }
    return fail(Code::kUnavailable, why,
                "is the network up? On a machine without one: azekura scan update --from DIR");
  }

  // Each entry of the folder is a source: a folder, an archive or a file.
  Result<UpdateOutcome> from_folder() {
    std::error_code error;
    if (!fs::is_directory(options_.from, error)) {
      return fail(Code::kNotFound, fmt::format("{} is no folder", options_.from));
    }
    std::vector<SourceLocation> locations;
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(options_.from, error)) {
      const std::string file = entry.path().filename().string();
      if (file.starts_with('.') || is_about_the_data(file)) continue;
      std::string name = file.substr(0, file.find('.'));
      while (!names.insert(name).second) name += "-2";
      locations.push_back({.name = name,
                           .origin = entry.path().string(),
                           .path = entry.path().string(),
                           .fetched = std::time(nullptr)});
    }
    if (error) return fail(Code::kIo, fmt::format("{}: {}", options_.from, error.message()));
    if (locations.empty()) return fail(Code::kNotFound, fmt::format("{} is empty", options_.from));
    std::sort(locations.begin(), locations.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const SourceLocation& location : locations) {
      outcomes_.push_back({.name = location.name, .what = What::kFetched});
    }
    auto outcome = import(locations);
    if (!outcome) return outcome;
    for (std::size_t at = 0; at < outcome->imported.size(); ++at) {
      if (outcome->imported[at].failure.empty()) continue;
      outcome->sources[at].what = What::kFailed;
      outcome->sources[at].why = outcome->imported[at].failure;
    }
    return outcome;
  }

  static bool is_about_the_data(std::string_view file) {
    constexpr std::array<std::string_view, 5> kNames = {"README.md", "README", "LICENSE",
                                                        "manifest.json", "SHA256SUMS"};
    return std::find(kNames.begin(), kNames.end(), file) != kNames.end();
  }

  Result<UpdateOutcome> import(const std::vector<SourceLocation>& locations) {
    const std::string path = database_path(options_.folder);
    UpdateOutcome outcome;
    outcome.rebuilt = options_.from.empty() ? has_changed(path) : true;
    if (outcome.rebuilt) {
      advisories::BuildOptions options{.threads = kThreads};
      options.progress = [&](const advisories::ReadProgress& progress) {
        report({UpdateProgress::Step::kImport, progress.source, progress.files, 0});
      };
      ASSIGN_OR_RETURN(outcome.imported, advisories::build_database(locations, path, options));
    } else if (const auto database = Database::open(path)) {
      outcome.imported.assign(database->sources().begin(), database->sources().end());
    }
    outcome.sources = std::move(outcomes_);
    std::error_code ignored;
    outcome.database_octets = fs::file_size(path, ignored);
    return outcome;
  }

  // Whether the database would come out otherwise than it is: other octets, or another failure to
  // tell.
  bool has_changed(const std::string& path) const {
    const auto database = Database::open(path);
    if (!database) return true;
    std::size_t told = 0;
    for (std::size_t at = 0; at < chosen_.size(); ++at) {
      if (outcomes_[at].what == What::kFetched) return true;
      if (!has_files(*chosen_[at])) continue;
      const auto sources = database->sources();
      const auto same = std::find_if(sources.begin(), sources.end(), [&](const SourceInfo& info) {
        return info.name == chosen_[at]->name && info.failure == states_[at].failure;
      });
      if (same == sources.end()) return true;
      ++told;
    }
    return told != database->sources().size();
  }

  void report(const UpdateProgress& progress) {
    if (!options_.progress) return;
    const std::lock_guard lock(progress_mutex_);
    options_.progress(progress);
  }

  const SourceList& list_;
  const UpdateOptions& options_;
  std::vector<const Source*> chosen_;
  std::vector<DownloadState> states_;    // as chosen_
  std::vector<SourceOutcome> outcomes_;  // as chosen_, or as the entries of `from`
  std::mutex progress_mutex_;
};

}  // namespace

Result<UpdateOutcome> update(const SourceList& sources, const UpdateOptions& options) {
  return Update(sources, options).run();
}

}  // namespace azekura::scanner::feeds
