// The layers of an image, each by itself, and what is left of them when they lie on top of each
// other.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/component.h"
#include "scanner/inventory/content.h"
#include "scanner/inventory/root.h"

namespace azekura::scanner::inventory {

// Links that are kept, of all layers together.
inline constexpr std::size_t kImageLinksMax = 500'000;

// A set of paths by their hashes, in 8 octets each: filled first, asked after close().
class PathSet {
 public:
  void add(std::string_view path) { hashes_.push_back(std::hash<std::string_view>()(path)); }
  void close();
  bool contains(std::string_view path) const;

 private:
  std::vector<std::size_t> hashes_;
};

// What one layer adds and takes away. Paths are kept as hashes (64 bits): there may be millions.
class Layer {
 public:
  std::string digest;
  Inventory found;  // locations begin with the path in the root file system

  // Records one entry of the layer's tar. A marker (".wh.x", ".wh..wh..opq") is no entry: true.
  bool add_marker(std::string_view path);
  void add_entry(std::string_view path, bool is_folder) {
    (is_folder ? folders_ : files_).add(path);
  }
  // After the last entry.
  void close();

  // Whether this layer hides what a lower one has at `path`.
  bool hides(std::string_view path) const;

  struct Record {
    std::uint64_t offset = 0;  // in the spool
    std::uint64_t size = 0;
  };
  std::map<std::string, Record, std::less<>> records;     // package databases and the like
  std::map<std::string, std::string, std::less<>> links;  // symbolic

 private:
  PathSet files_;  // and what is whited out: hides itself and all below
  PathSet folders_;
  PathSet opaque_;
};

// The root file system as far as package records go, layer upon layer.
class LayeredRoot final : public Root {
 public:
  explicit LayeredRoot(const Spool& spool) : spool_(spool) {}

  // Whether the records changed.
  bool add(const Layer& layer);

  Result<std::string> read(std::string_view path, std::uint64_t octets_max) const override;
  std::vector<std::string> list(std::string_view folder) const override;

 private:
  // Where the path leads when the links in it are followed.
  std::string resolved(std::string_view path) const;

  const Spool& spool_;
  std::map<std::string, Layer::Record, std::less<>> records_;
  std::map<std::string, std::string, std::less<>> links_;
};

}  // namespace azekura::scanner::inventory
