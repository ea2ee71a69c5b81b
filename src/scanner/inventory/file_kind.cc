#include "scanner/inventory/file_kind.h"

#include <algorithm>
#include <array>
#include <string>

#include "scanner/document/archive.h"
#include "scanner/inventory/jar.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

struct Ending {
  std::string_view text;  // sorted
  FileKind kind;
};
constexpr auto kNothing = FileKind::kNothing;
constexpr auto kArchive = FileKind::kArchive;
constexpr auto kDocument = FileKind::kDocument;
constexpr auto kScript = FileKind::kScript;
constexpr std::array kEndings = {
    Ending{"a", kNothing},     Ending{"apk", kArchive},     Ending{"asc", kNothing},
    Ending{"avi", kNothing},   Ending{"bmp", kNothing},     Ending{"bz2", kNothing},
    Ending{"c", kNothing},     Ending{"cc", kNothing},      Ending{"cdx", kDocument},
    Ending{"cfg", kNothing},   Ending{"class", kNothing},   Ending{"conf", kNothing},
    Ending{"cpp", kNothing},   Ending{"crate", kArchive},   Ending{"cs", kNothing},
    Ending{"css", kNothing},   Ending{"csv", kNothing},     Ending{"doc", kNothing},
    Ending{"docx", kNothing},  Ending{"egg", kArchive},     Ending{"eot", kNothing},
    Ending{"flac", kNothing},  Ending{"gem", kArchive},     Ending{"gif", kNothing},
    Ending{"go", kNothing},    Ending{"gz", kNothing},      Ending{"h", kNothing},
    Ending{"hpp", kNothing},   Ending{"htm", kNothing},     Ending{"html", kNothing},
    Ending{"ico", kNothing},   Ending{"ini", kNothing},     Ending{"java", kNothing},
    Ending{"jpeg", kNothing},  Ending{"jpg", kNothing},     Ending{"js", kScript},
    Ending{"json", kDocument}, Ending{"kt", kNothing},      Ending{"less", kNothing},
    Ending{"list", kNothing},  Ending{"log", kNothing},     Ending{"lua", kNothing},
    Ending{"lz4", kNothing},   Ending{"m4", kNothing},      Ending{"map", kNothing},
    Ending{"md", kNothing},    Ending{"md5sums", kNothing}, Ending{"mjs", kScript},
    Ending{"mo", kNothing},    Ending{"mp3", kNothing},     Ending{"mp4", kNothing},
    Ending{"nupkg", kArchive}, Ending{"o", kNothing},       Ending{"odt", kNothing},
    Ending{"ogg", kNothing},   Ending{"otf", kNothing},     Ending{"pdf", kNothing},
    Ending{"php", kNothing},   Ending{"pl", kNothing},      Ending{"pm", kNothing},
    Ending{"png", kNothing},   Ending{"po", kNothing},      Ending{"pptx", kNothing},
    Ending{"ps1", kNothing},   Ending{"py", kNothing},      Ending{"pyc", kNothing},
    Ending{"pyi", kNothing},   Ending{"rb", kNothing},      Ending{"rs", kNothing},
    Ending{"rst", kNothing},   Ending{"scala", kNothing},   Ending{"scss", kNothing},
    Ending{"sh", kNothing},    Ending{"spdx", kDocument},   Ending{"sql", kNothing},
    Ending{"svg", kNothing},   Ending{"swift", kNothing},   Ending{"tar", kArchive},
    Ending{"tbz", kArchive},   Ending{"tbz2", kArchive},    Ending{"tgz", kArchive},
    Ending{"tif", kNothing},   Ending{"tiff", kNothing},    Ending{"toml", kNothing},
    Ending{"ts", kNothing},    Ending{"tsx", kNothing},     Ending{"ttf", kNothing},
    Ending{"txt", kNothing},   Ending{"txz", kArchive},     Ending{"tzst", kArchive},
    Ending{"vsix", kArchive},  Ending{"vue", kNothing},     Ending{"wasm", kNothing},
    Ending{"wav", kNothing},   Ending{"webm", kNothing},    Ending{"webp", kNothing},
    Ending{"whl", kArchive},   Ending{"woff", kNothing},    Ending{"woff2", kNothing},
    Ending{"xlsx", kNothing},  Ending{"xml", kDocument},    Ending{"xpi", kArchive},
    Ending{"xz", kNothing},    Ending{"yaml", kNothing},    Ending{"yml", kNothing},
    Ending{"zip", kArchive},   Ending{"zst", kNothing},
};
static_assert(std::is_sorted(kEndings.begin(), kEndings.end(),
                             [](const Ending& a, const Ending& b) { return a.text < b.text; }));

bool is_compressed_tar(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kCompressed = {".tar.gz", ".tar.xz", ".tar.bz2",
                                                                  ".tar.zst", ".tar.lz4"};
  return std::any_of(kCompressed.begin(), kCompressed.end(),
                     [name](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace

FileGuess guess_file(std::string_view path) {
  // The pom inside a jar is its identity, not a manifest of something that is to be built.
  if (path.starts_with("META-INF/maven/")) return {FileKind::kNothing, nullptr};
  if (const ReaderEntry* reader = reader_for(path)) return {FileKind::kReader, reader};
  if (is_java_archive(path)) return {FileKind::kJava, nullptr};
  const std::string name = lower(file_name(path));
  if (is_compressed_tar(name)) return {FileKind::kArchive, nullptr};
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return {};
  const std::string_view ending = std::string_view(name).substr(dot + 1);
  const auto found = std::lower_bound(
      kEndings.begin(), kEndings.end(), ending,
      [](const Ending& known, std::string_view text) { return known.text < text; });
  if (found == kEndings.end() || found->text != ending) return {};
  return {found->kind, nullptr};
}

bool is_zip(std::string_view head) {
  return head.starts_with("PK\3\4") || head.starts_with("PK\5\6");
}

bool is_tar(std::string_view head, FileKind kind) {
  constexpr std::size_t kMagicAt = 257;
  if (is_zip(head) || !looks_like_archive(head)) return false;
  return kind == FileKind::kArchive ||
         (head.size() > kMagicAt && head.substr(kMagicAt).starts_with("ustar"));
}

}  // namespace azekura::scanner::inventory
