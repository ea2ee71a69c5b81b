#include "scanner/inventory/jar.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "scanner/document/xml.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::string_view kMaven = "META-INF/maven/";
constexpr std::string_view kManifest = "META-INF/MANIFEST.MF";
constexpr std::string_view kProperties = "/pom.properties";
constexpr std::string_view kPom = "/pom.xml";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_ending(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(0, dot);
}

// A group is dotted ("org.apache.commons"), or a word of letters and hyphens.
bool can_be_group(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
  });
}

// What a build left unfilled is no value: "${project.version}".
std::string value_of(std::string_view text) {
  text = trimmed(text);
  return contains(text, "${") ? std::string() : std::string(text);
}

// java.util.Properties, as far as Maven writes it.
std::map<std::string, std::string> parse_properties(std::string_view octets) {
  std::map<std::string, std::string> out;
  for (std::string_view line; next_line(octets, line);) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const std::size_t mark = line.find_first_of("=:");
    if (mark == std::string_view::npos) continue;
    out[std::string(trimmed(line.substr(0, mark)))] = value_of(line.substr(mark + 1));
  }
  return out;
}

// Bundles write 1.2.0 for 1.2, and in file names classifiers follow.
bool agree(std::string_view one, std::string_view other) {
  return one.starts_with(other) || other.starts_with(one);
}

// "META-INF/maven/GROUP/ARTIFACT/pom.properties"
bool split_maven_path(std::string_view entry, std::string& group, std::string& artifact) {
  if (!entry.starts_with(kMaven)) return false;
  entry.remove_prefix(kMaven.size());
  group = cut(entry, '/');
  artifact = cut(entry, '/');
  return !entry.empty() && entry.find('/') == std::string_view::npos;
}

// "org.apache.commons.lang3" and "commons-lang3" → "org.apache.commons"
std::string group_of_symbolic_name(std::string_view symbolic) {
  symbolic = trimmed(symbolic.substr(0, symbolic.find(';')));
  const std::size_t dot = symbolic.rfind('.');
  if (dot == std::string_view::npos || !can_be_group(symbolic)) return {};
  return std::string(symbolic.substr(0, dot));
}

}  // namespace

bool is_java_archive(std::string_view path) {
  static constexpr std::array<std::string_view, 12> kEndings = {".jar", ".war", ".ear",  ".par",
                                                                ".sar", ".nar", ".rar",  ".hpi",
                                                                ".jpi", ".kar", ".lpkg", ".aar"};
  const std::string name = lower(file_name(path));
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&name](std::string_view ending) { return name.ends_with(ending); });
}

bool is_jar_metadata(std::string_view entry) {
  if (entry == kManifest) return true;
  return entry.starts_with(kMaven) && (entry.ends_with(kProperties) || entry.ends_with(kPom));
}

std::map<std::string, std::string> parse_manifest(std::string_view octets) {
  std::map<std::string, std::string> out;
  std::string* value = nullptr;
  for (std::string_view line; next_line(octets, line);) {
    if (line.empty()) break;  // the main section ends here
    if (line.front() == ' ') {
      if (value != nullptr) value->append(line.substr(1));
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      value = nullptr;
      continue;
    }
    value = &out[lower(line.substr(0, colon))];
    *value = trimmed(line.substr(colon + 1));
  }
  return out;
}

JarName parse_jar_name(std::string_view path) {
  const std::string_view name = without_ending(file_name(path));
  // The version begins at the first hyphen before a digit.
  for (std::size_t at = name.find('-'); at != std::string_view::npos; at = name.find('-', at + 1)) {
    if (at > 0 && at + 1 < name.size() && is_digit(name[at + 1])) {
      return {std::string(name.substr(0, at)), std::string(name.substr(at + 1))};
    }
  }
  return {std::string(name), {}};
}

void JarIdentity::add_entry(std::string_view entry) {
  has_classes_ = has_classes_ || entry.ends_with(".class");
}

void JarIdentity::add_metadata(std::string_view entry, std::string_view octets) {
  if (entry == kManifest) {
    manifest_ = parse_manifest(octets);
    return;
  }
  Artifact found;
  found.entry = entry;
  if (artifacts_.size() >= kJarArtifactsMax || !split_maven_path(entry, found.group, found.name))
    return;
  if (entry.ends_with(kProperties)) {
    const auto properties = parse_properties(octets);
    const auto take = [&properties](const char* key, std::string& out) {
      const auto at = properties.find(key);
      if (at != properties.end() && !at->second.empty()) out = at->second;
    };
    take("groupId", found.group);
    take("artifactId", found.name);
    take("version", found.version);
    found.by_properties = true;
  } else {
    const auto pom = XmlDocument::parse(octets);
    if (!pom) {
      problems_.push_back({Problem::Kind::kMalformed, std::string(entry), pom.error().message});
      return;
    }
    found.version = value_of(child_text(pom->root(), "version"));
    if (found.version.empty())
      found.version = value_of(child_text(child(pom->root(), "parent"), "version"));
  }
  const auto same =
      std::find_if(artifacts_.begin(), artifacts_.end(), [&found](const Artifact& known) {
        return known.group == found.group && known.name == found.name;
      });
  if (same == artifacts_.end()) {
    artifacts_.push_back(std::move(found));
  } else if (same->version.empty() ||
             (found.by_properties && !same->by_properties && !found.version.empty())) {
    *same = std::move(found);
  }
}

