// What installed Python packages say of themselves: *.dist-info/METADATA and egg-info (the core
// metadata of packaging.python.org: headers as in a mail).
#include <string>
#include <string_view>

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {

Result<ReadOutcome> read_python_metadata(std::string_view octets, const ReadContext& context) {
  std::string_view name;
  std::string_view version;
  for (std::string_view line; next_line(octets, line);) {
    if (line.empty()) break;  // the description follows
    if (line.starts_with(' ') || line.starts_with('\t')) continue;
    std::string_view value = line;
    const std::string header = lower(cut(value, ':'));
    if (header == "name" && name.empty()) name = trimmed(value);
    if (header == "version" && version.empty()) version = trimmed(value);
  }
  if (name.empty()) return fail(Code::kInvalid, "metadata of a Python package: no Name");
  Collector found(Ecosystem::kPyPI, Evidence::kInstalled);
  // pip leaves this file beside what was asked for by name (PEP 376).
  const bool direct = context.open && context.open("REQUESTED").has_value();
  found.add(name, version, {.direct = direct});
  return found.take();
}

}  // namespace azekura::scanner::inventory
