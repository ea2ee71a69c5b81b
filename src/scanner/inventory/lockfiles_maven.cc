// pom.xml: the effective model as far as it lies in this tree (maven.apache.org: POM reference,
// introduction to the dependency mechanism). What only a repository could tell, parents elsewhere
// and imported bills of materials, is a problem that names them.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "scanner/document/xml.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

constexpr int kParentsMax = 16;
constexpr int kInterpolationsMax = 64;
constexpr std::size_t kValueSizeMax = 4096;

struct Coordinates {
  std::string group;
  std::string artifact;
  std::string version;
};

Coordinates coordinates_of(XmlNode node) {
  return {child_text(node, "groupId"), child_text(node, "artifactId"), child_text(node, "version")};
}

// As written: properties are put in later, for those of a child hold in its parents.
struct Dependency {
  Coordinates coordinates;
  std::string type;
  std::string classifier;
  std::string scope;
};

Dependency dependency_of(XmlNode node) {
  return {coordinates_of(node), child_text(node, "type"), child_text(node, "classifier"),
          child_text(node, "scope")};
}

struct Version {
  std::string text;
  bool exact = true;
};

// "1.0" is what is used; "[1.0]" too; of "[1.0,2.0)" the lowest; "(1.0,)" tells none.
Version version_of(std::string_view text) {
  if (text.empty() || (text.front() != '[' && text.front() != '(')) return {std::string(text)};
  const std::size_t end = text.find_first_of(",])");
  if (text.front() == '(' || end == std::string_view::npos) return {"", false};
  return {std::string(trimmed(text.substr(1, end - 1))), text[end] == ']'};
}

class Model {
 public:
  explicit Model(Collector& found) : found_(found) {}

  // From the project up to the oldest parent: what is there already wins.
  void take(XmlNode project) {
    if (projects_++ == 0) take_built_in(project);
    take_section(project, projects_ == 1);
    for (const XmlNode profile : children(child(project, "profiles"), "profile")) {
      if (text_of(descend(profile, "activation/activeByDefault")) == "true") {
        take_section(profile, projects_ == 1);
      }
    }
  }

  void finish() {
    for (const Dependency& managed : managed_) note_managed(managed);
    for (const auto& [dependency, direct] : dependencies_) add(dependency, direct);
  }

  // The text with its properties; "" if one of them is not known.
  std::string interpolated(std::string text) const {
    for (int rounds = 0; rounds < kInterpolationsMax; ++rounds) {
      const std::size_t begin = text.find("${");
      if (begin == std::string::npos) return text;
      const std::size_t end = text.find('}', begin);
      if (end == std::string::npos) return {};
      const auto found = properties_.find(text.substr(begin + 2, end - begin - 2));
      if (found == properties_.end()) return {};
      text.replace(begin, end - begin + 1, found->second);
      if (text.size() > kValueSizeMax) return {};
    }
    return {};
  }

 private:
  void take_built_in(XmlNode project) {
    const Coordinates parent = coordinates_of(child(project, "parent"));
    const Coordinates own = coordinates_of(project);
    const std::string version = own.version.empty() ? parent.version : own.version;
    const std::string group = own.group.empty() ? parent.group : own.group;
    for (const auto* prefix : {"project.", "pom.", ""}) {
      properties_[fmt::format("{}version", prefix)] = version;
      properties_[fmt::format("{}groupId", prefix)] = group;
      properties_[fmt::format("{}artifactId", prefix)] = own.artifact;
    }
    properties_["project.parent.version"] = parent.version;
    properties_["project.parent.groupId"] = parent.group;
  }

  void take_section(XmlNode section, bool own) {
    for (const XmlNode property : child(section, "properties").children()) {
      properties_.emplace(local_name(property), text_of(property));
    }
    for (const XmlNode node :
         children(descend(section, "dependencyManagement/dependencies"), "dependency")) {
      managed_.push_back(dependency_of(node));
    }
    for (const XmlNode node : children(child(section, "dependencies"), "dependency")) {
      dependencies_.emplace_back(dependency_of(node), own);
    }
  }

  std::string key_of(const Dependency& dependency) const {
    const std::string type = interpolated(dependency.type);
    return fmt::format("{}:{}:{}:{}", interpolated(dependency.coordinates.group),
                       interpolated(dependency.coordinates.artifact), type.empty() ? "jar" : type,
                       interpolated(dependency.classifier));
  }

