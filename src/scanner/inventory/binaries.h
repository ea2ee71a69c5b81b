// What compilers leave in programs about the packages that they were built from.
#pragma once

#include <optional>

#include "base/result.h"
#include "scanner/inventory/content.h"
#include "scanner/inventory/executable.h"
#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {

// Build information larger than this is cut off, and said.
inline constexpr std::uint64_t kBuildInfoMax = std::uint64_t{16} << 20;

// Go (debug/buildinfo): the modules, replaced ones as what replaced them, and the Go version as the
// module "stdlib". Nothing if the program has none. The main module has no version where Go calls
// it
// "(devel)". kInvalid: damaged.
Result<std::optional<ReadOutcome>> read_go_binary(const Content& content,
                                                  const Executable& program);

// "go1.21.3" as "1.21.3", "go1.22rc1" as "1.22.0-rc.1": as the Go vulnerability database writes it.
std::string go_release(std::string_view version);

// Rust (cargo-auditable: the section .dep-v0): crates from registries; those of the build scripts
// are marked as development. Nothing if the program has none. kInvalid: damaged.
Result<std::optional<ReadOutcome>> read_rust_binary(const Content& content,
                                                    const Executable& program);

}  // namespace azekura::scanner::inventory
