#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "scanner/inventory/image.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/ownership.h"
#include "scanner/inventory/packages.h"
#include "scanner/inventory/reading.h"
#include "scanner/inventory/tree_folder.h"
#include "scanner/inventory/tree_scan.h"

namespace azekura::scanner::inventory {
namespace {

class OpenedPath {
 public:
  static Result<OpenedPath> open(const std::string& path) {
    OpenedPath out;
    out.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (out.descriptor_ < 0 && (errno == ENOENT || errno == ENOTDIR)) {
      return fail(Code::kNotFound, fmt::format("there is no {}", path));
    }
    if (out.descriptor_ < 0) return fail_errno("open " + path, errno);
    if (::fstat(out.descriptor_, &out.about_) != 0) return fail_errno("stat " + path, errno);
    return out;
  }
  ~OpenedPath() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenedPath(OpenedPath&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), about_(other.about_) {}
  OpenedPath& operator=(OpenedPath&&) = delete;

  int descriptor() const { return descriptor_; }
  bool is_folder() const { return S_ISDIR(about_.st_mode); }
  bool is_file() const { return S_ISREG(about_.st_mode); }
  std::uint64_t size() const { return static_cast<std::uint64_t>(about_.st_size); }

 private:
  OpenedPath() = default;
  int descriptor_ = -1;
  struct stat about_ {};
};

// If the folder is a root file system: its packages, and which of them own what was found.
Status take_system(const std::string& path, Inventory& out) {
  ASSIGN_OR_RETURN(const FolderRoot root, FolderRoot::open(path));
  Inventory system = read_root(root);
  if (!system.distribution) return {};
  set_owners(root, out);
  out.distribution = std::move(system.distribution);
  const auto append = [](auto& from, auto& to) {
    to.insert(to.begin(), std::make_move_iterator(from.begin()),
              std::make_move_iterator(from.end()));
  };
  append(system.components, out.components);
  append(system.files, out.files);
  append(system.problems, out.problems);
  return {};
}

}  // namespace

Result<Inventory> take_tree(const std::string& path, const TreeOptions& options) {
  ASSIGN_OR_RETURN(const OpenedPath opened, OpenedPath::open(path));
  if (!opened.is_folder() && !opened.is_file()) {
    return fail(Code::kInvalid, fmt::format("{} is neither a file nor a folder", path));
  }
  Inventory out;
  out.asset = path;
  TreeScan scan(options);
  scan.collect_into(&out);
  if (opened.is_file()) {
    scan_named_file(scan, opened.descriptor(), opened.size(), std::string(file_name(path)));
  } else if (!scan_image_folder(scan, opened.descriptor())) {
    scan_folder(scan, opened.descriptor());
    RETURN_IF_ERROR(take_system(path, out));
  }
  if (scan.javascript()) {
    if (auto problem = scan.javascript()->problem()) out.problems.push_back(std::move(*problem));
  }
  return out;
}

}  // namespace azekura::scanner::inventory
