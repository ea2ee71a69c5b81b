// Files in and out: sources, sinks, and outputs that appear whole or not at all.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/progress.h"
#include "seal/seal.h"

namespace azekura::cli {

inline constexpr const char* kStandardStream = "-";

class InputFile : public seal::Source {
 public:
  // "-" is stdin.
  static Result<std::unique_ptr<InputFile>> open(const std::string& path);
  ~InputFile() override;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  Result<std::size_t> read(MutableByteView out) override;

  // Of a regular file.
  std::optional<std::uint64_t> size() const { return size_; }
  // Permission bits; 0600 for what is no regular file.
  mode_t mode() const { return mode_; }
  // Told of every read from now on.
  void report_to(Progress* progress) { progress_ = progress; }

 private:
  InputFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_;
  std::string path_;
  std::optional<std::uint64_t> size_;
  mode_t mode_ = 0600;
  Progress* progress_ = nullptr;
};

enum class Existing : std::uint8_t { kRefuse, kReplace };

// A file that has its name only after finish(): until then it is a hidden one in the same folder,
// which is removed if this dies before, or the program is interrupted. At most one at a time.
class OutputFile : public seal::Sink {
 public:
  // "-" is stdout, which gets everything at once. kConflict if the file exists and is not to be
  // replaced; this is looked at here and again in finish().
  static Result<std::unique_ptr<OutputFile>> create(const std::string& path, mode_t mode,
                                                    Existing existing);
  ~OutputFile() override;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Status write(ByteView octets) override;
  // Success: the file has its name, and both are on the disk.
  Status finish();

 private:
  OutputFile(int fd, std::string path, std::string hidden, Existing existing)
      : fd_(fd), path_(std::move(path)), hidden_(std::move(hidden)), existing_(existing) {}

  int fd_;
  std::string path_;
  std::string hidden_;  // empty: stdout
  Existing existing_;
};

}  // namespace azekura::cli
