#include <algorithm>

#include <fmt/format.h>

#include "scanner/inventory/binaries.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

using namespace std::string_view_literals;

// debug/buildinfo: 14 octets, then the pointers' size and flags; the blob stands on a multiple
// of 16.
constexpr std::string_view kMagic = "\xff Go buildinf:"sv;
constexpr std::size_t kAlign = 16;
constexpr std::size_t kHeadSize = 32;
constexpr std::uint8_t kBigEndian = 1;
constexpr std::uint8_t kInline = 2;
// Of the data segment, where the section table is stripped.
constexpr std::uint64_t kSearchMax = std::uint64_t{4} << 20;
constexpr std::uint64_t kVersionMax = 256;
// The module information lies between two marks of this size.
constexpr std::size_t kMarkSize = 16;

std::optional<std::uint64_t> find_in(const Content& content, std::uint64_t offset,
                                     std::uint64_t size) {
  const std::string octets = content.read(offset, std::min(size, kSearchMax));
  for (std::size_t at = octets.find(kMagic); at != std::string::npos;
       at = octets.find(kMagic, at + 1)) {
    if (at % kAlign == 0) return offset + at;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> find_build_info(const Content& content, const Executable& program) {
  for (const std::string_view name : {".go.buildinfo", "__go_buildinfo"}) {
    const Section* section = program.section(name);
    if (section != nullptr) return find_in(content, section->offset, section->size);
  }
  for (const Segment& segment : program.segments) {
    if (!segment.writable) continue;
    if (const auto found = find_in(content, segment.offset, segment.size)) return found;
  }
  return std::nullopt;
}

struct Strings {
  std::string version;
  std::string modules;
};

// Go 1.18 and later: the strings follow, each behind its length (LEB128).
Result<Strings> read_inline(const Content& content, std::uint64_t at) {
  const std::string octets = content.read(at + kHeadSize, kBuildInfoMax);
  std::string_view rest = octets;
  const auto take = [&rest](std::string& out) {
    std::uint64_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (rest.empty() || shift > 56) return false;
      const auto octet = static_cast<std::uint8_t>(rest.front());
      rest.remove_prefix(1);
      size |= std::uint64_t{octet & 0x7fu} << shift;
      if ((octet & 0x80) == 0) break;
    }
    if (size > rest.size()) return false;
    out = rest.substr(0, size);
    rest.remove_prefix(size);
    return true;
  };
  Strings strings;
  if (!take(strings.version) || !take(strings.modules)) {
    return fail(Code::kInvalid, "damaged Go build information");
  }
  return strings;
}

// Before: two pointers to Go strings, which are a pointer and a length.
class Pointers {
 public:
  Pointers(const Content& content, const Executable& program, std::size_t width, bool big_endian)
      : content_(content), program_(program), width_(width), big_endian_(big_endian) {}

  std::optional<std::uint64_t> number(std::uint64_t offset) const {
    const std::string octets = content_.read(offset, width_);
    if (octets.size() != width_) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      value = value << 8 | static_cast<std::uint8_t>(octets[big_endian_ ? i : width_ - 1 - i]);
    }
    return value;
  }

  // The string to whose header the pointer at `offset` of the file leads; empty for a nil.
  std::optional<std::string> string(std::uint64_t offset, std::uint64_t size_max) const {
    const auto header = number(offset);
    if (!header) return std::nullopt;
    if (*header == 0) return "";
    const auto header_at = program_.offset_of(*header);
    if (!header_at) return std::nullopt;
    const auto address = number(*header_at);
    const auto size = number(*header_at + width_);
    if (!address || !size || *size > size_max) return std::nullopt;
    if (*size == 0) return "";
    const auto at = program_.offset_of(*address);
    if (!at) return std::nullopt;
    std::string text = content_.read(*at, *size);
    if (text.size() != *size) return std::nullopt;
    return text;
  }

 private:
  const Content& content_;
  const Executable& program_;
  std::size_t width_;
  bool big_endian_;
};

Result<Strings> read_by_pointers(const Content& content, const Executable& program,
                                 std::uint64_t at, std::size_t width, bool big_endian) {
  if (width != 4 && width != 8) return fail(Code::kInvalid, "damaged Go build information");
  const Pointers pointers(content, program, width, big_endian);
  auto version = pointers.string(at + kAlign, kVersionMax);
  auto modules = pointers.string(at + kAlign + width, kBuildInfoMax);
  if (!version || !modules) return fail(Code::kInvalid, "damaged Go build information");
  return Strings{std::move(*version), std::move(*modules)};
}

Component module(std::string_view line, bool direct) {
  Component component;
  component.ecosystem = Ecosystem::kGo;
  component.evidence = Evidence::kBuildInfo;
  component.direct = direct;
  component.name = cut(line, '\t');
  const std::string_view version = cut(line, '\t');
  component.version = version == "(devel)" ? "" : version;
  return component;
}

// "mod\tpath\tversion\tsum", "dep\t…", and "=>\t…" for what replaces the line before.
void read_modules(std::string_view text, Collector& found) {
  std::optional<Component> last;
  const auto keep = [&] {
    if (last) found.add(std::move(*last));
    last.reset();
  };
  for (std::string_view line; next_line(text, line);) {
    const std::string_view kind = cut(line, '\t');
    if (kind == "=>") {
      Component replacement = module(line, last && last->direct);
      // A folder in its place: the module as it is called, of an unknown version.
      const bool folder = replacement.version.empty();
      if (last && folder) last->version.clear();
      if (!folder) last = std::move(replacement);
    } else if (kind == "mod" || kind == "dep") {
      keep();
      last = module(line, kind == "mod");
    }
  }
  keep();
}

}  // namespace

std::string go_release(std::string_view version) {
  version = version.substr(0, version.find_first_of(" -"));
  if (!version.starts_with("go")) return {};
  version.remove_prefix(2);
  const std::size_t end = std::min(version.find_first_not_of("0123456789."), version.size());
  std::string release(version.substr(0, end));
  if (release.empty()) return {};
  if (std::count(release.begin(), release.end(), '.') == 1) release += ".0";
  const std::string_view before = version.substr(end);
  for (const std::string_view kind : {"rc", "beta"}) {
    if (before.starts_with(kind))
      release += fmt::format("-{}.{}", kind, before.substr(kind.size()));
  }
  return release;
}

Result<std::optional<ReadOutcome>> read_go_binary(const Content& content,
                                                  const Executable& program) {
  const auto at = find_build_info(content, program);
  if (!at) return std::nullopt;
  const std::string head = content.read(*at, kHeadSize);
  if (head.size() < kHeadSize) return fail(Code::kInvalid, "damaged Go build information");
  const auto width = static_cast<std::uint8_t>(head[14]);
  const auto flags = static_cast<std::uint8_t>(head[15]);
  ASSIGN_OR_RETURN(const Strings strings,
                   (flags & kInline) != 0
                       ? read_inline(content, *at)
                       : read_by_pointers(content, program, *at, width, (flags & kBigEndian) != 0));

  Collector found(Ecosystem::kGo, Evidence::kBuildInfo);
  const std::string release = go_release(strings.version);
  if (release.empty()) {
    found.unknown(fmt::format("Go of an unknown version: {}", shown(strings.version)));
  } else {
    found.add("stdlib", release);
  }
  std::string_view modules = strings.modules;
  if (modules.size() > 2 * kMarkSize) {
    read_modules(modules.substr(kMarkSize, modules.size() - 2 * kMarkSize), found);
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory
