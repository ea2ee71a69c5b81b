// RPM's own database ("ndb", lib/backend/ndb/rpmpkg.c): pages of slots, each of which points to a
// blob.
//
//   file := "RpmP" version:u32 generation:u32 slot_pages:u32 next_index:u32 octet{12} slot* blob*
//   slot := "Slot" index:u32 block:u32 blocks:u32        block 0: free; a block is 16 octets
//   blob := "BlbS" index:u32 generation:u32 size:u32 octet{size} padding adler32:u32 size:u32
//   "BlbE"
//
// All numbers are little-endian.
#include "scanner/inventory/rpm_blobs.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kSlotSize = 16;
constexpr std::size_t kPageSize = 4096;
constexpr std::size_t kBlockSize = 16;
constexpr std::size_t kBlobHeaderSize = 16;
constexpr std::size_t kBlobTailSize = 12;

std::uint32_t little(std::string_view octets, std::size_t at) {
  return number_at(octets, at, Order::kLittle);
}

Status take_blob(std::string_view octets, std::string_view slot, const RpmBlobSink& sink) {
  const std::uint32_t index = little(slot, 4);
  const auto complain = [&](const char* why) -> Status {
    sink.problem("package " + std::to_string(index) + why);
    return {};
  };
  const std::uint64_t offset = std::uint64_t{little(slot, 8)} * kBlockSize;
  const std::uint64_t size = std::uint64_t{little(slot, 12)} * kBlockSize;
  if (offset > octets.size() || size > octets.size() - offset) {
    return complain(" lies outside of the file");
  }
  const std::string_view blob = octets.substr(offset, size);
  if (blob.size() < kBlobHeaderSize + kBlobTailSize || !blob.starts_with("BlbS")) {
    return complain(" is not where it should be");
  }
  if (little(blob, 4) != index) return complain(" has become another");
  const std::uint32_t data_size = little(blob, 12);
  if (data_size > blob.size() - kBlobHeaderSize - kBlobTailSize) {
    return complain(" is larger than its place");
  }
  return sink.blob(blob.substr(kBlobHeaderSize, data_size));
}

}  // namespace

bool is_rpm_ndb(std::string_view octets) { return octets.starts_with("RpmP"); }

Status for_each_ndb_blob(std::string_view octets, const RpmBlobSink& sink) {
  if (octets.size() < kHeaderSize) return fail(Code::kCorrupt, "it is cut off");
  if (little(octets, 4) != 0) return fail(Code::kUnsupported, "a newer form of ndb");
  const std::uint64_t slots_end = std::uint64_t{little(octets, 12)} * kPageSize;
  if (slots_end > octets.size()) return fail(Code::kCorrupt, "it is cut off within its index");

  for (std::size_t at = kHeaderSize; at + kSlotSize <= slots_end; at += kSlotSize) {
    const std::string_view slot = octets.substr(at, kSlotSize);
    if (!slot.starts_with("Slot")) return fail(Code::kCorrupt, "its index is damaged");
    if (little(slot, 8) == 0) continue;
    RETURN_IF_ERROR(take_blob(octets, slot, sink));
  }
  return {};
}

}  // namespace azekura::scanner::inventory
