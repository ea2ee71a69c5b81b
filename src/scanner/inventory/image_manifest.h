// Which layers an image has, by its documents.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

struct LayerName {
  std::string path;    // of its tar, in the archive or folder
  std::string digest;  // "sha256:…": OCI: of the blob; docker save: of the unpacked tar
};
struct ImageLayers {
  std::vector<LayerName> layers;  // the lowest first
  std::vector<Problem> problems;
};
// A document of the image by its path; nothing if there is none.
using ImageDocument = std::function<std::optional<std::string>(const std::string& path)>;

// Reads manifest.json (docker save), else index.json (OCI). Of several images the first is taken,
// of several platforms linux/amd64 or the first, and the others are named in a problem. kNotFound:
// neither is there; kInvalid.
Result<ImageLayers> read_image_layers(const ImageDocument& document);

}  // namespace azekura::scanner::inventory
