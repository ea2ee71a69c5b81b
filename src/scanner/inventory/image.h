// Container images: `docker save` archives and OCI image layouts (OCI Image Specification 1.1),
// layer by layer.
#pragma once

#include <string>

#include "base/result.h"
#include "scanner/inventory/content.h"
#include "scanner/inventory/tree_scan.h"

namespace azekura::scanner::inventory {

inline constexpr std::size_t kLayersMax = 512;
// index.json, manifests and configurations.
inline constexpr std::uint64_t kImageDocumentMax = std::uint64_t{4} << 20;
inline constexpr std::uint64_t kImageDocumentsMax = std::uint64_t{16} << 20;

// Scans the archive if it is an image; false: it is none. Locations are those of the image's root
// file system; what a later layer deletes or replaces is not in the result. Every component knows
// its layer: of a package, the one since which it is there.
bool scan_image(TreeScan& scan, const Content& archive, const std::string& location);
// The same of an OCI layout in a folder.
bool scan_image_folder(TreeScan& scan, int folder);

}  // namespace azekura::scanner::inventory
