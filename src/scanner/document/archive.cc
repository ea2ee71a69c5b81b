#include "scanner/document/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "scanner/document/zip_directory.h"

namespace azekura::scanner {
namespace {

constexpr std::size_t kBlock = std::size_t{128} << 10;
constexpr std::size_t kPeek = 512;
// What an entry claims is believed up to here; the rest is added as it comes.
constexpr std::uint64_t kReserveMax = std::uint64_t{4} << 20;

// The path without what could lead out of the archive; empty if it does, or if nothing is left.
std::string normalized(std::string_view path) {
  std::string out;
  std::vector<std::size_t> ends;  // of the parts before
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (ends.empty()) return {};
      out.resize(ends.back());
      ends.pop_back();
      continue;
    }
    ends.push_back(out.size());
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

EntryKind kind_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_hardlink_utf8(entry) != nullptr) {
    return EntryKind::kHardLink;
  }
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return EntryKind::kFile;
    case AE_IFDIR:
      return EntryKind::kFolder;
    case AE_IFLNK:
      return EntryKind::kSymbolicLink;
    case 0:
      // Zip files made without attributes.
      return EntryKind::kFile;
    default:
      return EntryKind::kOther;
  }
}

// In the C locale, names that the archive declares as UTF-8 are only had as such.
std::string_view either(const char* native, const char* utf8) {
  if (native != nullptr) return native;
  return utf8 != nullptr ? utf8 : "";
}

bool looks_compressed(std::string_view octets) {
  using namespace std::string_view_literals;
  static constexpr std::string_view kMagics[] = {"\x1f\x8b"sv,
                                                 "\xfd"
                                                 "7zXZ\0"sv,
                                                 "BZh"sv, "\x28\xb5\x2f\xfd"sv,
                                                 "\x04\x22\x4d\x18"sv};
  return std::any_of(std::begin(kMagics), std::end(kMagics),
                     [octets](std::string_view magic) { return octets.starts_with(magic); });
}

// What several readers may use up together.
struct Budget {
  std::uint64_t octets = 0;
  std::uint64_t entries = 0;
};

}  // namespace

struct ArchiveReader::State {
  ArchiveLimits limits;
  std::shared_ptr<Budget> budget;
  archive* handle = nullptr;
  archive_entry* entry = nullptr;
  int descriptor = -1;      // owned
  State* parent = nullptr;  // whose entry is being read
  bool compressed = false;  // the whole of it
  bool zip = false;
  std::uint64_t directory_max = kZipDirectoryMax;
  bool raw = false;  // one compressed file
  bool entry_done = true;
  std::uint64_t counted = 0;  // of the uncompressed stream
  std::optional<Error> broken;
  struct Block {
    std::string_view octets;
    std::uint64_t offset = 0;
  };
  std::optional<Block> peeked;
  std::string gathered;      // what peeked shows, where it came in pieces
  std::optional<int> first;  // what reading the first header gave, until next() is called

  ~State() {
    archive_read_free(handle);
    if (descriptor >= 0) ::close(descriptor);
  }

  tl::unexpected<Error> damaged(int outcome) {
    const char* why = archive_error_string(handle);
    Error error{Code::kCorrupt, fmt::format("damaged archive: {}", why == nullptr ? "?" : why), {}};
    if (outcome == ARCHIVE_FATAL && !broken) broken = error;
    entry_done = true;
    return tl::make_unexpected(broken && broken->code == Code::kExhausted ? *broken : error);
  }

  tl::unexpected<Error> exhausted(std::string why = "the archive unpacks to more than the limit") {
    broken = Error{Code::kExhausted, std::move(why), {}};
    return tl::make_unexpected(*broken);
  }

