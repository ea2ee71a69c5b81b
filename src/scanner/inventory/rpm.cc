#include "scanner/inventory/rpm.h"

#include <utility>

#include "scanner/inventory/module_label.h"
#include "scanner/inventory/package_word.h"
#include "scanner/inventory/rpm_blobs.h"
#include "scanner/inventory/rpm_header.h"

namespace azekura::scanner::inventory {
namespace {

Status for_each_blob(RpmDatabase database, const RpmBlobSink& sink) {
  // Entries that share their octets would make a small file take for ever.
  std::size_t left = database.octets.size() + database.journal.size();
  const RpmBlobSink bounded{
      .blob = [&](std::string_view octets) -> Status {
        if (octets.size() > left)
          return fail(Code::kCorrupt, "it says that it holds more than it can");
        left -= octets.size();
        return sink.blob(octets);
      },
      .problem = sink.problem,
  };
  if (is_rpm_sqlite(database.octets)) {
    return for_each_sqlite_blob(std::move(database.octets), database.journal, bounded);
  }
  if (is_rpm_ndb(database.octets)) return for_each_ndb_blob(database.octets, bounded);
  if (is_rpm_bdb(database.octets)) return for_each_bdb_blob(database.octets, bounded);
  return fail(Code::kInvalid, "no database of RPM");
}

std::string version_of(const RpmHeader& header) {
  std::string version;
  if (const auto epoch = header.number(RpmTag::kEpoch)) version = std::to_string(*epoch) + ":";
  version += header.text(RpmTag::kVersion);
  version += '-';
  return version.append(header.text(RpmTag::kRelease));
}

// "bash-5.1.8-6.el9.src.rpm" → "bash", "5.1.8-6.el9".
void set_source(std::string_view file, Component& component) {
  for (const std::string_view end : {".src.rpm", ".nosrc.rpm"}) {
    if (file.ends_with(end)) file.remove_suffix(end.size());
  }
  const std::size_t release = file.rfind('-');
  if (release == std::string_view::npos || release == 0) return;
  const std::size_t version = file.rfind('-', release - 1);
  if (version == std::string_view::npos || version == 0) return;
  component.source_name = file.substr(0, version);
  component.source_version = file.substr(version + 1);
}

class Collecting {
 public:
  explicit Collecting(Ecosystem ecosystem) : ecosystem_(ecosystem) {}

  void problem(std::string why) {
    if (out_.problems.size() == kProblemsMax) return;
    out_.problems.push_back(
        {.kind = Problem::Kind::kMalformed, .location = {}, .why = std::move(why)});
  }

  Status add(std::string_view octets) {
    const auto header = RpmHeader::read(octets);
    if (!header) {
      problem(header.error().message);
      return {};
    }
    const std::string_view name = header->text(RpmTag::kName);
    if (name == "gpg-pubkey") return {};
    if (!is_word(name) || !is_word(header->text(RpmTag::kVersion)) ||
        !is_word(header->text(RpmTag::kRelease))) {
      problem(shown(name) + ": a header without a name, a version or a release");
      return {};
    }
    if (out_.components.size() == kRpmPackagesMax) {
      return fail(Code::kExhausted,
                  "there are more than " + std::to_string(kRpmPackagesMax) + " packages");
    }
    Component& component = out_.components.emplace_back();
    component.ecosystem = ecosystem_;
    component.evidence = Evidence::kPackageDatabase;
    component.name = name;
    component.version = version_of(*header);
    component.architecture = header->text(RpmTag::kArchitecture);
    component.origin = header->text(RpmTag::kVendor);
    set_module(header->text(RpmTag::kModularityLabel), component);
    set_source(header->text(RpmTag::kSourceRpm), component);
    return {};
  }

  ReadOutcome take() { return std::move(out_); }

 private:
  Ecosystem ecosystem_;
  ReadOutcome out_;
};

}  // namespace

Result<ReadOutcome> read_rpm_database(RpmDatabase database, Ecosystem ecosystem) {
  Collecting collecting(ecosystem);
  const RpmBlobSink sink{
      .blob = [&](std::string_view octets) { return collecting.add(octets); },
      .problem = [&](std::string why) { collecting.problem(std::move(why)); },
  };
  const Status status = for_each_blob(std::move(database), sink);
  ReadOutcome outcome = collecting.take();
  if (status) return outcome;
  // A database that breaks half-way still told of the packages before.
  if (outcome.components.empty() || status.error().code != Code::kCorrupt) {
    return tl::make_unexpected(status.error());
  }
  outcome.problems.push_back({.kind = Problem::Kind::kMalformed,
                              .location = {},
                              .why = status.error().message + ": packages may be missing"});
  return outcome;
}

Status for_each_rpm_file(RpmDatabase database, const RpmFile& file) {
  std::string path;
  const RpmBlobSink sink{
      .blob = [&](std::string_view octets) -> Status {
        const auto header = RpmHeader::read(octets);
        if (!header) return {};
        const std::string_view package = header->text(RpmTag::kName);
        header->for_each_file([&](std::string_view folder, std::string_view name) {
          path = folder.substr(folder.starts_with('/') ? 1 : 0);
          file(package, path.append(name));
        });
        return {};
      },
      .problem = [](const std::string&) {},
  };
  return for_each_blob(std::move(database), sink);
}

}  // namespace azekura::scanner::inventory
