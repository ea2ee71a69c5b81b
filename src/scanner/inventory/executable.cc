#include "scanner/inventory/executable.h"

#include <algorithm>
#include <array>

namespace azekura::scanner::inventory {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kElf =
    "\x7f"
    "ELF"sv;
constexpr std::size_t kHeadMax = 64;
// Load commands of a Mach-O file, string tables.
constexpr std::uint64_t kTableMax = std::uint64_t{1} << 20;

// Reads numbers out of a table in its byte order; 0 behind its end.
class Fields {
 public:
  Fields(std::string_view octets, bool big_endian) : octets_(octets), big_endian_(big_endian) {}

  std::uint64_t number(std::uint64_t offset, std::size_t width) const {
    if (offset > octets_.size() || octets_.size() - offset < width) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t at = offset + (big_endian_ ? i : width - 1 - i);
      value = value << 8 | static_cast<std::uint8_t>(octets_[at]);
    }
    return value;
  }
  std::uint16_t u16(std::uint64_t offset) const {
    return static_cast<std::uint16_t>(number(offset, 2));
  }
  std::uint32_t u32(std::uint64_t offset) const {
    return static_cast<std::uint32_t>(number(offset, 4));
  }
  std::uint64_t u64(std::uint64_t offset) const { return number(offset, 8); }
  std::size_t size() const { return octets_.size(); }

  // Up to the first NUL.
  std::string_view text(std::uint64_t offset, std::size_t size_max) const {
    if (offset >= octets_.size()) return {};
    const std::string_view all = octets_.substr(offset, size_max);
    return all.substr(0, all.find('\0'));
  }

 private:
  std::string_view octets_;
  bool big_endian_;
};

tl::unexpected<Error> malformed(std::string what) {
  return fail(Code::kInvalid, "malformed program: " + std::move(what));
}

constexpr std::uint32_t kElfLoad = 1;      // PT_LOAD
constexpr std::uint32_t kElfNoBits = 8;    // SHT_NOBITS
constexpr std::uint32_t kElfWritable = 2;  // PF_W

// Where the fields of ELF's three tables lie, by class.
struct ElfLayout {
  std::size_t word;  // width of an address
  std::size_t segments_at, sections_at,
      segment_size_at;  // of the head: e_phoff, e_shoff, e_phentsize
  std::size_t segment_size, section_size;
  std::size_t p_flags, p_offset, p_address, p_file_size;
  std::size_t s_offset, s_size;
};
constexpr ElfLayout kElf32 = {4, 28, 32, 42, 32, 40, 24, 4, 8, 16, 16, 20};
constexpr ElfLayout kElf64 = {8, 32, 40, 54, 56, 64, 4, 8, 16, 32, 24, 32};

Result<Executable> read_elf(const Content& content, std::string_view head) {
  if (head.size() < 52) return malformed("its head is cut off");
  const ElfLayout& layout = head[4] == 1 ? kElf32 : kElf64;
  Executable out;
  out.big_endian = head[5] == 2;
  const Fields fields(head, out.big_endian);
  const std::uint16_t segments = fields.u16(layout.segment_size_at + 2);
  const std::uint16_t sections = fields.u16(layout.segment_size_at + 6);
  const std::uint16_t names_index = fields.u16(layout.segment_size_at + 8);
  if (segments > kSectionsMax || sections > kSectionsMax) return malformed("too many sections");

  const std::string segment_table =
      content.read(fields.number(layout.segments_at, layout.word), segments * layout.segment_size);
  const Fields segment(segment_table, out.big_endian);
  for (std::size_t at = 0; at + layout.segment_size <= segment.size(); at += layout.segment_size) {
    if (segment.u32(at) != kElfLoad) continue;
    out.segments.push_back({segment.number(at + layout.p_address, layout.word),
                            segment.number(at + layout.p_offset, layout.word),
                            segment.number(at + layout.p_file_size, layout.word),
                            (segment.u32(at + layout.p_flags) & kElfWritable) != 0});
  }

  const std::string section_table =
      content.read(fields.number(layout.sections_at, layout.word), sections * layout.section_size);
  const Fields section(section_table, out.big_endian);
  const std::size_t names_at = names_index * layout.section_size;
  const std::string name_table =
      content.read(section.number(names_at + layout.s_offset, layout.word),
                   std::min(kTableMax, section.number(names_at + layout.s_size, layout.word)));
  const Fields names(name_table, out.big_endian);
  for (std::size_t at = 0; at + layout.section_size <= section.size(); at += layout.section_size) {
    if (section.u32(at + 4) == kElfNoBits) continue;
    out.sections.push_back({std::string(names.text(section.u32(at), 256)),
                            section.number(at + layout.s_offset, layout.word),
                            section.number(at + layout.s_size, layout.word)});
  }
  return out;
}

