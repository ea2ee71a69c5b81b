#include <sys/utsname.h>

#include <filesystem>
#include <string>
#include <utility>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/kernel.h"
#include "scanner/inventory/packages.h"
#include "scanner/inventory/processes.h"
#include "scanner/inventory/root.h"

namespace azekura::scanner::inventory {
namespace {

bool is_running_system(const std::string& root) {
  std::error_code unused;
  return root == "/" || std::filesystem::equivalent(root, "/", unused);
}

}  // namespace

Result<Inventory> take_host(const HostOptions& options) {
  const bool runs = is_running_system(options.root);
  ASSIGN_OR_RETURN(const FolderRoot root, FolderRoot::open(runs ? "/" : options.root));
  Inventory inventory = read_root(root);
  if (inventory.files.empty() && inventory.problems.empty()) {
    return fail(Code::kNotFound,
                options.root + ": neither an os-release nor a database of packages",
                "is it the root of a file system?");
  }
  inventory.asset = options.root;
  RunningKernel running;
  if (utsname name{}; runs && ::uname(&name) == 0) {
    inventory.asset = name.nodename;
    running = {.release = name.release, .build = name.version};
  }
  inventory.kernel = find_kernel(running, inventory.components, inventory.problems);
  if (runs && options.processes) {
    inventory.processes = read_processes("/proc", root, inventory.problems);
  }
  return inventory;
}

}  // namespace azekura::scanner::inventory
