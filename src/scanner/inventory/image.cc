#include "scanner/inventory/image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "scanner/inventory/image_layers.h"
#include "scanner/inventory/image_manifest.h"
#include "scanner/inventory/ownership.h"
#include "scanner/inventory/packages.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

// What the archive of an image may begin with. A tar that begins otherwise is not read through to
// find out.
bool can_be_of_image(const ArchiveEntry& entry) {
  const std::string_view path = entry.path;
  const std::string_view first = path.substr(0, path.find('/'));
  const bool is_hash = first.size() >= 64 && first.substr(0, 64).find_first_not_of(
                                                 "0123456789abcdef") == std::string_view::npos;
  static constexpr std::string_view kNames[] = {"blobs", "oci-layout", "index.json",
                                                "manifest.json", "repositories"};
  return is_hash || std::find(std::begin(kNames), std::end(kNames), first) != std::end(kNames) ||
         path.ends_with("/layer.tar") ||
         (first == path && (first.ends_with(".tar.gz") || first.ends_with(".json")));
}

// The documents of an image's archive, read in a first pass.
struct Contents {
  std::map<std::string, std::string> documents;
  std::map<std::string, std::string> links;  // path → path
};

std::optional<Contents> read_contents(ArchiveReader& reader) {
  Contents contents;
  std::uint64_t octets = 0;
  for (ArchiveEntry entry;;) {
    const auto more = reader.next(entry);
    if (!more) return std::nullopt;
    if (!*more) break;
    if (!can_be_of_image(entry)) return std::nullopt;
    if (entry.kind == EntryKind::kSymbolicLink) {
      // "../<id>/layer.tar", as older versions of Docker write a layer that comes twice
      std::string_view target = entry.link;
      while (target.starts_with("../")) target.remove_prefix(3);
      contents.links[entry.path] = target;
    } else if (entry.kind == EntryKind::kHardLink) {
      contents.links[entry.path] = entry.link;
    }
    if (entry.kind != EntryKind::kFile || entry.size > kImageDocumentMax) continue;
    const auto head = reader.peek();
    if (!head) return std::nullopt;
    if (!head->starts_with('{') && !head->starts_with('[')) continue;
    auto document = reader.read();
    if (!document) return std::nullopt;
    octets += document->size();
    if (octets > kImageDocumentsMax) return std::nullopt;
    contents.documents[entry.path] = std::move(*document);
  }
  return contents;
}

class ImageScan {
 public:
  ImageScan(TreeScan& scan, std::string location, std::vector<LayerName> names)
      : scan_(scan),
        location_(std::move(location)),
        names_(std::move(names)),
        layers_(names_.size()) {
    for (std::size_t i = 0; i < names_.size(); ++i) layers_[i].digest = names_[i].digest;
  }