constexpr std::uint32_t kPeWritable = 0x80000000;  // IMAGE_SCN_MEM_WRITE

Result<Executable> read_pe(const Content& content, std::string_view head) {
  const std::uint64_t at = Fields(head, false).u32(0x3c);
  const std::string coff = content.read(at, 24);
  const Fields file(coff, false);
  if (!std::string_view(coff).starts_with("PE\0\0"sv) || coff.size() < 24)
    return malformed("no PE signature");
  const std::uint16_t sections = file.u16(6);
  const std::uint16_t optional_size = file.u16(20);
  const std::string optional = content.read(at + 24, optional_size);
  const Fields fields(optional, false);
  const bool wide = fields.u16(0) == 0x20b;
  const std::uint64_t base = wide ? fields.u64(24) : fields.u32(28);
  if (sections > kSectionsMax) return malformed("too many sections");

  Executable out;
  const std::string table = content.read(at + 24 + optional_size, std::uint64_t{sections} * 40);
  const Fields section(table, false);
  for (std::size_t i = 0; i + 40 <= table.size(); i += 40) {
    const std::uint64_t offset = section.u32(i + 20);
    const std::uint64_t size = section.u32(i + 16);
    out.sections.push_back({std::string(section.text(i, 8)), offset, size});
    out.segments.push_back(
        {base + section.u32(i + 12), offset, size, (section.u32(i + 36) & kPeWritable) != 0});
  }
  return out;
}

constexpr std::uint32_t kMachSegment64 = 0x19;  // LC_SEGMENT_64
constexpr std::uint32_t kMachWritable = 2;      // VM_PROT_WRITE

// 64 bits, little-endian. Universal files, which hold several programs, are not looked into.
Result<Executable> read_mach(const Content& content, std::string_view head) {
  const Fields fields(head, false);
  const std::uint32_t commands = fields.u32(16);
  const std::string table = content.read(32, std::min<std::uint64_t>(kTableMax, fields.u32(20)));
  const Fields command(table, false);
  Executable out;
  std::uint64_t at = 0;
  for (std::uint32_t i = 0; i < commands && at + 8 <= table.size(); ++i) {
    const std::uint32_t size = command.u32(at + 4);
    if (size < 8) return malformed("a load command without a size");
    if (command.u32(at) == kMachSegment64) {
      out.segments.push_back({command.u64(at + 24), command.u64(at + 40), command.u64(at + 48),
                              (command.u32(at + 60) & kMachWritable) != 0});
      const std::uint32_t sections = command.u32(at + 64);
      for (std::uint64_t n = 0, s = at + 72; n < sections && s + 80 <= table.size(); ++n, s += 80) {
        if (out.sections.size() >= kSectionsMax) return malformed("too many sections");
        out.sections.push_back(
            {std::string(command.text(s, 16)), command.u32(s + 48), command.u64(s + 40)});
      }
    }
    at += size;
  }
  return out;
}

constexpr std::string_view kMach64 = "\xcf\xfa\xed\xfe"sv;

}  // namespace

const Section* Executable::section(std::string_view name) const {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [name](const Section& section) { return section.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> Executable::offset_of(std::uint64_t address) const {
  for (const Segment& segment : segments) {
    if (address >= segment.address && address - segment.address < segment.size) {
      return segment.offset + (address - segment.address);
    }
  }
  return std::nullopt;
}

bool looks_like_executable(std::string_view head) {
  if (head.starts_with(kElf) && head.size() >= 20) {
    const std::uint16_t type = Fields(head, head[5] == 2).u16(16);
    return type == 2 || type == 3;  // ET_EXEC, ET_DYN
  }
  return head.size() >= kHeadMax && (head.starts_with("MZ") || head.starts_with(kMach64));
}

Result<Executable> read_executable(const Content& content) {
  const std::string head = content.read(0, kHeadMax);
  if (!looks_like_executable(head)) return fail(Code::kInvalid, "no program");
  if (head.starts_with(kElf)) return read_elf(content, head);
  if (head.starts_with(kMach64)) return read_mach(content, head);
  return read_pe(content, head);
}

}  // namespace azekura::scanner::inventory
