#include <fmt/format.h>

#include "scanner/document/archive.h"
#include "scanner/document/json.h"
#include "scanner/inventory/binaries.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::string_view kSection = ".dep-v0";

}  // namespace

// https://github.com/rust-secure-code/cargo-auditable, "cargo-auditable.schema.json" and PARSING.md
Result<std::optional<ReadOutcome>> read_rust_binary(const Content& content,
                                                    const Executable& program) {
  const Section* section = program.section(kSection);
  if (section == nullptr) return std::nullopt;
  const auto damaged = [](std::string_view why) {
    return fail(Code::kInvalid, fmt::format("damaged list of crates: {}", why));
  };
  if (section->size > kBuildInfoMax) return damaged("too large");
  const auto json = decompressed_zlib(content.read(section->offset, section->size), kBuildInfoMax);
  if (!json) return damaged(json.error().message);
  const auto document = JsonDocument::parse(*json);
  if (!document) return damaged(document.error().message);
  if (!document->root()["packages"].is_array()) return damaged("it has no packages");

  Collector found(Ecosystem::kCratesIo, Evidence::kBuildInfo);
  for (const Json package : document->root()["packages"].items()) {
    // "local" and "git" are no crates of the registry, whatever they are called.
    const std::string_view source = package["source"].text();
    if (source != "crates.io" && source != "registry") continue;
    found.add(package["name"].text(), package["version"].text(),
              {.development = package["kind"].text() == "build"});
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory
