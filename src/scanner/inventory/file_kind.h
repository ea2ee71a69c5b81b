// What a file may be good for, by its name alone: so that most files need not be opened.
#pragma once

#include <cstdint>
#include <string_view>

#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {

enum class FileKind : std::uint8_t {
  kNothing,   // sources, pictures, fonts: never opened
  kReader,    // a lockfile, a manifest, a bill of materials
  kJava,      // a Java archive
  kArchive,   // a tar or a zip
  kScript,    // browser JavaScript
  kDocument,  // perhaps a bill of materials of another name
  kAny,       // its first octets decide
};

struct FileGuess {
  FileKind kind = FileKind::kAny;
  const ReaderEntry* reader = nullptr;  // of kReader
};
// `path` from the root of its tree or archive.
FileGuess guess_file(std::string_view path);

// By the first 512 octets. A tar may be compressed only where the name says that it is one.
bool is_zip(std::string_view head);
bool is_tar(std::string_view head, FileKind kind);

}  // namespace azekura::scanner::inventory
