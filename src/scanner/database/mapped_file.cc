#include "scanner/database/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace azekura::scanner {
namespace {

constexpr std::string_view kImportAgain = "import the advisories again";

tl::unexpected<Error> corrupt(std::string_view what) {
  return fail(Code::kCorrupt, fmt::format("the advisory database {}", what),
              std::string(kImportAgain));
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  // A pipe would be waited for.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 && errno == ENOENT) {
    return fail(Code::kNotFound, fmt::format("there is no advisory database {}", path));
  }
  if (fd < 0) return fail_errno("open " + path, errno);
  struct stat status {};
  if (fstat(fd, &status) != 0) {
    const int failed = errno;
    close(fd);
    return fail_errno("look at " + path, failed);
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || size < sizeof(layout::Header)) {
    close(fd);
    return corrupt("is cut off");
  }
  void* data = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  const int failed = errno;
  close(fd);
  if (data == MAP_FAILED) return fail_errno("map " + path, failed);
  MappedFile file(static_cast<const char*>(data), size);
  RETURN_IF_ERROR(file.check());
  return file;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

std::string_view MappedFile::section(layout::Section section) const {
  const layout::SectionBounds& bounds = header().sections[static_cast<std::uint32_t>(section)];
  return octets().substr(bounds.offset, bounds.size);
}

Status MappedFile::check() const {
  const layout::Header& header = this->header();
  if (std::memcmp(header.magic, layout::kMagic, sizeof(header.magic)) != 0) {
    return corrupt("is no advisory database");
  }
  if (header.format != layout::kFormat) {
    return fail(Code::kUnsupported,
                fmt::format("the advisory database has format {}; this program knows {}",
                            header.format, layout::kFormat),
                std::string(kImportAgain));
  }
  if (header.file_size != size_) return corrupt("is cut off");
  if (header.section_count != layout::kSectionCount) return corrupt("is damaged");
  for (const layout::SectionBounds& bounds : header.sections) {
    if (bounds.offset % layout::kAlignment != 0 || bounds.offset > size_ ||
        bounds.size > size_ - bounds.offset) {
      return corrupt("is damaged");
    }
  }
  return {};
}

}  // namespace azekura::scanner
