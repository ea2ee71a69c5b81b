#include "scanner/inventory/image_manifest.h"

#include <fmt/format.h>

#include "scanner/document/json.h"
#include "scanner/inventory/image.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

// An index may name another one.
constexpr int kIndexDepthMax = 4;

std::string blob_path(std::string_view digest) {
  std::string path = "blobs/" + std::string(digest);
  const std::size_t colon = path.find(':');
  if (colon != std::string::npos) path[colon] = '/';
  return path;
}

Status check_count(const ImageLayers& image) {
  if (image.layers.size() <= kLayersMax) return {};
  return fail(Code::kInvalid, fmt::format("an image of more than {} layers", kLayersMax));
}

Result<ImageLayers> read_docker(const std::string& octets, const ImageDocument& document) {
  ASSIGN_OR_RETURN(const auto manifest, JsonDocument::parse(octets));
  const Json image = manifest.root().at(0);
  if (!image["Layers"].is_array()) return fail(Code::kInvalid, "manifest.json names no layers");
  ImageLayers out;
  for (const Json layer : image["Layers"].items()) out.layers.push_back({layer.string(), {}});
  if (manifest.root().size() > 1) {
    out.problems.push_back(
        {Problem::Kind::kSkipped, "manifest.json",
         fmt::format("{} images: only the first was read", manifest.root().size())});
  }
  const auto configuration = document(image["Config"].string());
  const auto parsed = configuration ? JsonDocument::parse(*configuration)
                                    : Result<JsonDocument>(fail(Code::kNotFound, ""));
  for (std::size_t i = 0; i < out.layers.size(); ++i) {
    LayerName& layer = out.layers[i];
    if (parsed) layer.digest = parsed->root()["rootfs"]["diff_ids"].at(i).string();
    if (layer.digest.empty()) layer.digest = layer.path;
  }
  RETURN_IF_ERROR(check_count(out));
  return out;
}

// The manifest of this platform, before all others; attestations are none.
Json choose(Json index, ImageLayers& out) {
  Json chosen;
  std::size_t images = 0;
  for (const Json manifest : index["manifests"].items()) {
    const Json platform = manifest["platform"];
    if (platform["os"].text() == "unknown") continue;
    ++images;
    const bool preferred =
        platform["os"].text() == "linux" && platform["architecture"].text() == "amd64";
    if (chosen.missing() || (preferred && chosen["platform"]["architecture"].text() != "amd64"))
      chosen = manifest;
  }
  if (images > 1) {
    out.problems.push_back(
        {Problem::Kind::kSkipped, "index.json",
         fmt::format("{} images: only {} was read", images, shown(chosen["digest"].text()))});
  }
  return chosen;
}

Result<ImageLayers> read_oci(std::string octets, const ImageDocument& document) {
  ImageLayers out;
  for (int depth = 0; depth < kIndexDepthMax; ++depth) {
    ASSIGN_OR_RETURN(const auto parsed, JsonDocument::parse(octets));
    const Json root = parsed.root();
    if (root["layers"].is_array()) {
      for (const Json layer : root["layers"].items()) {
        out.layers.push_back({blob_path(layer["digest"].text()), layer["digest"].string()});
      }
      RETURN_IF_ERROR(check_count(out));
      return out;
    }
    const std::string digest = choose(root, out)["digest"].string();
    if (digest.empty()) return fail(Code::kInvalid, "index.json names no image");
    auto next = document(blob_path(digest));
    if (!next)
      return fail(Code::kInvalid, fmt::format("the manifest {} is missing", shown(digest)));
    octets = std::move(*next);
  }
  return fail(Code::kInvalid, "an index in an index, without end");
}

}  // namespace

Result<ImageLayers> read_image_layers(const ImageDocument& document) {
  if (const auto manifest = document("manifest.json")) return read_docker(*manifest, document);
  auto index = document("index.json");
  if (!index) return fail(Code::kNotFound, "no image");
  return read_oci(std::move(*index), document);
}

}  // namespace azekura::scanner::inventory