// The file's name decides; where it says nothing and there is but one, that one is it.
const JarIdentity::Artifact* JarIdentity::own_artifact(const JarName& name) const {
  const Artifact* best = nullptr;
  for (const Artifact& artifact : artifacts_) {
    const bool same_name =
        artifact.name == name.artifact || artifact.group + "." + artifact.name == name.artifact;
    if (!same_name) continue;
    if (best == nullptr || artifact.version == name.version) best = &artifact;
  }
  if (best != nullptr || artifacts_.size() != 1) return best;
  return &artifacts_.front();
}

std::string JarIdentity::attribute(std::initializer_list<const char*> names) const {
  for (const char* name : names) {
    const auto found = manifest_.find(name);
    if (found == manifest_.end()) continue;
    std::string value = value_of(found->second);
    if (!value.empty()) return value;
  }
  return {};
}

// What the manifest and the file's name say beside the pom.
void JarIdentity::weigh_signs(const JarName& name, Component& component) const {
  const std::string manifest = attribute({"implementation-version", "bundle-version"});
  if (component.version.empty()) {
    component.version = name.version.empty() ? manifest : name.version;
  }
  const auto weigh = [&component](const std::string& version, std::string_view sign) {
    if (version.empty()) return;
    component.signs.push_back(agree(version, component.version)
                                  ? std::string(sign)
                                  : fmt::format("the {} says {}", sign, shown(version)));
  };
  weigh(manifest, "manifest");
  weigh(name.version, "file name");
}

// Without a pom: the name of the artifact is the file's, the group is what the manifest lets guess.
bool JarIdentity::identify_by_manifest(const JarName& name, ReadOutcome& outcome) const {
  std::string group = attribute({"implementation-vendor-id", "group-id"});
  const char* sign = "manifest";
  if (!can_be_group(group) || !contains(group, ".")) {
    group = group_of_symbolic_name(attribute({"bundle-symbolicname", "automatic-module-name"}));
  }
  std::string version = attribute({"implementation-version", "plugin-version", "bundle-version"});
  if (group.empty() || name.artifact.empty() || (version.empty() && name.version.empty()))
    return false;
  Component component;
  component.ecosystem = Ecosystem::kMaven;
  component.evidence = Evidence::kFileName;
  component.name = group + ":" + name.artifact;
  component.signs.emplace_back(sign);
  if (!name.version.empty() && !version.empty() && !agree(version, name.version)) {
    component.signs.push_back(fmt::format("the manifest says {}", shown(version)));
  }
  if (!name.version.empty()) component.signs.emplace_back("file name");
  component.version = name.version.empty() ? version : name.version;
  outcome.components.push_back(std::move(component));
  return true;
}

ReadOutcome JarIdentity::finish(const std::string& sha1) const {
  ReadOutcome outcome;
  outcome.problems = problems_;
  const JarName name = parse_jar_name(location_);
  const Artifact* own = own_artifact(name);
  for (const Artifact& artifact : artifacts_) {
    Component component;
    component.ecosystem = Ecosystem::kMaven;
    component.evidence = Evidence::kBuildInfo;
    component.name = artifact.group + ":" + artifact.name;
    component.version = artifact.version;
    component.signs.emplace_back(artifact.by_properties ? "pom.properties" : "pom.xml");
    if (&artifact == own) {
      weigh_signs(name, component);
    } else {
      component.location = location_ + "!" + artifact.entry;
    }
    if (component.version.empty()) {
      outcome.problems.push_back(
          {Problem::Kind::kUnknown, location_,
           fmt::format("{}: its version is not told", shown(component.name))});
    }
    outcome.components.push_back(std::move(component));
  }
  const bool known = own != nullptr || identify_by_manifest(name, outcome);
  if (!known && artifacts_.empty() && has_classes_ && lower(location_).ends_with(".jar")) {
    outcome.problems.push_back(
        {Problem::Kind::kUnknown, location_,
         fmt::format("unknown jar: neither a pom nor a manifest says who made it (SHA-1 {})",
                     sha1)});
  }
  for (Component& component : outcome.components) {
    if (!component.location.empty()) continue;
    component.location = location_;
    component.sha1 = sha1;
  }
  return outcome;
}

}  // namespace azekura::scanner::inventory
