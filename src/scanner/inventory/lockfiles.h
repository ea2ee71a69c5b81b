// The readers that reader.cc lists, by ecosystem. Each is a Reader (reader.h).
#pragma once

#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {

// JavaScript
Result<ReadOutcome> read_package_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_yarn_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_pnpm_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_bun_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_node_package(std::string_view octets, const ReadContext& context);

// Python
Result<ReadOutcome> read_requirements(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_pipfile_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_poetry_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_uv_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_pdm_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_pylock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_python_metadata(std::string_view octets, const ReadContext& context);

// Go, Rust
Result<ReadOutcome> read_go_mod(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_vendor_modules(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_cargo_lock(std::string_view octets, const ReadContext& context);

// Ruby, PHP
Result<ReadOutcome> read_gemfile_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_gemspec(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_composer_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_composer_installed(std::string_view octets, const ReadContext& context);

// Java
Result<ReadOutcome> read_pom(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_gradle_lockfile(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_buildscript_lockfile(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_gradle_verification(std::string_view octets, const ReadContext& context);

// .NET
Result<ReadOutcome> read_nuget_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_deps_json(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_packages_config(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_project_assets(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_package_references(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_paket_lock(std::string_view octets, const ReadContext& context);

// Dart, Elixir and Erlang, C and C++
Result<ReadOutcome> read_pubspec_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_mix_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_rebar_lock(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_conan_lock(std::string_view octets, const ReadContext& context);

}  // namespace azekura::scanner::inventory
