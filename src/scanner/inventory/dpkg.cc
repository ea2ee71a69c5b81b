#include "scanner/inventory/dpkg.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "scanner/inventory/dpkg_origin.h"
#include "scanner/inventory/kernel.h"
#include "scanner/inventory/package_word.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

enum Field : std::size_t {
  kPackage,
  kStatus,
  kVersion,
  kSource,
  kArchitecture,
  kOrigin,
  kMaintainer,
  kFields
};
constexpr std::array<std::string_view, kFields> kFieldNames = {
    "Package", "Status", "Version", "Source", "Architecture", "Origin", "Maintainer"};

// Of a package in a status file, in octets: for reserving only.
constexpr std::size_t kStanzaSizeUsual = 800;

struct Stanza {
  std::array<std::string_view, kFields> fields;
  std::size_t line = 0;  // where it begins
  bool begun = false;
  bool overlong = false;

  std::string_view operator[](Field field) const { return fields[field]; }
};

bool equal_folded(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

void take_field(std::string_view line, Stanza& stanza) {
  const char first = static_cast<char>(line.front() | 0x20);
  if (std::string_view("psvaom").find(first) == std::string_view::npos) return;
  for (std::size_t field = 0; field < kFieldNames.size(); ++field) {
    const std::string_view name = kFieldNames[field];
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!equal_folded(line.substr(0, name.size()), name)) continue;
    stanza.fields[field] = trimmed(line.substr(name.size() + 1));
    return;
  }
}

// "want flag state": the state is what counts; a package on hold or to be removed is still there.
std::string_view state_of(std::string_view status) {
  const std::size_t space = status.rfind(' ');
  return space == std::string_view::npos ? status : status.substr(space + 1);
}
bool is_installed(std::string_view state) {
  return state == "installed" || state == "triggers-pending" || state == "triggers-awaited";
}
bool is_half_way(std::string_view state) {
  return state == "unpacked" || state == "half-configured" || state == "half-installed";
}

// "glibc (2.36-9)", "glibc", or nothing: then the source has the binary's name and version.
void set_source(std::string_view source, Component& component) {
  const std::size_t open = source.find('(');
  const std::string_view name = trimmed(source.substr(0, open));
  component.source_name = name.empty() ? component.name : name;
  component.source_version = component.version;
  if (open == std::string_view::npos) return;
  std::string_view version = source.substr(open + 1);
  version = trimmed(version.substr(0, version.find(')')));
  if (!version.empty()) component.source_version = version;
}

class Reading {
 public:
  Reading(std::string_view octets, DpkgStanzas stanzas, Ecosystem ecosystem)
      : rest_(octets), stanzas_(stanzas), ecosystem_(ecosystem) {
    out_.components.reserve(octets.size() / kStanzaSizeUsual + 1);
  }

  Result<ReadOutcome> run() {
    const bool some = !trimmed(rest_).empty();
    const bool whole = rest_.empty() || rest_.back() == '\n';
    Stanza stanza;
    std::string_view text;
    for (std::size_t line = 1; next_line(rest_, text); ++line) {
      if (text.empty()) {
        RETURN_IF_ERROR(finish(stanza));
        continue;
      }
      if (!stanza.begun) stanza = Stanza{.line = line, .begun = true};
      if (text.size() > kDpkgLineSizeMax) stanza.overlong = true;
      if (text.front() != ' ' && text.front() != '\t') take_field(text, stanza);
    }
    RETURN_IF_ERROR(finish(stanza));
    if (some && !recognised_) return fail(Code::kInvalid, "there is no package in it");
    if (!whole && stanzas_ == DpkgStanzas::kInstalled) {
      complain(Problem::Kind::kMalformed, "it ends within a line: packages may be missing");
    }
    return std::move(out_);
  }

 private:
  void complain(Problem::Kind kind, std::string why) {
    if (out_.problems.size() == kProblemsMax) return;
    out_.problems.push_back({.kind = kind, .location = {}, .why = std::move(why)});
  }
  void complain(Problem::Kind kind, const Stanza& stanza, std::string_view why) {
    std::string text = "line " + std::to_string(stanza.line) + ": ";
    if (!stanza[kPackage].empty()) text += shown(stanza[kPackage]) + " ";
    complain(kind, text.append(why));
  }

  // The blank line after a stanza, or the end.
  Status finish(Stanza& stanza) {
    if (!std::exchange(stanza.begun, false)) return {};
    if (stanza[kPackage].empty()) {
      complain(Problem::Kind::kMalformed, stanza, "an entry without the name of a package");
      return {};
    }
    recognised_ = true;
    if (!counts(stanza)) return {};
    if (stanza.overlong) {
      complain(Problem::Kind::kLimit, stanza, "has a line that is too long");
      return {};
    }
    if (stanza[kVersion].empty()) {
      complain(Problem::Kind::kMalformed, stanza, "has no version");
      return {};
    }
    if (!is_word(stanza[kPackage]) || !is_word(stanza[kVersion])) {
      complain(Problem::Kind::kMalformed, stanza, "has a name or a version that can be none");
      return {};
    }
    if (out_.components.size() == kDpkgPackagesMax) {
      return fail(Code::kExhausted,
                  "there are more than " + std::to_string(kDpkgPackagesMax) + " packages");
    }
    add(stanza);
    return {};
  }

  bool counts(const Stanza& stanza) {
    const std::string_view state = state_of(stanza[kStatus]);
    if (state.empty()) return stanzas_ == DpkgStanzas::kAll;
    if (is_half_way(state)) {
      complain(Problem::Kind::kSkipped, stanza, "is not wholly installed, so it was left out");
    }
    return is_installed(state);
  }

  void add(const Stanza& stanza) {
    Component& component = out_.components.emplace_back();
    component.ecosystem = ecosystem_;
    component.evidence = Evidence::kPackageDatabase;
    component.name = stanza[kPackage];
    component.version = stanza[kVersion];
    component.architecture = stanza[kArchitecture];
    component.origin = dpkg_origin({.ecosystem = ecosystem_,
                                    .version = stanza[kVersion],
                                    .origin = stanza[kOrigin],
                                    .maintainer = stanza[kMaintainer]});
    set_source(stanza[kSource], component);
    set_kernel_source(component);
  }

  std::string_view rest_;
  DpkgStanzas stanzas_;
  Ecosystem ecosystem_;
  ReadOutcome out_;
  bool recognised_ = false;
};

}  // namespace

Result<ReadOutcome> read_dpkg_packages(std::string_view octets, DpkgStanzas stanzas,
                                       Ecosystem ecosystem) {
  return Reading(octets, stanzas, ecosystem).run();
}

}  // namespace azekura::scanner::inventory