  void note_managed(const Dependency& managed) {
    if (managed.scope != "import") {
      managed_by_key_.emplace(key_of(managed), &managed);
      return;
    }
    found_.unknown(fmt::format("imports {}:{} {}: which versions that one sets is not in this tree",
                               shown(interpolated(managed.coordinates.group)),
                               shown(interpolated(managed.coordinates.artifact)),
                               shown(interpolated(managed.coordinates.version))));
  }

  void add(const Dependency& dependency, bool direct) {
    const std::string group = interpolated(dependency.coordinates.group);
    const std::string artifact = interpolated(dependency.coordinates.artifact);
    if (group.empty() || artifact.empty()) {
      found_.malformed(fmt::format("a dependency whose name is not known: {}:{}",
                                   shown(dependency.coordinates.group),
                                   shown(dependency.coordinates.artifact)));
      return;
    }
    const auto managed = managed_by_key_.find(key_of(dependency));
    std::string version = dependency.coordinates.version;
    std::string scope = interpolated(dependency.scope);
    if (managed != managed_by_key_.end()) {
      if (version.empty()) version = managed->second->coordinates.version;
      if (scope.empty()) scope = interpolated(managed->second->scope);
    }
    const Version used = version_of(interpolated(version));
    Component component;
    component.ecosystem = Ecosystem::kMaven;
    component.name = fmt::format("{}:{}", group, artifact);
    component.version = used.text;
    component.evidence = used.exact ? Evidence::kLockfile : Evidence::kManifest;
    component.development = scope == "test" || scope == "provided";
    component.direct = direct;
    found_.add(std::move(component));
  }

  Collector& found_;
  int projects_ = 0;
  std::map<std::string, std::string, std::less<>> properties_;
  std::vector<Dependency> managed_;
  std::map<std::string, const Dependency*> managed_by_key_;
  std::vector<std::pair<Dependency, bool>> dependencies_;
};

// Where the parent lies, from the folder of the file; empty: nowhere in this tree.
std::string path_of_parent(XmlNode parent) {
  const XmlNode node = child(parent, "relativePath");
  if (!node) return "../pom.xml";
  std::string path = text_of(node);
  if (!path.empty() && !path.ends_with(".xml")) path += "/pom.xml";
  return path;
}

bool is_parent(XmlNode project, const Coordinates& parent) {
  const Coordinates own = coordinates_of(project);
  const std::string group =
      own.group.empty() ? coordinates_of(child(project, "parent")).group : own.group;
  return local_name(project) == "project" && own.artifact == parent.artifact &&
         group == parent.group;
}

// The document of the parent, if it lies in this tree; `folder` is moved to where it lies.
Result<XmlDocument> open_parent(XmlNode parent, const ReadContext& context, std::string& folder) {
  const std::string relative = path_of_parent(parent);
  if (relative.empty() || !context.open) return fail(Code::kNotFound, "not in this tree");
  const std::string path = folder.empty() ? relative : fmt::format("{}/{}", folder, relative);
  ASSIGN_OR_RETURN(const auto octets, context.open(path));
  ASSIGN_OR_RETURN(auto document, XmlDocument::parse(octets));
  if (!is_parent(document.root(), coordinates_of(parent))) {
    return fail(Code::kNotFound, "another project");
  }
  folder = folder_of(path);
  return document;
}

}  // namespace

Result<ReadOutcome> read_pom(std::string_view octets, const ReadContext& context) {
  // In an archive the file says how it was built, not what it needs where it runs.
  if (contains(context.path, "META-INF/maven/")) return ReadOutcome{};
  ASSIGN_OR_RETURN(auto document, XmlDocument::parse(octets));
  if (local_name(document.root()) != "project") {
    return fail(Code::kInvalid, "pom.xml: the root element is not project");
  }
  Collector found(Ecosystem::kMaven, Evidence::kLockfile);
  Model model(found);
  std::string folder;
  for (int parents = 0; parents <= kParentsMax; ++parents) {
    model.take(document.root());
    const XmlNode parent = child(document.root(), "parent");
    if (!parent) break;
    const Coordinates wanted = coordinates_of(parent);
    auto next = open_parent(parent, context, folder);
    if (!next) {
      found.unknown(
          fmt::format("the parent {}:{} {} is not in this tree: what it sets is not known",
                      shown(wanted.group), shown(wanted.artifact), shown(wanted.version)));
      break;
    }
    document = std::move(*next);
  }
  model.finish();
  return found.take();
}

}  // namespace azekura::scanner::inventory
