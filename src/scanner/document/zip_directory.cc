#include "scanner/document/zip_directory.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>

#include <fmt/format.h>

namespace azekura::scanner {
namespace {

// APPNOTE 4.3.14 to 4.3.16, and how far from the end libarchive looks for the end record.
constexpr std::uint64_t kTail = 16 << 10;
constexpr std::string_view kEnd = "PK\5\6";
constexpr std::string_view kLocator64 = "PK\6\7";
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kEnd64Size = 56;

// Up to `size` octets from `offset`.
using ReadAt = std::function<std::string(std::uint64_t offset, std::size_t size)>;

std::uint64_t number(std::string_view octets, std::size_t offset, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(octets[offset + i]);
  return value;
}

// How large libarchive would find the directory whose end record is at tail[at].
std::uint64_t directory_size(std::string_view tail, std::size_t at, std::uint64_t tail_begin,
                             const ReadAt& read_at) {
  const std::uint64_t size = number(tail, at + 12, 4);
  if (at < kLocator64Size) return size;
  const std::string_view locator = tail.substr(at - kLocator64Size, kLocator64Size);
  if (!locator.starts_with(kLocator64)) return size;
  const std::string end64 = read_at(number(locator, 8, 8), kEnd64Size);
  if (end64.size() < kEnd64Size) return size;
  const std::uint64_t end = tail_begin + at;
  return std::max(number(end64, 40, 8), end - std::min(end, number(end64, 48, 8)));
}

Status check(std::uint64_t file_size, std::uint64_t octets_max, const ReadAt& read_at) {
  const std::uint64_t tail_begin = file_size - std::min(file_size, kTail);
  const std::string tail = read_at(tail_begin, kTail);
  for (std::size_t at = tail.find(kEnd); at != std::string::npos && tail.size() - at >= kEndSize;
       at = tail.find(kEnd, at + 1)) {
    if (directory_size(tail, at, tail_begin, read_at) > octets_max) {
      return fail(Code::kExhausted,
                  fmt::format("a zip with a directory of more than {} octets", octets_max));
    }
  }
  return {};
}

}  // namespace

Status check_zip_directory(int descriptor, std::uint64_t size, std::uint64_t octets_max) {
  return check(size, octets_max, [descriptor](std::uint64_t offset, std::size_t wanted) {
    std::string octets(wanted, '\0');
    const ssize_t got = ::pread(descriptor, octets.data(), wanted, static_cast<off_t>(offset));
    octets.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return octets;
  });
}

Status check_zip_directory(std::string_view octets, std::uint64_t octets_max) {
  return check(octets.size(), octets_max, [octets](std::uint64_t offset, std::size_t wanted) {
    return std::string(octets.substr(std::min<std::uint64_t>(offset, octets.size()), wanted));
  });
}

}  // namespace azekura::scanner
