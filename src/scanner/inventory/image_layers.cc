#include "scanner/inventory/image_layers.h"

#include <algorithm>

#include <fmt/format.h>

#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
// Other marks of AUFS (".wh..wh.plnk").
constexpr std::string_view kInternal = ".wh..wh.";
constexpr int kLinkHopsMax = 40;

// Removes from the map what the layer hides; true if anything was.
template <typename Map>
bool remove_hidden(const Layer& layer, Map& map) {
  return std::erase_if(map, [&layer](const auto& entry) { return layer.hides(entry.first); }) > 0;
}

}  // namespace

void PathSet::close() {
  std::sort(hashes_.begin(), hashes_.end());
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
  hashes_.shrink_to_fit();
}

bool PathSet::contains(std::string_view path) const {
  return std::binary_search(hashes_.begin(), hashes_.end(), std::hash<std::string_view>()(path));
}

bool Layer::add_marker(std::string_view path) {
  const std::string_view name = file_name(path);
  if (!name.starts_with(kWhiteout)) return false;
  const std::string_view folder = folder_of(path);
  if (name == kOpaque) {
    opaque_.add(folder);
  } else if (!name.starts_with(kInternal)) {
    const std::string_view gone = name.substr(kWhiteout.size());
    files_.add(folder.empty() ? std::string(gone) : fmt::format("{}/{}", folder, gone));
  }
  return true;
}

void Layer::close() {
  files_.close();
  folders_.close();
  opaque_.close();
}

bool Layer::hides(std::string_view path) const {
  if (folders_.contains(path) || files_.contains(path)) return true;
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    if (opaque_.contains(path) || (!path.empty() && files_.contains(path))) return true;
  }
  return false;
}

bool LayeredRoot::add(const Layer& layer) {
  bool changed = remove_hidden(layer, records_);
  changed = remove_hidden(layer, links_) || changed;
  for (const auto& [path, record] : layer.records) records_[path] = record;
  for (const auto& [path, target] : layer.links) links_[path] = target;
  return changed || !layer.records.empty() || !layer.links.empty();
}

std::string LayeredRoot::resolved(std::string_view path) const {
  std::string rest(path);
  std::string done;
  for (int hops = 0; !rest.empty();) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string part = rest.substr(0, slash);
    rest.erase(0, slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      done.resize(folder_of(done).size());
      continue;
    }
    const std::string next = done.empty() ? part : done + "/" + part;
    const auto link = links_.find(next);
    if (link == links_.end()) {
      done = next;
      continue;
    }
    if (++hops > kLinkHopsMax) return {};
    if (link->second.starts_with('/')) done.clear();
    rest = rest.empty() ? link->second : link->second + "/" + rest;
  }
  return done;
}

Result<std::string> LayeredRoot::read(std::string_view path, std::uint64_t octets_max) const {
  const auto found = records_.find(resolved(path));
  if (found == records_.end()) return fail(Code::kNotFound, fmt::format("there is no {}", path));
  if (found->second.size > octets_max) {
    return fail(Code::kExhausted, fmt::format("{}: larger than {} octets", path, octets_max));
  }
  std::string octets = spool_.content().read(found->second.offset, found->second.size);
  if (octets.size() != found->second.size)
    return fail(Code::kIo, fmt::format("{} could not be read back", path));
  return octets;
}

std::vector<std::string> LayeredRoot::list(std::string_view folder) const {
  const std::string prefix = resolved(folder) + "/";
  std::vector<std::string> names;
  for (auto at = records_.lower_bound(prefix);
       at != records_.end() && at->first.starts_with(prefix); ++at) {
    const std::string_view below = std::string_view(at->first).substr(prefix.size());
    const std::string_view name = below.substr(0, below.find('/'));
    if (names.empty() || names.back() != name) names.emplace_back(name);
  }
  return names;
}

}  // namespace azekura::scanner::inventory