  // Takes what was unpacked from the budget. What a parent streams to us it has counted already.
  Status count(std::uint64_t delivered) {
    std::uint64_t used = 0;
    if (zip || (!compressed && parent == nullptr)) used = delivered;
    if (compressed) {
      const auto stream =
          static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(handle, 0)));
      used += stream - std::min(stream, counted);
      counted = std::max(stream, counted);
    }
    if (used > budget->octets) return exhausted();
    budget->octets -= used;
    return {};
  }

  // Nothing at the end of the entry.
  Result<std::optional<Block>> block() {
    if (peeked) {
      const auto first_block = *peeked;
      peeked.reset();
      return first_block;
    }
    if (broken) return tl::make_unexpected(*broken);
    if (entry_done) return std::nullopt;
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int outcome = archive_read_data_block(handle, &data, &size, &offset);
    if (outcome == ARCHIVE_EOF) {
      entry_done = true;
      RETURN_IF_ERROR(count(0));
      return std::nullopt;
    }
    if (outcome != ARCHIVE_OK && outcome != ARCHIVE_WARN) return damaged(outcome);
    RETURN_IF_ERROR(count(size));
    return Block{{static_cast<const char*>(data), size},
                 static_cast<std::uint64_t>(std::max<la_int64_t>(0, offset))};
  }

  // Reads over what is left of the entry in steps, so that the limits hold; an archive that is not
  // compressed is a file in which to seek.
  Status skip() {
    if (!compressed && parent == nullptr) return {};
    while (!entry_done) {
      auto step = block();
      if (step) continue;
      if (broken) return tl::make_unexpected(*broken);
    }
    return {};
  }

  static la_ssize_t from_parent(archive* handle, void* state, const void** data) {
    auto* self = static_cast<State*>(state);
    auto block = self->parent->block();
    if (!block) {
      self->broken = block.error();
      archive_set_error(handle, EIO, "%s", block.error().message.c_str());
      return -1;
    }
    if (!*block) return 0;
    *data = (*block)->octets.data();
    return static_cast<la_ssize_t>((*block)->octets.size());
  }

  static Result<std::unique_ptr<State>> create(ArchiveLimits limits,
                                               std::shared_ptr<Budget> budget) {
    auto state = std::make_unique<State>();
    state->limits = limits;
    state->budget =
        budget ? std::move(budget)
               : std::make_shared<Budget>(Budget{limits.total_octets_max, limits.entries_max});
    state->handle = archive_read_new();
    if (state->handle == nullptr) return fail(Code::kInternal, "out of memory");
    archive* handle = state->handle;
    // No formats but these, and nothing that would run a program.
    archive_read_support_filter_gzip(handle);
    archive_read_support_filter_bzip2(handle);
    archive_read_support_filter_xz(handle);
    archive_read_support_filter_zstd(handle);
    archive_read_support_filter_lz4(handle);
    archive_read_support_format_tar(handle);
    archive_read_support_format_zip(handle);
    archive_read_support_format_cpio(handle);
    archive_read_support_format_raw(handle);
    return state;
  }

  Status open_descriptor(int file) {
    struct stat about {};
    if (::fstat(file, &about) != 0) return fail_errno("stat", errno);
    if (!S_ISREG(about.st_mode)) return fail(Code::kInvalid, "no archive: not a regular file");
    char head[8] = {};
    if (::pread(file, head, sizeof head, 0) < 0) return fail_errno("read", errno);
    if (!looks_compressed({head, sizeof head})) {
      RETURN_IF_ERROR(
          check_zip_directory(file, static_cast<std::uint64_t>(about.st_size), directory_max));
    }
    if (::lseek(file, 0, SEEK_SET) != 0) return fail_errno("seek", errno);
    return recognise(archive_read_open_fd(handle, file, kBlock));
  }

  Status open_octets(std::string_view octets) {
    if (!looks_compressed(octets)) RETURN_IF_ERROR(check_zip_directory(octets, directory_max));
    return recognise(archive_read_open_memory(handle, octets.data(), octets.size()));
  }

  // After libarchive opened it: the first entry shows what it is.
  Status recognise(int opened) {
    const int outcome = opened < ARCHIVE_WARN ? opened : archive_read_next_header(handle, &entry);
    if (broken) return tl::make_unexpected(*broken);
    compressed = archive_filter_count(handle) > 1;
    const int format = archive_format(handle) & ARCHIVE_FORMAT_BASE_MASK;
    zip = format == ARCHIVE_FORMAT_ZIP;
    raw = format == ARCHIVE_FORMAT_RAW;

    if ((format == 0 || raw) && !compressed) return fail(Code::kInvalid, "no archive");
    if (outcome < ARCHIVE_WARN) return damaged(ARCHIVE_FATAL);
    first = outcome;
    return {};
  }
};

ArchiveReader::ArchiveReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveReader::~ArchiveReader() = default;
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader& ArchiveReader::operator=(ArchiveReader&&) noexcept = default;

