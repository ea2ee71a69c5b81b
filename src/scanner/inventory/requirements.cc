// requirements.txt: what pip reads (pip.pypa.io "Requirements File Format"; PEP 440, PEP 508).
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/python.h"
#include "scanner/inventory/reading.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner::inventory {
namespace {

// Files that one file may lead to by -r and -c.
constexpr std::size_t kFilesMax = 64;

bool is_name_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// The next logical line: joined where a line ends with a backslash, without its comment.
bool next_requirement(std::string_view& rest, std::string& logical) {
  logical.clear();
  std::string_view line;
  bool any = false;
  while (next_line(rest, line)) {
    any = true;
    std::size_t hash = line.find('#');
    while (hash != std::string_view::npos && hash > 0 && line[hash - 1] != ' ' &&
           line[hash - 1] != '\t') {
      hash = line.find('#', hash + 1);
    }
    line = line.substr(0, hash);
    const bool continues = line.ends_with('\\');
    if (continues) line.remove_suffix(1);
    logical += line;
    if (!continues) break;
    logical += ' ';
  }
  return any;
}

struct Specifier {
  std::string_view sign;
  std::string_view version;
};

// "==1.0, !=1.1" → its parts; nothing if it is not written so.
std::optional<std::vector<Specifier>> specifiers_of(std::string_view text) {
  constexpr std::array<std::string_view, 8> kSigns = {
      "===", "==", "~=", ">=", "<=", "!=", ">", "<"};
  std::vector<Specifier> specifiers;
  for (const std::string_view part : split(text, ',')) {
    std::string_view sign;
    for (const std::string_view known : kSigns) {
      if (sign.empty() && part.starts_with(known)) sign = known;
    }
    const std::string_view version = trimmed(part.substr(sign.size()));
    if (sign.empty() || version.empty()) return std::nullopt;
    if (version.find_first_of(" \t=<>") != std::string_view::npos) return std::nullopt;
    specifiers.push_back({sign, version});
  }
  return specifiers;
}

struct Pin {
  std::string version;
  bool exact = false;
};

// The one version of "==1.0"; of ">=1.0", "~=1.0" and "==1.*" the lowest; else none.
Pin pin_of(const std::vector<Specifier>& specifiers) {
  Pin pin;
  for (const auto& [sign, version] : specifiers) {
    // What a variable of the environment stands for is not known.
    if (contains(version, "${")) return {};
    if (sign == "===" || (sign == "==" && !version.ends_with(".*"))) {
      return {std::string(version), true};
    }
    if (sign != "==" && sign != ">=" && sign != "~=") continue;
    const auto low = version.substr(0, version.size() - (version.ends_with(".*") ? 2 : 0));
    const auto order = version::compare(version::Scheme::kPep440, low, pin.version);
    if (pin.version.empty() || (order && *order > 0)) pin.version = low;
  }
  return pin;
}

class Requirements {
 public:
  Requirements(Collector& found, const ReadContext& context) : found_(found), context_(context) {
    development_ = is_development_name(file_name(context.path));
  }

  // `folder`: of the file, relative to the folder of the first one.
  void read(std::string_view octets, const std::string& folder) {
    std::string line;
    while (next_requirement(octets, line)) {
      const std::string_view text = trimmed(line);
      if (text.empty()) continue;
      if (text.starts_with('-')) {
        read_option(text, folder);
      } else {
        read_requirement(text);
      }
    }
  }

  // Constraints are known only when the whole file is read.
  void finish() {
    for (auto& component : found_.outcome().components) {
      if (component.evidence != Evidence::kManifest) continue;
      const auto known = constraints_.find(normalized_name(Ecosystem::kPyPI, component.name));
      if (known == constraints_.end()) continue;
      component.version = known->second;
      component.evidence = Evidence::kLockfile;
    }
  }

 private:
  void read_option(std::string_view text, const std::string& folder) {
    const std::size_t end = std::min(text.find_first_of(" ="), text.size());
    const std::string_view option = text.substr(0, end);
    const std::string_view value = trimmed(text.substr(std::min(end + 1, text.size())));
    if (option == "-r" || option == "--requirement") follow(value, folder, false);
    if (option == "-c" || option == "--constraint") follow(value, folder, true);
    if (option == "-e" || option == "--editable") read_address(value);
  }

