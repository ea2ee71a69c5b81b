#include "scanner/advisories/read_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <thread>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "scanner/advisories/importer.h"
#include "scanner/document/files.h"

namespace azekura::scanner::advisories {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFilesPerReport = 256;
constexpr std::size_t kExamplesMax = 5;
// What an archive of advisories unpacks to, for the order of reading only.
constexpr std::uint64_t kCompression = 12;

Result<std::string> finish_hex(crypto::Hasher& hasher) {
  std::array<std::uint8_t, crypto::hash_size(crypto::Hash::kSha256)> digest{};
  ASSIGN_OR_RETURN(const std::size_t size, hasher.finish(digest));
  return to_hex(ByteView(digest).first(size));
}

Result<std::string> digest_of_file(const std::string& path) {
  ASSIGN_OR_RETURN(auto hasher, crypto::Hasher::create(crypto::Hash::kSha256));
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(std::size_t{1} << 20);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())), file.gcount() > 0) {
    RETURN_IF_ERROR(
        hasher.update(as_bytes({piece.data(), static_cast<std::size_t>(file.gcount())})));
  }
  if (file.bad()) return fail(Code::kIo, "cannot read " + path);
  return finish_hex(hasher);
}

class SourceReader {
 public:
  SourceReader(const SourceLocation& source, crypto::Hasher hasher, AdvisorySink& sink,
               const ReportProgress& progress)
      : source_(source), hasher_(std::move(hasher)), sink_(sink), progress_(progress) {
    info_.name = source.name;
    info_.format = source.format;
    info_.origin = source.origin;
    info_.date = source.date;
    info_.fetched = source.fetched;
    info_.failure = source.failure;
  }

  Status read() {
    std::error_code ignored;
    is_folder_ = fs::is_directory(source_.path, ignored);
    RETURN_IF_ERROR(for_each_data_file(
        source_.path, [&](const DataFile& file) { return take(file); },
        [&](const std::string& name, const Error& why) { sink_.bad_record(name, why); }));
    ASSIGN_OR_RETURN(info_.digest, is_folder_ ? finish_hex(hasher_) : digest_of_file(source_.path));
    return {};
  }
  void report(bool done) const {
    if (progress_) progress_({source_.name, info_.files, octets_, done});
  }
  SourceInfo& info() { return info_; }

 private:
  Status take(const DataFile& file) {
    ++info_.files;
    octets_ += file.octets.size();
    if (is_folder_) RETURN_IF_ERROR(hash(file));
    if (!import_file({file.name, json_}, file.octets, sink_)) {
      ++info_.unrecognised_files;
      if (info_.unrecognised_examples.size() < kExamplesMax) {
        info_.unrecognised_examples.emplace_back(file.name);
      }
    }
    if (info_.files % kFilesPerReport == 0) report(false);
    return {};
  }
  Status hash(const DataFile& file) {
    const std::string head =
        fmt::format("{}:{}{}:", file.name.size(), file.name, file.octets.size());
    RETURN_IF_ERROR(hasher_.update(as_bytes(head)));
    return hasher_.update(as_bytes(file.octets));
  }

  const SourceLocation& source_;
  crypto::Hasher hasher_;
  AdvisorySink& sink_;
  const ReportProgress& progress_;
  JsonParser json_;
  bool is_folder_ = false;
  SourceInfo info_;
  std::uint64_t octets_ = 0;
};

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    const std::uint64_t size = fs::file_size(path, error);
    return error ? 0 : size * kCompression;
  }
  std::uint64_t size = 0;
  for (auto at = fs::recursive_directory_iterator(path, error); !error && at != fs::end(at);
       at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) size += at->file_size(ignored);
  }
  return size;
}

std::vector<std::size_t> largest_first(const std::vector<SourceLocation>& sources) {
  std::vector<std::uint64_t> sizes;
  for (const SourceLocation& source : sources) sizes.push_back(size_of(source.path));
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  return order;
}

}  // namespace

Result<SourceInfo> read_source(const SourceLocation& source, DatabaseBuilder& builder,
                               const ReportProgress& progress) {
  ASSIGN_OR_RETURN(auto hasher, crypto::Hasher::create(crypto::Hash::kSha256));
  auto sink = builder.begin();
  SourceReader reader(source, std::move(hasher), *sink, progress);
  auto read = reader.read();
  reader.report(true);
  if (!read) reader.info().failure = read.error().message;
  SourceInfo info = builder.finish(std::move(sink), std::move(reader.info()));
  if (!read) return tl::make_unexpected(std::move(read).error());
  return info;
}

Result<std::vector<SourceInfo>> build_database(const std::vector<SourceLocation>& sources,
                                               const std::string& path,
                                               const BuildOptions& options) {
  const std::vector<std::size_t> order = largest_first(sources);
  std::vector<SourceInfo> infos(sources.size());
  DatabaseBuilder builder;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t at = next++; at < order.size(); at = next++) {
      const SourceLocation& source = sources[order[at]];
      auto info = read_source(source, builder, options.progress);
      infos[order[at]] = info ? std::move(*info)
                              : SourceInfo{.name = source.name, .failure = info.error().message};
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::min<std::size_t>(options.threads, sources.size()); ++i) {
    threads.emplace_back(work);
  }
  work();
  for (std::thread& thread : threads) thread.join();

  if (std::all_of(infos.begin(), infos.end(), [](const auto& info) { return info.records == 0; })) {
    return fail(Code::kNotFound, "none of the sources holds any advisory");
  }
  RETURN_IF_ERROR(builder.write(path));
  return infos;
}

}  // namespace azekura::scanner::advisories