  // Reads the layer that lies at `path` (of which there may be several, or none).
  void layer(const std::string& path, ArchiveReader& reader) {
    const auto wanted = [&path](const LayerName& name) { return name.path == path; };
    const auto first = std::find_if(names_.begin(), names_.end(), wanted);
    if (first == names_.end()) return;
    const auto index = static_cast<std::size_t>(first - names_.begin());
    if (read_.contains(index)) return;
    read_layer(reader, layers_[index]);
    for (std::size_t i = index; i < names_.size(); ++i) {
      if (!wanted(names_[i])) continue;
      if (i != index) {
        layers_[i] = layers_[index];
        layers_[i].digest = names_[i].digest;
      }
      read_.insert(i);
    }
  }
  bool wants(const std::string& path) const {
    return std::any_of(names_.begin(), names_.end(),
                       [&path](const LayerName& name) { return name.path == path; });
  }
  void failed(const std::string& path, const Error& why) {
    scan_.problem(why, location_.empty() ? path : location_ + "!" + path);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i].path == path) read_.insert(i);
    }
  }

  // Lays the layers on top of each other.
  void finish() {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!read_.contains(i)) {
        scan_.problem(Problem::Kind::kUnreadable, location_,
                      fmt::format("the layer {} is missing", shown(names_[i].digest)));
      }
    }
    Inventory system = read_system();
    Inventory out;
    for (std::size_t i = 0; i < layers_.size(); ++i) keep_visible(i, out);
    set_owners(*root_, out);
    out.distribution = std::move(system.distribution);
    move_into(system.components, out.components);
    move_into(system.files, out.files);
    move_into(system.problems, out.problems);
    hand_over(std::move(out));
  }

 private:
  void read_layer(ArchiveReader& reader, Layer& layer) {
    Inventory* const before = scan_.collect_into(&layer.found);
    for (ArchiveEntry at;;) {
      const auto more = reader.next(at);
      if (!more) scan_.problem(more.error(), layer.digest);
      if (!more || !*more || !scan_.count_file()) break;
      if (!at.path.empty()) read_entry(reader, at, layer);
    }
    layer.close();
    scan_.collect_into(before);
  }

  void read_entry(ArchiveReader& reader, const ArchiveEntry& at, Layer& layer) {
    if (layer.add_marker(at.path)) return;
    layer.add_entry(at.path, at.kind == EntryKind::kFolder);
    if (at.kind == EntryKind::kSymbolicLink && links_++ < kImageLinksMax)
      layer.links[at.path] = at.link;
    if (at.kind == EntryKind::kHardLink && links_++ < kImageLinksMax) copy_linked(at, layer);
    if (at.kind != EntryKind::kFile) return;
    if (is_package_record(at.path)) return keep_record(reader, at, layer);
    const FileGuess guess = guess_file(at.path);
    if (guess.kind == FileKind::kNothing ||
        (guess.kind == FileKind::kScript && !scan_.looks_at_scripts()))
      return;
    Place place{at.path, at.path, 2, false, {}};
    place.context.path = place.path;
    scan_.entry(reader, at, place, guess);
  }

  void keep_record(ArchiveReader& reader, const ArchiveEntry& at, Layer& layer) {
    const std::uint64_t offset = spool_.size();
    const auto kept = reader.read([this, &at](std::string_view piece) -> Status {
      if (spool_.size() > scan_.options().file_octets_max) {
        return fail(Code::kExhausted, fmt::format("{}: package records larger than {} octets",
                                                  at.path, scan_.options().file_octets_max));
      }
      return spool_.append(piece);
    });
    if (!kept) return scan_.problem(kept.error(), at.path);
    layer.records[at.path] = {offset, spool_.size() - offset};
  }

  // A second name for a file of the same layer: what was found there is found here as well.
  static void copy_linked(const ArchiveEntry& at, Layer& layer) {
    std::string_view target = at.link;
    while (target.starts_with('/') || target.starts_with("./"))
      target.remove_prefix(target.starts_with('/') ? 1 : 2);
    const auto record = layer.records.find(target);
    if (record != layer.records.end()) layer.records[at.path] = record->second;
    const std::size_t count = layer.found.components.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (path_of(layer.found.components[i].location) != target) continue;
      Component copy = layer.found.components[i];
      copy.location.replace(0, target.size(), at.path);
      layer.found.components.push_back(std::move(copy));
    }
  }

  static std::string_view path_of(std::string_view location) {
    return location.substr(0, location.find('!'));
  }

  bool is_visible(std::size_t index, std::string_view path) const {
    return std::none_of(layers_.begin() + static_cast<std::ptrdiff_t>(index) + 1, layers_.end(),
                        [path](const Layer& above) { return above.hides(path); });
  }

  void keep_visible(std::size_t index, Inventory& out) {
    Inventory& found = layers_[index].found;
    for (Component& component : found.components) {
      if (!is_visible(index, path_of(component.location))) continue;
      component.layer = layers_[index].digest;
      out.components.push_back(std::move(component));
    }
    for (ReadFile& file : found.files) {
      if (is_visible(index, path_of(file.location))) out.files.push_back(std::move(file));
    }
    for (Problem& problem : found.problems) {
      if (is_visible(index, path_of(problem.location))) out.problems.push_back(std::move(problem));
    }
  }

  // The packages of the finished root file system, each with the layer since which it is there.
  Inventory read_system() {
    using Since = std::unordered_map<std::string, std::string>;
    const auto identity = [](const Component& component) {
      return fmt::format("{}\n{}\n{}", component.name, component.version, component.architecture);
    };
    root_.emplace(spool_);
    Since since;
    Inventory system;
    for (const Layer& layer : layers_) {
      if (!root_->add(layer)) continue;
      system = read_root(*root_);
      Since now;
      for (Component& component : system.components) {
        const std::string key = identity(component);
        const auto known = since.find(key);
        component.layer = known == since.end() ? layer.digest : known->second;
        now[key] = component.layer;
      }
      since = std::move(now);
    }
    return system;
  }

  // An image that is the root of the scan has the locations of its own root; one found in a folder
  // lies there.
  void hand_over(Inventory out) {
    const auto placed = [this](std::string& location) {
      if (!location_.empty()) location = location.empty() ? location_ : location_ + "!" + location;
    };
    for (Component& component : out.components) placed(component.location);
    for (ReadFile& file : out.files) placed(file.location);
    for (Problem& problem : out.problems) placed(problem.location);
    scan_.merge(std::move(out));
  }

  template <typename T>
  static void move_into(std::vector<T>& from, std::vector<T>& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }

  TreeScan& scan_;
  std::string location_;
  std::vector<LayerName> names_;
  std::vector<Layer> layers_;
  std::set<std::size_t> read_;
  std::size_t links_ = 0;
  Spool spool_;  // of package records
  std::optional<LayeredRoot> root_;
};

