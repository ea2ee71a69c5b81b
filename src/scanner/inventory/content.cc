#include "scanner/inventory/content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "crypto/hash.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kStep = std::size_t{256} << 10;

// As much as there is, up to out.size().
std::size_t read_at(int descriptor, std::uint64_t offset, MutableByteView out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(descriptor, out.data() + done, out.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::string finished(crypto::Hasher& hasher) {
  std::array<std::uint8_t, crypto::kHashSizeMax> out{};
  const auto size = hasher.finish(out);
  return size ? to_hex(ByteView(out).first(*size)) : std::string();
}

}  // namespace

std::string Content::read(std::uint64_t offset, std::uint64_t size) const {
  if (offset >= size_) return {};
  size = std::min(size, size_ - offset);
  if (descriptor_ < 0) return std::string(octets_.substr(offset, size));
  std::string out(size, '\0');
  out.resize(
      read_at(descriptor_, offset, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()}));
  return out;
}

std::string Content::sha1() const {
  auto hasher = crypto::Hasher::create(crypto::Hash::kSha1);
  if (!hasher) return {};
  if (descriptor_ < 0) {
    if (!hasher->update(as_bytes(octets_))) return {};
    return finished(*hasher);
  }
  Bytes step(std::min<std::uint64_t>(kStep, size_));
  for (std::uint64_t at = 0; at < size_;) {
    const std::size_t got = read_at(descriptor_, at, step);
    if (got == 0 || !hasher->update(ByteView(step).first(got))) return {};
    at += got;
  }
  return finished(*hasher);
}

Spool::~Spool() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Spool::Spool(Spool&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(std::exchange(other.size_, 0)) {}

Status Spool::open() {
  const char* named = ::getenv("TMPDIR");
  std::string path = std::string(named == nullptr ? "/tmp" : named) + "/azekura-XXXXXX";
  descriptor_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor_ < 0) return fail_errno("create " + path, errno);
  ::unlink(path.c_str());
  return {};
}

Status Spool::append(std::string_view octets) {
  if (descriptor_ < 0) RETURN_IF_ERROR(open());
  while (!octets.empty()) {
    const ssize_t put =
        ::pwrite(descriptor_, octets.data(), octets.size(), static_cast<off_t>(size_));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_errno("write a temporary file", errno);
    size_ += static_cast<std::uint64_t>(put);
    octets.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Status Spool::clear() {
  if (descriptor_ >= 0 && ::ftruncate(descriptor_, 0) != 0)
    return fail_errno("empty a temporary file", errno);
  size_ = 0;
  return {};
}

}  // namespace azekura::scanner::inventory
