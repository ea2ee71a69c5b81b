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
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <utility>

#include "crypto/hash.h"
#include "net/download.h"
#include "scanner/advisories/importer.h"
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
constexpr Time kTellAgain_s = 24 * 3600;

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

// A sink that takes nothing: whether a file is data at all.
class Nothing final : public AdvisorySink {
 public:
  void add(Advisory /*advisory*/) override { ++records; }
  void add(CweName /*name*/) override { ++records; }
  void add(ProductName /*name*/) override { ++records; }
  void add(ComponentCpe /*component*/) override { ++records; }
  void add(ReleaseLife /*life*/) override { ++records; }
  void add(JavaScriptSignature /*signature*/) override { ++records; }
  void bad_record(std::string name, Error why) override {
    if (why.code == Code::kUnsupported)
      is_other = true;
    else if (problem.empty())
      problem = fmt::format("{}: {}", name, why.message);
  }
  bool is_other = false;  // of no format of advisories
  std::uint64_t records = 0;
  std::string problem;
};

// Looks as far as the first file that is advisory data; an empty list of a known format is data
// too. kNotFound for what is none at all, kCorrupt where nothing can be read.
Status check_data(const std::string& path) {
  bool found = false;
  bool others = false;
  std::string problem;
  JsonParser json;
  const auto look = [&](const DataFile& file) -> Status {
    Nothing sink;
    const bool known = advisories::import_file({file.name, json}, file.octets, sink);
    others = others || !known || sink.is_other;
    found = known && !sink.is_other && (sink.records != 0 || sink.problem.empty());
    if (problem.empty()) problem = sink.problem;
    if (found) return fail(Code::kInternal, "far enough");
    return {};
  };
  const auto walked =
      for_each_data_file(path, look, [&](const std::string& name, const Error& why) {
        if (problem.empty()) problem = fmt::format("{}: {}", name, why.message);
      });
  if (found) return {};
  if (!walked) return walked;
  if (!others && !problem.empty()) return fail(Code::kCorrupt, problem);
  return fail(Code::kNotFound, "there is no advisory in it");
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
  // What has come so far is no data yet, and lies apart from it.
  std::string parts_of(const Source& source) const { return folder_of(source) + "/parts"; }

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
      if (source.enabled || by_name) chosen_.push_back(&source);
    }
    if (!chosen_.empty()) return {};
    return fail(Code::kInvalid, "no source is enabled",
                "take an `enabled = false` out of the list of sources");
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
    changed_.resize(chosen_.size());
    std::vector<Wanted> wanted;
    for (std::size_t at = 0; at < chosen_.size(); ++at) {
      const Source& source = *chosen_[at];
      outcomes_[at].name = source.name;
      states_[at] = DownloadState::read(folder_of(source));
      if (!is_asked_for(source)) continue;
      RETURN_IF_ERROR(make_folder(files_of(source)));
      RETURN_IF_ERROR(make_folder(parts_of(source)));
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
    std::vector<std::uint64_t> octets(wanted.size());
    options.progress = [&](std::size_t index, std::uint64_t done, std::uint64_t /*total*/) {
      octets[index] = done;
      const auto sum = std::accumulate(octets.begin(), octets.end(), std::uint64_t{0});
      report({UpdateProgress::Step::kDownload, chosen_[wanted[index].source]->name, sum, 0});
    };
    // At once, so that what has come stays known if this run is ended.
    options.finished = [&](std::size_t index, const Result<net::DownloadOutcome>& result) {
      take(wanted[index], result);
      (void)settle(wanted[index].source);
    };
    net::download_all(downloads, options);
    for (std::size_t at = 0; at < chosen_.size(); ++at) {
      if (outcomes_[at].why.empty() && is_asked_for(*chosen_[at])) forget_others(at, wanted);
      RETURN_IF_ERROR(settle(at));
    }
    return {};
  }

  // Files of addresses that are in the list no more.
  void forget_others(std::size_t at, const std::vector<Wanted>& wanted) {
    std::set<std::string> names;
    for (const Wanted& file : wanted) {
      if (file.source == at) names.insert(fs::path(file.download.path).filename().string());
    }
    std::error_code ignored;
    std::vector<fs::path> others;
    for (const auto& entry : fs::directory_iterator(files_of(*chosen_[at]), ignored)) {
      if (!names.contains(entry.path().filename().string())) others.push_back(entry.path());
    }
    for (const fs::path& other : others) {
      changed_[at] = fs::remove(other, ignored) || changed_[at];
    }
    std::erase_if(states_[at].files,
                  [&](const DownloadedFile& file) { return !names.contains(file.name); });
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
      if (!sums.empty() && file.sha256.empty()) {
        return fail(Code::kInvalid, fmt::format("{} has no sum of {}", source.sha256_url, url));
      }
      RETURN_IF_ERROR(place(file, mirrored(url), file_name_of(url, index++)));
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
      const std::string first = mirrored(first_line(mirrors));
      if (first.empty()) return fail(Code::kInvalid, base + " names no repository");
      if (base.starts_with("https:") && !first.starts_with("https:")) {
        return fail(Code::kInvalid, fmt::format("{} leads to {}, which is not https", base, first));
      }
      base = first;
    }
    if (!base.ends_with('/')) base += '/';
    ASSIGN_OR_RETURN(const std::string repomd, fetch_text(base + "repodata/repomd.xml"));
    ASSIGN_OR_RETURN(const UpdateInfoFile info, update_info_of(repomd));
    Wanted file{.source = at, .url = repository, .sha256 = info.sha256};
    RETURN_IF_ERROR(place(file, base + info.href, file_name_of("updateinfo.xml.gz", index)));
    return file;
  }

  // From where and to where; and what the last answer said, if it is still about the same file.
  Status place(Wanted& file, std::string url, const std::string& name) const {
    const Source& source = *chosen_[file.source];
    constexpr std::string_view kFile = "file://";
    std::error_code ignored;
    if (url.starts_with(kFile) && fs::is_directory(url.substr(kFile.size()), ignored)) {
      return fail(Code::kInvalid, fmt::format("{} is a folder, and should be a file", url));
    }
    file.download.url = std::move(url);
    file.download.path = files_of(source) + "/" + name;
    file.download.part = parts_of(source) + "/" + name;
    const DownloadedFile* known = states_[file.source].find(file.url);
    if (known == nullptr || known->name != name) return {};
    if (!file.sha256.empty() && file.sha256 != known->sha256) return {};
    file.download.etag = known->etag;
    file.download.last_modified = known->last_modified;
    return {};
  }

  Result<std::string> fetch_text(const std::string& url) {
    const std::string path = options_.folder + "/index.tmp";
    net::DownloadOptions options = download_options();
    options.octets_max = kListSizeMax;
    auto result = net::download_all({{.url = url, .path = path}}, options);
    std::error_code ignored;
    fs::remove(path + ".part", ignored);
    fs::remove(path + ".part.validator", ignored);
    if (!result.front()) return tl::make_unexpected(result.front().error());
    auto text = read_data_file(path, kListSizeMax);
    fs::remove(path, ignored);
    if (text && text->empty()) return fail(Code::kInvalid, url + " is empty");
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
    if (const auto checked = check_data(path); !checked) {
      return fail(Code::kInvalid, fmt::format("{}: {}", wanted.url, checked.error().message));
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
      if (!same) changed_[wanted.source] = true;
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
    return fs::directory_iterator(files_of(source), ignored) != fs::directory_iterator();
  }
  // A source that could never be fetched is told too.
  bool is_to_be_told(std::size_t at) const {
    return has_files(*chosen_[at]) || !states_[at].failure.empty();
  }

  Result<UpdateOutcome> build() {
    std::vector<SourceLocation> locations;
    bool any_data = false;
    for (std::size_t at = 0; at < chosen_.size(); ++at) {
      const Source& source = *chosen_[at];
      if (!is_to_be_told(at)) continue;
      RETURN_IF_ERROR(make_folder(files_of(source)));
      any_data = any_data || has_files(source);
      SourceLocation location{
          .name = source.name,
          .origin = source.urls.empty() ? source.yum.front() : source.urls.front(),
          .path = files_of(source),
          .failure = states_[at].failure};
      for (const DownloadedFile& file : states_[at].files) {
        const bool older = location.fetched == 0 || file.fetched < location.fetched;
        if (older) location.fetched = file.fetched;
      }
      locations.push_back(std::move(location));
    }
    if (!any_data) return nothing_there();
    return import(locations);
  }

  tl::unexpected<Error> nothing_there() const {
    // Without a network all fail alike: one says it.
    std::string why = "no source could be fetched";
    std::size_t failed = 0;
    for (const SourceOutcome& outcome : outcomes_) {
      if (outcome.why.empty()) continue;
      if (failed++ == 0) why += fmt::format(": {}: {}", outcome.name, outcome.why);
    }
    if (failed > 1) why += fmt::format("; and {} more", failed - 1);
    return fail(Code::kUnavailable, why,
                "is the network up? On a machine without one: azekura scan update --from DIR");
  }

  // Each entry of the folder is a source: a folder, an archive or a file.
  Result<UpdateOutcome> from_folder() {
    std::error_code error;
    if (!fs::is_directory(options_.from, error)) {
      return fail(Code::kNotFound, fmt::format("{} is no folder that can be read", options_.from));
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
    // What is no data at all is said, but is no source.
    std::erase_if(locations, [&](const SourceLocation& location) {
      const auto checked = check_data(location.path);
      const bool is_none = !checked && checked.error().code == Code::kNotFound;
      outcomes_.push_back({.name = location.name,
                           .what = is_none ? What::kFailed : What::kFetched,
                           .why = is_none ? checked.error().message : ""});
      return is_none;
    });
    if (locations.empty()) {
      return fail(Code::kNotFound, fmt::format("nothing in {} is advisory data", options_.from),
                  "each folder, archive or file in it should be one source's data");
    }
    auto outcome = import(locations);
    if (!outcome) return outcome;
    for (const SourceInfo& info : outcome->imported) {
      if (info.failure.empty()) continue;
      const auto at = std::find_if(outcome->sources.begin(), outcome->sources.end(),
                                   [&](const auto& source) { return source.name == info.name; });
      at->what = What::kFailed;
      at->why = info.failure;
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
      std::map<std::string, std::uint64_t, std::less<>> files;
      options.progress = [&](const advisories::ReadProgress& progress) {
        const std::lock_guard lock(progress_mutex_);
        files[std::string(progress.source)] = progress.files;
        std::uint64_t sum = 0;
        for (const auto& [source, count] : files) sum += count;
        report({UpdateProgress::Step::kImport, progress.source, sum, 0});
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
    if (!database || !database->verify()) return true;
    if (std::time(nullptr) - database->built() >= kTellAgain_s) return true;
    std::size_t told = 0;
    for (std::size_t at = 0; at < chosen_.size(); ++at) {
      if (changed_[at]) return true;
      if (!is_to_be_told(at)) continue;
      const auto sources = database->sources();
      const auto same = std::find_if(sources.begin(), sources.end(), [&](const SourceInfo& info) {
        return info.name == chosen_[at]->name && info.failure == states_[at].failure;
      });
      if (same == sources.end()) return true;
      ++told;
    }
    return told != database->sources().size();
  }

  void report(const UpdateProgress& progress) const {
    if (options_.progress) options_.progress(progress);
  }

  const SourceList& list_;
  const UpdateOptions& options_;
  std::vector<const Source*> chosen_;
  std::vector<DownloadState> states_;    // as chosen_
  std::vector<SourceOutcome> outcomes_;  // as chosen_, or as the entries of `from`
  std::vector<bool> changed_;            // as chosen_: other data than before
  std::mutex progress_mutex_;
};

}  // namespace

Result<UpdateOutcome> update(const SourceList& sources, const UpdateOptions& options) {
  return Update(sources, options).run();
}

}  // namespace azekura::scanner::feeds