std::string followed(const Contents& contents, std::string path) {
  for (int hops = 0; hops < 8; ++hops) {
    const auto link = contents.links.find(path);
    if (link == contents.links.end()) break;
    path = link->second;
  }
  return path;
}

}  // namespace

bool scan_image(TreeScan& scan, const Content& archive, const std::string& location) {
  auto first_pass = scan.open_archive(archive);
  if (!first_pass) return false;
  const auto contents = read_contents(*first_pass);
  if (!contents) return false;
  auto image = read_image_layers([&](const std::string& path) -> std::optional<std::string> {
    const auto found = contents->documents.find(followed(*contents, path));
    return found == contents->documents.end() ? std::nullopt : std::optional(found->second);
  });
  if (!image && image.error().code == Code::kNotFound) return false;
  if (!image) {
    scan.problem(image.error(), location);
    return true;
  }
  for (Problem& problem : image->problems)
    scan.problem(problem.kind, location, std::move(problem.why));
  for (LayerName& layer : image->layers) layer.path = followed(*contents, layer.path);

  ImageScan whole(scan, location, std::move(image->layers));
  auto reader = scan.open_archive(archive);
  if (!reader) {
    scan.problem(reader.error(), location);
    return true;
  }
  for (ArchiveEntry entry;;) {
    const auto more = reader->next(entry);
    if (!more) scan.problem(more.error(), location);
    if (!more || !*more) break;
    if (entry.kind != EntryKind::kFile || !whole.wants(entry.path)) continue;
    auto layer = reader->open_entry();
    if (layer) {
      whole.layer(entry.path, *layer);
    } else {
      whole.failed(entry.path, layer.error());
    }
  }
  scan.close_archive(*reader);
  whole.finish();
  return true;
}

namespace {

// Below the folder, without following links.
int open_below(int folder, const std::string& path, struct stat& about) {
  std::string_view rest = path;
  int at = ::fcntl(folder, F_DUPFD_CLOEXEC, 0);
  while (at >= 0 && !rest.empty()) {
    const std::string part(cut(rest, '/'));
    const int next =
        part == ".." ? -1
                     : ::openat(at, part.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ::close(at);
    at = next;
  }
  if (at >= 0 && ::fstat(at, &about) == 0 && S_ISREG(about.st_mode)) return at;
  if (at >= 0) ::close(at);
  return -1;
}

}  // namespace

bool scan_image_folder(TreeScan& scan, int folder) {
  struct stat about {};
  const auto document = [&](const std::string& path) -> std::optional<std::string> {
    // In a folder the name manifest.json says nothing.
    const int descriptor = path == "manifest.json" ? -1 : open_below(folder, path, about);
    if (descriptor < 0) return std::nullopt;
    const auto size = static_cast<std::uint64_t>(about.st_size);
    std::optional<std::string> octets;
    if (size <= kImageDocumentMax) octets = Content::of_descriptor(descriptor, size).read(0, size);
    ::close(descriptor);
    return octets;
  };
  if (!document("oci-layout")) return false;
  auto image = read_image_layers(document);
  if (!image) return false;
  for (Problem& problem : image->problems)
    scan.problem(problem.kind, problem.location, std::move(problem.why));
  const std::vector<LayerName> names = image->layers;
  ImageScan whole(scan, "", std::move(image->layers));
  for (const LayerName& name : names) {
    const int descriptor = open_below(folder, name.path, about);
    if (descriptor < 0) continue;  // said as missing
    auto reader = scan.open_archive(
        Content::of_descriptor(descriptor, static_cast<std::uint64_t>(about.st_size)));
    if (reader) {
      whole.layer(name.path, *reader);
      scan.close_archive(*reader);
    } else {
      whole.failed(name.path, reader.error());
    }
    ::close(descriptor);
  }
  whole.finish();
  return true;
}

}  // namespace azekura::scanner::inventory
