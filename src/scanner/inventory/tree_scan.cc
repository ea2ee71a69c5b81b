#include "scanner/inventory/tree_scan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "scanner/inventory/binaries.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kHead = 512;
constexpr std::uint64_t kProgressEvery = 1024;

Problem::Kind kind_of(Code code) {
  switch (code) {
    case Code::kExhausted:
      return Problem::Kind::kLimit;
    case Code::kInvalid:
    case Code::kCorrupt:
      return Problem::Kind::kMalformed;
    default:
      return Problem::Kind::kUnreadable;
  }
}

}  // namespace

TreeScan::TreeScan(const TreeOptions& options)
    : options_(options), octets_left_(options.archive_octets_max) {}

bool TreeScan::count_file() {
  ++files_;
  if (options_.progress && files_ % kProgressEvery == 0) options_.progress(files_);
  if (files_ == options_.files_max + 1) {
    problem(Problem::Kind::kLimit, "",
            fmt::format("more than {} files: the rest was left out", options_.files_max));
  }
  return files_ <= options_.files_max;
}

void TreeScan::file(const Content& content, const Place& place, const FileGuess& guess) {
  switch (guess.kind) {
    case FileKind::kNothing:
      return;
    case FileKind::kReader:
      return read(content, place, *guess.reader);
    case FileKind::kScript:
      return script(content, place);
    case FileKind::kDocument:
      return document(content, place);
    case FileKind::kJava:
    case FileKind::kArchive:
    case FileKind::kAny:
      break;
  }
  const std::string head = content.read(0, kHead);
  if (is_zip(head))
    return packed(content, place, guess.kind == FileKind::kJava ? Java::kYes : Java::kNo);
  if (is_tar(head, guess.kind)) return packed(content, place, Java::kNo);
  if (looks_like_executable(head)) return program(content, place);
  if (guess.kind == FileKind::kJava && !head.empty()) {
    return problem(Problem::Kind::kMalformed, place.location,
                   "not a Java archive, whatever its name says");
  }
  if (place.is_root) document(content, place);
}

void TreeScan::read(const Content& content, const Place& place, const ReaderEntry& reader) {
  const std::uint64_t octets_max = place.is_root ? kReadableRootMax : kReadableMax;
  if (content.size() > octets_max) {
    return problem(Problem::Kind::kLimit, place.location,
                   fmt::format("{}: larger than {} octets", reader.format, octets_max));
  }
  std::string copy;
  std::string_view octets = content.octets();
  if (content.descriptor() >= 0) {
    copy = content.read(0, content.size());
    octets = copy;
  }
  auto outcome = reader.read(octets, place.context);
  if (!outcome) return problem(outcome.error(), place.location);
  take(std::move(*outcome), place.location, reader.format);
}

void TreeScan::document(const Content& content, const Place& place) {
  const std::string head = content.read(0, kHead);
  if (const ReaderEntry* reader = sbom_reader_for_octets(head))
    return read(content, place, *reader);
  if (place.is_root) {
    problem(Problem::Kind::kUnknown, place.location,
            "no lockfile, archive, program or bill of materials that is known");
  }
}

void TreeScan::script(const Content& content, const Place& place) {
  if (!looks_at_scripts()) return;
  if (content.size() > kScriptMax) {
    return problem(Problem::Kind::kLimit, place.location,
                   fmt::format("a script of more than {} octets", kScriptMax));
  }
  ReadOutcome outcome;
  std::string copy;
  std::string_view octets = content.octets();
  if (content.descriptor() >= 0) {
    copy = content.read(0, content.size());
    octets = copy;
  }
  if (!javascript_) javascript_ = JavaScriptMatcher::create(options_.javascript);
  outcome.components = javascript_->match(place.path, octets);
  if (!outcome.components.empty()) take(std::move(outcome), place.location, "browser JavaScript");
}

void TreeScan::program(const Content& content, const Place& place) {
  const auto program = read_executable(content);
  // Much begins with "MZ" or is cut off; only what says that it is a Go or Rust program is expected
  // to be one.
  if (!program) return;
  const auto keep = [&](Result<std::optional<ReadOutcome>> outcome, std::string_view format) {
    if (!outcome) return problem(outcome.error(), place.location);
    if (*outcome) take(std::move(**outcome), place.location, format);
  };
  keep(read_go_binary(content, *program), "Go binary");
  keep(read_rust_binary(content, *program), "cargo-auditable binary");
}

void TreeScan::packed(const Content& content, const Place& place, Java java) {
  if (place.depth >= options_.archive_depth_max) {
    return problem(
        Problem::Kind::kLimit, place.location,
        fmt::format("archives inside archives, deeper than {}", options_.archive_depth_max));
  }
  ArchiveReader* const outer = around_;
  auto reader = outer == nullptr            ? open_archive(content)
                : content.descriptor() >= 0 ? outer->open_inside(content.descriptor())
                                            : outer->open_inside(content.octets());
  if (!reader) return problem(reader.error(), place.location);
  archive(*reader, &content, place, java);
  if (outer == nullptr) close_archive(*reader);
}

Result<ArchiveReader> TreeScan::open_archive(const Content& content) {
  ArchiveLimits limits;
  limits.entry_octets_max = options_.file_octets_max;
  limits.total_octets_max = octets_left_;
  return content.descriptor() >= 0 ? ArchiveReader::open_descriptor(content.descriptor(), limits)
                                   : ArchiveReader::open_octets(content.octets(), limits);
}

void TreeScan::close_archive(const ArchiveReader& reader) {
  octets_left_ -= std::min(octets_left_, reader.octets_used());
}

void TreeScan::take(ReadOutcome outcome, const std::string& location, std::string_view format) {
  out_->files.push_back(
      {location, std::string(format), static_cast<std::uint32_t>(outcome.components.size())});
  for (Component& component : outcome.components) {
    if (component.location.empty()) component.location = location;
    out_->components.push_back(std::move(component));
  }
  for (Problem& found : outcome.problems) {
    problem(found.kind, found.location.empty() ? location : std::move(found.location),
            std::move(found.why));
  }
  if (outcome.distribution && !out_->distribution)
    out_->distribution = std::move(outcome.distribution);
}

void TreeScan::problem(Problem::Kind kind, std::string location, std::string why) {
  auto& problems = out_->problems;
  if (problems.size() < kTreeProblemsMax) {
    problems.push_back({kind, std::move(location), std::move(why)});
  } else if (problems.size() == kTreeProblemsMax) {
    problems.push_back({Problem::Kind::kLimit, "", "more problems than are listed"});
  }
}

void TreeScan::problem(const Error& error, std::string location) {
  problem(kind_of(error.code), std::move(location), error.message);
}

void TreeScan::merge(Inventory found) {
  const auto append = [](auto& from, auto& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(found.components, out_->components);
  append(found.files, out_->files);
  for (Problem& each : found.problems)
    problem(each.kind, std::move(each.location), std::move(each.why));
  if (found.distribution && !out_->distribution) out_->distribution = std::move(found.distribution);
}

Inventory* TreeScan::collect_into(Inventory* out) { return std::exchange(out_, out); }

}  // namespace azekura::scanner::inventory