Result<ArchiveReader> ArchiveReader::open_file(const std::string& path, ArchiveLimits limits) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0 && errno == ENOENT)
    return fail(Code::kNotFound, fmt::format("there is no {}", path));
  if (descriptor < 0) return fail_errno("open " + path, errno);
  auto reader = open_descriptor(descriptor, limits);
  if (reader) {
    reader->state_->descriptor = descriptor;
  } else {
    ::close(descriptor);
  }
  return reader;
}

Result<ArchiveReader> ArchiveReader::open_descriptor(int descriptor, ArchiveLimits limits) {
  ASSIGN_OR_RETURN(auto state, State::create(limits, nullptr));
  RETURN_IF_ERROR(state->open_descriptor(descriptor));
  return ArchiveReader(std::move(state));
}

Result<ArchiveReader> ArchiveReader::open_octets(std::string_view octets, ArchiveLimits limits) {
  ASSIGN_OR_RETURN(auto state, State::create(limits, nullptr));
  RETURN_IF_ERROR(state->open_octets(octets));
  return ArchiveReader(std::move(state));
}

Result<ArchiveReader> ArchiveReader::open_inside(std::string_view octets) {
  ASSIGN_OR_RETURN(auto state, State::create(state_->limits, state_->budget));
  state->directory_max = kZipDirectoryInsideMax;
  RETURN_IF_ERROR(state->open_octets(octets));
  return ArchiveReader(std::move(state));
}

Result<ArchiveReader> ArchiveReader::open_inside(int descriptor) {
  ASSIGN_OR_RETURN(auto state, State::create(state_->limits, state_->budget));
  state->directory_max = kZipDirectoryInsideMax;
  RETURN_IF_ERROR(state->open_descriptor(descriptor));
  return ArchiveReader(std::move(state));
}

Result<ArchiveReader> ArchiveReader::open_entry() {
  ASSIGN_OR_RETURN(auto state, State::create(state_->limits, state_->budget));
  state->parent = state_.get();
  RETURN_IF_ERROR(state->recognise(
      archive_read_open(state->handle, state.get(), nullptr, State::from_parent, nullptr)));
  return ArchiveReader(std::move(state));
}

bool ArchiveReader::is_compressed_file() const { return state_->raw; }

Result<bool> ArchiveReader::next(ArchiveEntry& entry) {
  State& state = *state_;
  int outcome = ARCHIVE_OK;
  if (state.first) {
    outcome = *state.first;
    state.first.reset();
  } else {
    RETURN_IF_ERROR(state.skip());
    if (state.broken) return tl::make_unexpected(*state.broken);
    outcome = archive_read_next_header(state.handle, &state.entry);
  }
  if (state.broken) return tl::make_unexpected(*state.broken);
  state.entry_done = true;
  state.peeked.reset();
  if (outcome == ARCHIVE_EOF) return false;
  if (outcome != ARCHIVE_OK && outcome != ARCHIVE_WARN) return state.damaged(ARCHIVE_FATAL);
  if (state.budget->entries == 0)
    return state.exhausted("the archive has more entries than the limit");
  --state.budget->entries;
  RETURN_IF_ERROR(state.count(0));
  state.entry_done = false;
  archive_entry* raw = state.entry;
  entry.path = normalized(either(archive_entry_pathname(raw), archive_entry_pathname_utf8(raw)));
  entry.kind = kind_of(raw);
  entry.size = static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_size(raw)));
  entry.link.clear();
  if (entry.kind == EntryKind::kHardLink) {
    entry.link = either(archive_entry_hardlink(raw), archive_entry_hardlink_utf8(raw));
  } else if (entry.kind == EntryKind::kSymbolicLink) {
    entry.link = either(archive_entry_symlink(raw), archive_entry_symlink_utf8(raw));
  }
  return true;
}

std::uint64_t ArchiveReader::octets_used() const {
  return state_->limits.total_octets_max - state_->budget->octets;
}

Result<std::string_view> ArchiveReader::peek() {
  State& state = *state_;
  if (!state.peeked) {
    ASSIGN_OR_RETURN(state.peeked, state.block());
  }
  // A file that begins with a hole begins with zeros, which are no sign of anything.
  if (!state.peeked || state.peeked->offset != 0) return std::string_view();
  if (state.peeked->octets.size() >= kPeek || state.entry_done) return state.peeked->octets;
  // The end of libarchive's buffer lay just behind the beginning of the entry.
  state.gathered.assign(state.peeked->octets);
  state.peeked.reset();
  while (state.gathered.size() < kPeek) {
    ASSIGN_OR_RETURN(const auto more, state.block());
    if (!more) break;
    if (more->offset != state.gathered.size()) {
      return fail(Code::kCorrupt, "a file with holes where it begins");
    }
    state.gathered += more->octets;
  }
  state.peeked = State::Block{state.gathered, 0};
  return state.gathered;
}

