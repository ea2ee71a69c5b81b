// What a root file system says about its packages, by the first octet: os-release, dpkg's status
// and an index, apk's database, RPM's in its three forms, and the lists of files. What is accepted
// keeps what the headers promise.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "scanner/inventory/apk.h"
#include "scanner/inventory/dpkg.h"
#include "scanner/inventory/kernel.h"
#include "scanner/inventory/os_release.h"
#include "scanner/inventory/rpm.h"
#include "scanner/inventory/sockets.h"

namespace {

using namespace azekura;
using namespace azekura::scanner;
using namespace azekura::scanner::inventory;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Result<ReadOutcome>& outcome) {
  if (!outcome) return;
  for (const Component& component : outcome->components) {
    require(!component.name.empty() && !component.version.empty());
    require(component.evidence == Evidence::kPackageDatabase);
  }
  std::vector<Problem> problems;
  find_kernel({.release = "6.1.0-18-amd64", .build = "#1 SMP Debian 6.1.76-1 (2024-02-01)"},
              outcome->components, problems);
}

// The journal stands behind the database, after a mark.
void try_rpm(std::string_view octets) {
  constexpr std::string_view kMark = "\n--journal--\n";
  const std::size_t mark = octets.find(kMark);
  const RpmDatabase database{.octets = std::string(octets.substr(0, mark)),
                             .journal = mark == std::string_view::npos
                                            ? std::string()
                                            : std::string(octets.substr(mark + kMark.size()))};
  check(read_rpm_database(database, Ecosystem::kRedHat));
  (void)for_each_rpm_file(database, [](std::string_view, std::string_view) {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  Listeners listeners;
  switch (data[0]) {
    case 'o':
      if (const auto read = read_os_release(octets, octets)) require(!read->id.empty());
      break;
    case 'd':
      check(read_dpkg_packages(octets, DpkgStanzas::kInstalled, Ecosystem::kDebian));
      check(read_dpkg_packages(octets, DpkgStanzas::kAll, Ecosystem::kUbuntu));
      break;
    case 'a':
      check(read_apk_installed(octets));
      for_each_apk_file(
          octets, [](std::string_view package, std::string_view) { require(!package.empty()); });
      break;
    case 'r':
      try_rpm(octets);
      break;
    case 's':
      add_listeners("tcp", octets, listeners);
      add_listeners("udp", octets, listeners);
      (void)is_past_listeners(octets);
      break;
    default:
      break;
  }
  return 0;
}