  void follow(std::string_view name, const std::string& folder, bool constraint) {
    // What has a name of its own is read as a file of its own.
    if (!constraint && reader_for(name) != nullptr) return;
    const std::string path =
        folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
    if (!followed_.insert(path).second) return;
    if (followed_.size() > kFilesMax) {
      found_.problem(Problem::Kind::kLimit, fmt::format("{}: too many files", shown(path)));
      return;
    }
    const auto octets = context_.open ? context_.open(path) : fail(Code::kNotFound, "no such file");
    if (!octets) {
      found_.problem(Problem::Kind::kUnreadable,
                     fmt::format("{}: {}", shown(path), octets.error().message));
    } else if (constraint) {
      read_constraints(*octets);
    } else {
      read(*octets, std::string(folder_of(path)));
    }
  }

  void read_constraints(std::string_view octets) {
    ReadContext alone;
    Collector pins(Ecosystem::kPyPI, Evidence::kLockfile);
    Requirements(pins, alone).read(octets, "");
    for (const auto& pin : pins.outcome().components) {
      if (pin.evidence != Evidence::kLockfile) continue;
      constraints_.emplace(normalized_name(Ecosystem::kPyPI, pin.name), pin.version);
    }
  }

  // "git+https://host/x@ref#egg=name", "./x.whl": the version is not told.
  void read_address(std::string_view address) {
    constexpr std::string_view kEgg = "#egg=";
    const std::size_t egg = address.find(kEgg);
    if (egg == std::string_view::npos) {
      found_.unknown(fmt::format("{}: which package this is, is not told", shown(address)));
      return;
    }
    const std::string_view name = address.substr(egg + kEgg.size());
    add(name.substr(0, name.find_first_of("[&;")), {});
  }

  void read_requirement(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && is_name_octet(text[end])) ++end;
    const std::string_view name = text.substr(0, end);
    std::string_view rest = trimmed(text.substr(end));
    if (name.empty() || (end < text.size() && (text[end] == '/' || text[end] == ':'))) {
      if (name.empty() && !text.starts_with('/')) return malformed(text);
      return read_address(text);
    }
    if (rest.starts_with('['))
      rest = trimmed(rest.substr(std::min(rest.find(']'), rest.size() - 1) + 1));
    if (rest.starts_with('@')) return add(name, {});
    rest = trimmed(rest.substr(0, rest.find(';')));
    rest = trimmed(rest.substr(0, std::min(rest.find(" -"), rest.find("--"))));
    if (rest.starts_with('(') && rest.ends_with(')')) rest = rest.substr(1, rest.size() - 2);
    const auto specifiers = specifiers_of(rest);
    if (!specifiers || name.ends_with('-')) return malformed(text);
    add(name, pin_of(*specifiers));
  }

  void malformed(std::string_view text) {
    found_.malformed(fmt::format("not a requirement: {}", shown(text)));
  }

  void add(std::string_view name, Pin pin) {
    Component component;
    component.ecosystem = Ecosystem::kPyPI;
    component.name = name;
    component.version = std::move(pin.version);
    component.evidence = pin.exact ? Evidence::kLockfile : Evidence::kManifest;
    component.development = development_;
    component.direct = true;
    found_.add(std::move(component));
  }

  Collector& found_;
  const ReadContext& context_;
  bool development_ = false;
  std::unordered_set<std::string> followed_;
  std::unordered_map<std::string, std::string> constraints_;
};

}  // namespace

Result<ReadOutcome> read_requirements(std::string_view octets, const ReadContext& context) {
  if (octets.find('\0') != std::string_view::npos) {
    return fail(Code::kInvalid, "requirements: not a text");
  }
  Collector found(Ecosystem::kPyPI, Evidence::kLockfile);
  Requirements requirements(found, context);
  requirements.read(octets, "");
  requirements.finish();
  return found.take();
}

}  // namespace azekura::scanner::inventory
