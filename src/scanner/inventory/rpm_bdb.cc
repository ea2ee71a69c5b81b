// Hash databases of Berkeley DB (libdb's dbinc/db_page.h), in the byte order of the machine that
// wrote them. The pages are read one after another: every hash page holds keys and data in turn,
// whatever bucket it belongs to, so that no chain of buckets has to be trusted.
//
//   page     := lsn:u64 number:u32 previous:u32 next:u32 entries:u16 high:u16 level:u8 type:u8 …
//   hash     := page offset:u16{entries} … item*          items lie from the end of the page
//   backwards item     := 1:u8 octet*  |  3:u8 octet{3} overflow_page:u32 size:u32 overflow := page
//   octet{high}                          the rest of the item is in page `next`
#include <algorithm>
#include <optional>

#include "scanner/inventory/rpm_blobs.h"
#include "scanner/inventory/rpm_header.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kMagicAt = 12;
constexpr std::uint32_t kHashMagic = 0x061561;
constexpr std::size_t kMetaSize = 512;
constexpr std::size_t kPageSizeMin = 512;
constexpr std::size_t kPageSizeMax = std::size_t{64} << 10;
constexpr std::size_t kPageHeadSize = 26;

enum PageType : std::uint8_t { kHashUnsorted = 2, kOverflow = 7, kHash = 13 };
enum ItemType : std::uint8_t { kOnPage = 1, kOffPage = 3 };
constexpr std::size_t kOffPageSize = 12;

std::optional<Order> order_of(std::string_view octets) {
  if (octets.size() < kMetaSize) return std::nullopt;
  for (const Order order : {Order::kLittle, Order::kBig}) {
    if (number_at(octets, kMagicAt, order) == kHashMagic) return order;
  }
  return std::nullopt;
}

class Reading {
 public:
  Reading(std::string_view octets, Order order, std::size_t page_size, const RpmBlobSink& sink)
      : octets_(octets), order_(order), page_size_(page_size), sink_(sink) {}

  Status run() {
    const std::size_t pages = octets_.size() / page_size_;
    for (std::size_t number = 1; number < pages; ++number) {
      const std::string_view page = page_of(number);
      if (type_of(page) != kHash && type_of(page) != kHashUnsorted) continue;
      RETURN_IF_ERROR(take_page(page, number));
    }
    if (octets_.size() % page_size_ != 0) sink_.problem("the last page is cut off");
    return {};
  }

 private:
  std::string_view page_of(std::size_t number) const {
    return octets_.substr(number * page_size_, page_size_);
  }
  static std::uint8_t type_of(std::string_view page) { return static_cast<std::uint8_t>(page[25]); }
  std::uint32_t number(std::string_view page, std::size_t at) const {
    return number_at(page, at, order_);
  }
  std::size_t short_number(std::string_view page, std::size_t at) const {
    const auto first = static_cast<std::uint8_t>(page[at]);
    const auto second = static_cast<std::uint8_t>(page[at + 1]);
    return order_ == Order::kBig ? first << 8 | second : second << 8 | first;
  }
  void complain(std::size_t page, const char* why) {
    sink_.problem("page " + std::to_string(page) + why);
  }

  Status take_page(std::string_view page, std::size_t number_of_page) {
    const std::size_t entries = short_number(page, 20);
    if (kPageHeadSize + entries * 2 > page_size_) {
      complain(number_of_page, " says that it holds more than it can");
      return {};
    }
    std::size_t end = page_size_;
    std::string_view key;
    for (std::size_t entry = 0; entry < entries; ++entry) {
      const std::size_t begin = short_number(page, kPageHeadSize + entry * 2);
      if (begin < kPageHeadSize + entries * 2 || begin >= end) {
        complain(number_of_page, " is damaged");
        return {};
      }
      const std::string_view item = page.substr(begin, end - begin);
      end = begin;
      if (entry % 2 == 0) {
        key = item;
        continue;
      }
      // Under the key 0 stands the number of the next package.
      if (key == std::string_view("\1\0\0\0\0", 5)) continue;
      RETURN_IF_ERROR(take_item(item, number_of_page));
    }
    return {};
  }

  Status take_item(std::string_view item, std::size_t number_of_page) {
    const auto type = static_cast<std::uint8_t>(item[0]);
    if (type == kOnPage) return sink_.blob(item.substr(1));
    if (type != kOffPage || item.size() < kOffPageSize) {
      complain(number_of_page, " has an entry that is none of a package");
      return {};
    }
    std::string blob;
    if (!take_overflow(number(item, 4), number(item, 8), blob)) {
      complain(number_of_page, " has an entry whose further pages are damaged");
      return {};
    }
    return sink_.blob(blob);
  }

  // Each page adds at least one octet, so that a circle ends at `size`.
  bool take_overflow(std::size_t number_of_page, std::size_t size, std::string& blob) {
    if (size > std::min<std::size_t>(octets_.size(), kRpmStoreSizeMax)) return false;
    blob.reserve(size);
    while (blob.size() < size) {
      if (number_of_page == 0 || number_of_page >= octets_.size() / page_size_) return false;
      const std::string_view page = page_of(number_of_page);
      const std::size_t here = short_number(page, 22);
      if (type_of(page) != kOverflow || here == 0 || here > page_size_ - kPageHeadSize)
        return false;
      blob.append(page.substr(kPageHeadSize, here));
      number_of_page = number(page, 16);
    }
    return blob.size() == size;
  }

  std::string_view octets_;
  Order order_;
  std::size_t page_size_;
  const RpmBlobSink& sink_;
};

}  // namespace

bool is_rpm_bdb(std::string_view octets) { return order_of(octets).has_value(); }

Status for_each_bdb_blob(std::string_view octets, const RpmBlobSink& sink) {
  const auto order = order_of(octets);
  if (!order) return fail(Code::kCorrupt, "it is cut off");
  const std::size_t page_size = number_at(octets, 20, *order);
  const bool is_size =
      page_size >= kPageSizeMin && page_size <= kPageSizeMax && (page_size & (page_size - 1)) == 0;
  if (!is_size) return fail(Code::kCorrupt, "pages of a size that cannot be");
  if (octets[24] != 0) return fail(Code::kUnsupported, "it is encrypted");
  return Reading(octets, *order, page_size, sink).run();
}

}  // namespace azekura::scanner::inventory
