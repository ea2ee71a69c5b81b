// The walk of a folder.
#pragma once

#include <string>

#include "base/result.h"
#include "scanner/inventory/tree_scan.h"

namespace azekura::scanner::inventory {

// Folders nested deeper are not entered, and that is said.
inline constexpr int kFolderDepthMax = 200;

// Every regular file below, in the order of names. Links are not followed: what they lead to is met
// where it lies, if it lies in the tree at all. Devices, pipes and sockets are not opened; file
// systems that the kernel makes up (proc, sysfs, …) are not entered. What cannot be read is a
// problem.
void scan_folder(TreeScan& scan, int folder);

// One file: `path` from the root of the tree, of which `folder` is open.
void scan_file(TreeScan& scan, int folder, int descriptor, std::uint64_t size,
               const std::string& path, FileGuess guess);
// The file that was named itself.
void scan_named_file(TreeScan& scan, int descriptor, std::uint64_t size, const std::string& name);

}  // namespace azekura::scanner::inventory