Result<std::string> ArchiveReader::read() {
  std::string octets;
  ASSIGN_OR_RETURN(const std::string_view content, read(octets));
  if (content.data() != octets.data()) octets.assign(content);
  return octets;
}

Result<std::string_view> ArchiveReader::read(std::string& buffer) {
  State& state = *state_;
  buffer.clear();
  const std::uint64_t claimed = archive_entry_size_is_set(state.entry) != 0
                                    ? static_cast<std::uint64_t>(archive_entry_size(state.entry))
                                    : 0;
  const std::uint64_t octets_max = state.limits.entry_octets_max;
  const auto too_large = [&] {
    return fail(Code::kExhausted, fmt::format("larger than {} octets", octets_max));
  };
  if (claimed > octets_max) return too_large();
  for (;;) {
    ASSIGN_OR_RETURN(const auto block, state.block());
    if (!block) return std::string_view(buffer);
    // A zip says at the end whether its content is whole, so there the end must be reached.
    if (buffer.empty() && block->offset == 0 && block->octets.size() == claimed && !state.zip) {
      return block->octets;
    }
    const std::uint64_t end = block->offset + block->octets.size();
    if (end > octets_max) return too_large();
    if (buffer.empty())
      buffer.reserve(std::max<std::uint64_t>(end, std::min(claimed, kReserveMax)));
    buffer.resize(
        std::max<std::uint64_t>(buffer.size(), block->offset));  // the holes of a sparse file
    buffer.append(block->octets);
  }
}

Status ArchiveReader::read(const std::function<Status(std::string_view)>& piece) {
  static const std::string zeros(kBlock, '\0');
  for (std::uint64_t at = 0;;) {
    ASSIGN_OR_RETURN(const auto block, state_->block());
    if (!block) return {};
    while (at < block->offset) {
      const std::uint64_t hole = std::min<std::uint64_t>(block->offset - at, kBlock);
      if (hole > state_->budget->octets) return state_->exhausted();
      state_->budget->octets -= hole;
      RETURN_IF_ERROR(piece(std::string_view(zeros).substr(0, hole)));
      at += hole;
    }
    RETURN_IF_ERROR(piece(block->octets));
    at += block->octets.size();
  }
}

bool looks_like_archive(std::string_view octets) {
  static constexpr std::string_view kMagics[] = {"PK\3\4", "PK\5\6", "PK\7\x8",
                                                 "070701", "070702", "070707"};
  const auto begins = [octets](std::string_view magic) { return octets.starts_with(magic); };
  if (looks_compressed(octets) || std::any_of(std::begin(kMagics), std::end(kMagics), begins))
    return true;
  return octets.size() >= 512 && octets.substr(257, 5) == "ustar";
}

Result<std::string> decompressed_zlib(std::string_view octets, std::uint64_t octets_max) {
  using namespace std::string_view_literals;
  constexpr std::size_t kZlibHead = 2;
  constexpr std::size_t kZlibTail = 4;
  const bool deflate =
      octets.size() > kZlibHead + kZlibTail && (octets[0] & 0x0f) == 8 && (octets[1] & 0x20) == 0;
  if (!deflate) return fail(Code::kCorrupt, "no zlib stream");
  // The same deflated octets in the envelope that libarchive opens (RFC 1952).
  std::string gzip("\x1f\x8b\x08\0\0\0\0\0\0\xff"sv);
  gzip += octets.substr(kZlibHead, octets.size() - kZlibHead - kZlibTail);
  gzip.append(8, '\0');
  return decompressed(gzip, octets_max);
}

Result<std::string> decompressed(std::string_view octets, std::uint64_t octets_max) {
  ArchiveLimits limits;
  limits.entry_octets_max = octets_max;
  limits.total_octets_max = octets_max;
  auto reader = ArchiveReader::open_octets(octets, limits);
  if (!reader && looks_compressed(octets)) return fail(Code::kCorrupt, reader.error().message);
  if (!reader || !reader->is_compressed_file()) return std::string(octets);
  ArchiveEntry entry;
  RETURN_IF_ERROR(reader->next(entry));
  return reader->read();
}

}  // namespace azekura::scanner
