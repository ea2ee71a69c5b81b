// ArchiveMaker: archives for tests, in memory, made by libarchive's writer.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace azekura::scanner {

enum class MadeFormat { kTar, kZip, kCpio };

class ArchiveMaker {
 public:
  explicit ArchiveMaker(MadeFormat format = MadeFormat::kTar, int filter = ARCHIVE_FILTER_NONE)
      : out_(8 << 20, '\0'), handle_(archive_write_new()) {
    if (format == MadeFormat::kTar) archive_write_set_format_pax_restricted(handle_);
    if (format == MadeFormat::kZip) archive_write_set_format_zip(handle_);
    if (format == MadeFormat::kCpio) archive_write_set_format_cpio_newc(handle_);
    archive_write_add_filter(handle_, filter);
    archive_write_set_bytes_in_last_block(handle_, 1);
    EXPECT_EQ(archive_write_open_memory(handle_, out_.data(), out_.size(), &used_), ARCHIVE_OK);
  }
  ~ArchiveMaker() { archive_write_free(handle_); }
  ArchiveMaker(const ArchiveMaker&) = delete;
  ArchiveMaker& operator=(const ArchiveMaker&) = delete;

  ArchiveMaker& file(const std::string& path, std::string_view octets) {
    header(path, AE_IFREG, octets.size(), "", "");
    EXPECT_EQ(archive_write_data(handle_, octets.data(), octets.size()),
              static_cast<la_ssize_t>(octets.size()));
    return *this;
  }
  ArchiveMaker& folder(const std::string& path) { return header(path, AE_IFDIR, 0, "", ""); }
  ArchiveMaker& link(const std::string& path, const std::string& to) {
    return header(path, AE_IFLNK, 0, to, "");
  }
  ArchiveMaker& hard_link(const std::string& path, const std::string& to) {
    return header(path, AE_IFREG, 0, "", to);
  }
  ArchiveMaker& device(const std::string& path) { return header(path, AE_IFCHR, 0, "", ""); }

  std::string take() {
    EXPECT_EQ(archive_write_close(handle_), ARCHIVE_OK);
    out_.resize(used_);
    return std::move(out_);
  }

 private:
  ArchiveMaker& header(const std::string& path, unsigned type, std::size_t size,
                       const std::string& symbolic, const std::string& hard) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname_utf8(entry, path.c_str());
    archive_entry_copy_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    if (!symbolic.empty()) archive_entry_copy_symlink(entry, symbolic.c_str());
    if (!hard.empty()) archive_entry_copy_hardlink(entry, hard.c_str());
    EXPECT_GE(archive_write_header(handle_, entry), ARCHIVE_WARN) << archive_error_string(handle_);
    archive_entry_free(entry);
    return *this;
  }

  std::string out_;
  std::size_t used_ = 0;
  archive* handle_;
};

}  // namespace azekura::scanner
