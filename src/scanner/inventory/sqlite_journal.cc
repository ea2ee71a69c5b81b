#include "scanner/inventory/sqlite_journal.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "scanner/inventory/rpm_blobs.h"

namespace azekura::scanner::inventory {
namespace {

//   log   := magic:u32 version:u32 page_size:u32 sequence:u32 salt:u32{2} checksum:u32{2} frame*
//   frame := page:u32 pages_after_commit:u32 salt:u32{2} checksum:u32{2} octet{page_size}
//
// Numbers are big-endian; the checksums add words in the order that the magic's lowest bit says.
constexpr std::size_t kLogHeadSize = 32;
constexpr std::size_t kFrameHeadSize = 24;
constexpr std::uint32_t kMagic = 0x377f0682;
constexpr std::size_t kPageSizeMax = 65'536;

std::uint32_t big(std::string_view octets, std::size_t at) {
  return number_at(octets, at, Order::kBig);
}

struct Checksum {
  Order order = Order::kLittle;
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  void add(std::string_view octets) {
    for (std::size_t at = 0; at + 8 <= octets.size(); at += 8) {
      first += number_at(octets, at, order) + second;
      second += number_at(octets, at + 4, order) + first;
    }
  }
  bool agrees(std::string_view octets, std::size_t at) const {
    return big(octets, at) == first && big(octets, at + 4) == second;
  }
};

struct Page {
  std::uint32_t number = 0;
  std::string_view octets;
};

// The pages of one transaction. False if they do not fit into a database of `pages`.
bool commit(const std::vector<Page>& changed, std::uint32_t pages, std::size_t size_max,
            std::string& database) {
  const std::size_t page_size = changed.front().octets.size();
  if (pages > size_max / page_size) return false;
  for (const Page& page : changed) {
    if (page.number == 0) return false;
  }
  database.resize(pages * page_size);
  for (const Page& page : changed) {
    if (page.number > pages) continue;
    std::memcpy(database.data() + (page.number - 1) * page_size, page.octets.data(), page_size);
  }
  return true;
}

}  // namespace

bool apply_journal(std::string& database, std::string_view journal) {
  if (journal.size() < kLogHeadSize || (big(journal, 0) & ~1U) != kMagic) return false;
  const std::size_t page_size = big(journal, 8);
  if (page_size < 512 || page_size > kPageSizeMax || (page_size & (page_size - 1)) != 0) {
    return false;
  }
  Checksum checksum{.order = (big(journal, 0) & 1) != 0 ? Order::kBig : Order::kLittle};
  checksum.add(journal.substr(0, kFrameHeadSize));
  if (!checksum.agrees(journal, kFrameHeadSize)) return false;

  const std::string_view salts = journal.substr(16, 8);
  const std::size_t size_max = database.size() + journal.size();
  std::vector<Page> changed;
  for (std::size_t at = kLogHeadSize; at + kFrameHeadSize + page_size <= journal.size();
       at += kFrameHeadSize + page_size) {
    const std::string_view head = journal.substr(at, kFrameHeadSize);
    const std::string_view octets = journal.substr(at + kFrameHeadSize, page_size);
    checksum.add(head.substr(0, 8));
    checksum.add(octets);
    if (head.substr(8, 8) != salts || !checksum.agrees(head, 16)) break;
    changed.push_back({.number = big(head, 0), .octets = octets});
    const std::uint32_t pages = big(head, 4);
    if (pages == 0) continue;
    if (!commit(changed, pages, size_max, database)) return false;
    changed.clear();
  }
  return true;
}

}  // namespace azekura::scanner::inventory
