#include "scanner/inventory/rpm_header.h"

#include <algorithm>
#include <string>
#include <vector>

#include "scanner/inventory/rpm_blobs.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kPrefixSize = 8;
constexpr std::size_t kEntrySize = 16;

enum Type : std::uint32_t { kInt32 = 4, kString = 6, kStringArray = 8, kI18nString = 9 };

bool is_text(std::uint32_t type) {
  return type == kString || type == kStringArray || type == kI18nString;
}

// The text at the beginning, up to its NUL, taken off `rest`; false without a NUL.
bool take_text(std::string_view& rest, std::string_view& text) {
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return false;
  text = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

}  // namespace

Result<RpmHeader> RpmHeader::read(std::string_view octets) {
  if (octets.size() < kPrefixSize) return fail(Code::kCorrupt, "a header of too few octets");
  const std::uint32_t entries = number_at(octets, 0, Order::kBig);
  const std::uint32_t size = number_at(octets, 4, Order::kBig);
  if (entries > kRpmEntriesMax || size > kRpmStoreSizeMax) {
    return fail(Code::kExhausted, "a header of " + std::to_string(entries) + " entries and " +
                                      std::to_string(size) + " octets");
  }
  octets.remove_prefix(kPrefixSize);
  const std::size_t index_size = entries * kEntrySize;
  if (octets.size() < index_size + size) return fail(Code::kCorrupt, "a header that is cut off");
  return RpmHeader(octets.substr(0, index_size), octets.substr(index_size, size));
}

std::optional<RpmHeader::Entry> RpmHeader::find(RpmTag tag) const {
  for (std::size_t at = 0; at < index_.size(); at += kEntrySize) {
    if (number_at(index_, at, Order::kBig) != static_cast<std::uint32_t>(tag)) continue;
    const std::uint32_t offset = number_at(index_, at + 8, Order::kBig);
    if (offset > store_.size()) return std::nullopt;
    return Entry{.type = number_at(index_, at + 4, Order::kBig),
                 .count = number_at(index_, at + 12, Order::kBig),
                 .data = store_.substr(offset)};
  }
  return std::nullopt;
}

std::string_view RpmHeader::text(RpmTag tag) const {
  auto entry = find(tag);
  std::string_view text;
  if (!entry || !is_text(entry->type) || !take_text(entry->data, text)) return {};
  return text;
}

std::optional<std::uint32_t> RpmHeader::number(RpmTag tag) const {
  const auto entry = find(tag);
  if (!entry || entry->type != kInt32 || entry->count == 0 || entry->data.size() < 4) {
    return std::nullopt;
  }
  return number_at(entry->data, 0, Order::kBig);
}

void RpmHeader::for_each_file(
    const std::function<void(std::string_view folder, std::string_view name)>& file) const {
  auto names = find(RpmTag::kBaseNames);
  auto folder_names = find(RpmTag::kFolderNames);
  const auto indexes = find(RpmTag::kFolderIndexes);
  if (!names || !folder_names || !indexes) return;
  if (names->type != kStringArray || folder_names->type != kStringArray) return;
  if (indexes->type != kInt32) return;

  std::vector<std::string_view> folders;
  for (std::string_view folder;
       folders.size() < folder_names->count && take_text(folder_names->data, folder);) {
    folders.push_back(folder);
  }
  const std::size_t count =
      std::min<std::size_t>({names->count, indexes->count, indexes->data.size() / 4});
  std::string_view name;
  for (std::size_t at = 0; at < count && take_text(names->data, name); ++at) {
    const std::uint32_t folder = number_at(indexes->data, at * 4, Order::kBig);
    if (folder >= folders.size()) return;
    file(folders[folder], name);
  }
}

}  // namespace azekura::scanner::inventory
