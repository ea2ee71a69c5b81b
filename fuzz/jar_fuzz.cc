// Reads the input as a Java archive with everything in it; and as each of the metadata of one.

#include <cstdint>
#include <string_view>

#include "scanner/inventory/jar.h"
#include "scanner/inventory/tree_scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace azekura::scanner::inventory;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  TreeOptions options;
  options.files_max = 1000;
  options.archive_octets_max = 8 << 20;
  options.file_octets_max = 1 << 20;
  options.archive_depth_max = 3;
  Inventory found;
  TreeScan scan(options);
  scan.collect_into(&found);
  scan.file(Content::of_octets(octets), {"x-1.0.jar", "x-1.0.jar", 0, false, {}},
            {FileKind::kJava, nullptr});

  JarIdentity identity("lib-1.2.jar");
  identity.add_entry("a.class");
  identity.add_metadata("META-INF/MANIFEST.MF", octets);
  identity.add_metadata("META-INF/maven/g/a/pom.properties", octets);
  identity.add_metadata("META-INF/maven/g/b/pom.xml", octets);
  (void)identity.finish("");
  (void)parse_jar_name(octets);
  return 0;
}
