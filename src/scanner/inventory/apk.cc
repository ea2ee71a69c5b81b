#include "scanner/inventory/apk.h"

#include <string>
#include <utility>

#include "scanner/inventory/package_word.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

struct Entry {
  std::string_view name, version, architecture, origin;
  std::size_t line = 0;
  bool begun = false;
};

class Reading {
 public:
  Reading(std::string_view octets, Ecosystem ecosystem) : rest_(octets), ecosystem_(ecosystem) {}

  Result<ReadOutcome> run() {
    const bool some = !trimmed(rest_).empty();
    Entry entry;
    std::string_view text;
    for (std::size_t line = 1; next_line(rest_, text); ++line) {
      if (text.empty()) {
        RETURN_IF_ERROR(finish(entry));
        continue;
      }
      if (!entry.begun) entry = Entry{.name = {}, .line = line, .begun = true};
      if (text.size() >= 2 && text[1] == ':') take_field(text[0], text.substr(2), entry);
    }
    RETURN_IF_ERROR(finish(entry));
    if (some && !recognised_) return fail(Code::kInvalid, "there is no package in it");
    return std::move(out_);
  }

 private:
  static void take_field(char field, std::string_view value, Entry& entry) {
    if (field == 'P') entry.name = value;
    if (field == 'V') entry.version = value;
    if (field == 'A') entry.architecture = value;
    if (field == 'o') entry.origin = value;
  }

  void complain(const Entry& entry, std::string_view why) {
    if (out_.problems.size() == kProblemsMax) return;
    std::string text = "line " + std::to_string(entry.line) + ": ";
    if (!entry.name.empty()) text += shown(entry.name) + " ";
    out_.problems.push_back(
        {.kind = Problem::Kind::kMalformed, .location = {}, .why = text.append(why)});
  }

  Status finish(Entry& entry) {
    if (!std::exchange(entry.begun, false)) return {};
    if (entry.name.empty()) {
      complain(entry, "an entry without the name of a package");
      return {};
    }
    recognised_ = true;
    if (entry.version.empty()) {
      complain(entry, "has no version");
      return {};
    }
    if (!is_word(entry.name) || !is_word(entry.version)) {
      complain(entry, "has a name or a version that can be none");
      return {};
    }
    if (out_.components.size() == kApkPackagesMax) {
      return fail(Code::kExhausted,
                  "there are more than " + std::to_string(kApkPackagesMax) + " packages");
    }
    Component& component = out_.components.emplace_back();
    component.ecosystem = ecosystem_;
    component.evidence = Evidence::kPackageDatabase;
    component.name = entry.name;
    component.version = entry.version;
    component.architecture = entry.architecture;
    component.source_name = entry.origin.empty() ? entry.name : entry.origin;
    component.source_version = entry.version;
    return {};
  }

  std::string_view rest_;
  Ecosystem ecosystem_;
  ReadOutcome out_;
  bool recognised_ = false;
};

}  // namespace

Result<ReadOutcome> read_apk_installed(std::string_view octets, Ecosystem ecosystem) {
  return Reading(octets, ecosystem).run();
}

void for_each_apk_file(
    std::string_view octets,
    const std::function<void(std::string_view package, std::string_view path)>& file) {
  std::string_view package, folder;
  std::string path;
  for (std::string_view line; next_line(octets, line);) {
    if (line.empty()) package = folder = {};
    if (line.size() < 2 || line[1] != ':') continue;
    const std::string_view value = line.substr(2);
    if (line[0] == 'P') package = value;
    if (line[0] == 'F') folder = value;
    if (line[0] != 'R' || package.empty()) continue;
    path = folder;
    if (!path.empty()) path += '/';
    file(package, path.append(value));
  }
}

}  // namespace azekura::scanner::inventory
