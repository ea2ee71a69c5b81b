#include "scanner/inventory/binaries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/inventory/tree_testing.h"

namespace azekura::scanner::inventory {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string number(std::uint64_t value, std::size_t width) {
  std::string out;
  for (std::size_t i = 0; i < width; ++i, value >>= 8) out += static_cast<char>(value);
  return out;
}

// An ELF file of 64 bits, little-endian, of one writable segment that is the whole file, at kBase,
// and one section, which begins at kSectionAt.
constexpr std::uint64_t kBase = 0x400000;
constexpr std::size_t kSectionAt = 512;
std::string elf(const std::string& name, const std::string& section,
                bool with_section_table = true) {
  std::string out =
      "\x7f"
      "ELF\2\1\1"s +
      std::string(9, '\0') + number(2, 2) + number(62, 2) + number(1, 4);
  const std::string names = "\0"s + name + "\0.shstrtab\0"s;
  const std::uint64_t names_at = kSectionAt + section.size();
  const std::uint64_t table_at = names_at + names.size();
  const std::uint64_t size = table_at + 3 * 64;
  out += number(kBase, 8) + number(64, 8) + number(with_section_table ? table_at : 0, 8) +
         number(0, 4) + number(64, 2) + number(56, 2) + number(1, 2) + number(64, 2) +
         number(with_section_table ? 3 : 0, 2) + number(2, 2);
  out += number(1, 4) + number(6, 4) + number(0, 8) + number(kBase, 8) + number(kBase, 8) +
         number(size, 8) + number(size, 8) + number(4096, 8);
  out.resize(kSectionAt, '\0');
  out += section + names;
  const auto entry = [](std::uint64_t at, std::uint64_t kind, std::uint64_t offset,
                        std::uint64_t length) {
    return number(at, 4) + number(kind, 4) + number(0, 16) + number(offset, 8) + number(length, 8) +
           number(0, 24);
  };
  return out + std::string(64, '\0') + entry(1, 1, kSectionAt, section.size()) +
         entry(name.size() + 2, 3, names_at, names.size());
}

std::string marked(const std::string& modules) {
  return std::string(16, '0') + modules + std::string(16, '1');
}

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}

const std::string kModules =
    "path\tcmd/x\nmod\texample.com/x\t(devel)\t\ndep\tgolang.org/x/text\tv0.3.0\th1:a=\n"
    "dep\texample.com/old\tv1.0.0\t\n=>\texample.com/new\tv1.5.0\th1:b=\ndep\texample.com/"
    "local\tv1.1.0\t\n"
    "=>\t./local\t(devel)\t\nbuild\t-compiler=gc\n";

std::string inline_info(const std::string& version, const std::string& modules) {
  return "\xff Go buildinf:\x08\x02"s + std::string(16, '\0') + varint(version.size()) + version +
         varint(marked(modules).size()) + marked(modules);
}

std::vector<std::string> go(const std::string& file) {
  const Content content = Content::of_octets(file);
  const auto program = read_executable(content);
  if (!program) return {"no program"};
  auto outcome = read_go_binary(content, *program);
  if (!outcome) return {"error: " + outcome.error().message};
  if (!*outcome) return {"none"};
  std::vector<std::string> out;
  for (const Component& component : (*outcome)->components)
    out.push_back(component.name + " " + component.version);
  return out;
}

const auto kExpected = ElementsAre("stdlib 1.21.3", "example.com/x ", "golang.org/x/text v0.3.0",
                                   "example.com/new v1.5.0", "example.com/local ");

TEST(GoBinary, BuildInformationIsReadWhereItStandsInline) {
  EXPECT_THAT(go(elf(".go.buildinfo", inline_info("go1.21.3", kModules))), kExpected);
}

TEST(GoBinary, ItIsFoundWithoutASectionTable) {
  EXPECT_THAT(go(elf(".data", inline_info("go1.21.3", kModules), false)), kExpected);
  EXPECT_THAT(go(elf(".data", "nothing here", false)), ElementsAre("none"));
}

TEST(GoBinary, BuildInformationIsReadThroughPointers) {
  const std::uint64_t at = kBase + kSectionAt;
  const std::string version = "go1.17.2";
  const std::string modules = marked(kModules);
  const std::string info = "\xff Go buildinf:\x08\0"s + number(at + 32, 8) + number(at + 48, 8) +
                           number(at + 64, 8) + number(version.size(), 8) +
                           number(at + 64 + version.size(), 8) + number(modules.size(), 8) +
                           version + modules;
  EXPECT_THAT(go(elf(".go.buildinfo", info)),
              ElementsAre("stdlib 1.17.2", "example.com/x ", "golang.org/x/text v0.3.0",
                          "example.com/new v1.5.0", "example.com/local "));
  std::string astray = info;
  astray.replace(16, 8, number(0x10, 8));
  EXPECT_THAT(go(elf(".go.buildinfo", astray)), ElementsAre("error: damaged Go build information"));
}

TEST(GoBinary, ProgramsForWindowsAndMacAreReadToo) {
  for (const char* name : {"pe", "mach"}) {
    std::ifstream in(std::string(AZEKURA_SOURCE_DIR "/fuzz/corpus/binary/") + name,
                     std::ios::binary);
    EXPECT_THAT(go({std::istreambuf_iterator<char>(in), {}}), ElementsAre("stdlib 1")) << name;
  }
}

TEST(GoBinary, TruncatedAnywhereItIsNoneOrDamaged) {
  const std::string whole = elf(".go.buildinfo", inline_info("go1.21.3", kModules));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto found = go(whole.substr(0, size));
    EXPECT_FALSE(found.empty()) << size;
  }
}

TEST(GoBinary, ReleasesAreWrittenAsTheDatabaseWritesThem) {
  EXPECT_EQ(go_release("go1.21.3"), "1.21.3");
  EXPECT_EQ(go_release("go1.21"), "1.21.0");
  EXPECT_EQ(go_release("go1.22rc1"), "1.22.0-rc.1");
  EXPECT_EQ(go_release("go1.20.4 X:nocoverageredesign"), "1.20.4");
  EXPECT_EQ(go_release("devel +abc"), "");
  EXPECT_EQ(go_release(""), "");
}

class Programs : public TreeTest {};

TEST_F(Programs, AProgramBuiltByGoIsReadStrippedOrNot) {
  if (!run("go version")) GTEST_SKIP() << "no go (golang-go)";
  write("go.mod", "module example.com/hello\n\ngo 1.18\n");
  write("main.go", "package main\n\nfunc main() { println(\"hi\") }\n");
  ASSERT_TRUE(
      run("GOFLAGS=-mod=mod GOPROXY=off GO111MODULE=on HOME=$PWD GOCACHE=$PWD/cache go build -o "
          "hello . && "
          "rm -rf cache go.mod && cp hello stripped && strip stripped"));
  const Inventory found = take();
  EXPECT_THAT(troubles(found), IsEmpty());
  ASSERT_EQ(found.components.size(), 4U);
  EXPECT_NE(find(found, "example.com/hello"), nullptr);
  ASSERT_NE(find(found, "stdlib"), nullptr);
  EXPECT_FALSE(find(found, "stdlib")->version.empty());
}

// RFC 1950 around one stored block (RFC 1951 §3.2.4).
std::string zlib(const std::string& text) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char c : text) {
    a = (a + static_cast<std::uint8_t>(c)) % 65521;
    b = (b + a) % 65521;
  }
  const std::uint32_t sum = b << 16 | a;
  std::string out =
      "\x78\x01\x01"s + number(text.size(), 2) + number(text.size() ^ 0xffffu, 2) + text;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(sum >> shift);
  return out;
}

const std::string kCrates =
    R"({"packages":[{"name":"app","version":"0.1.0","source":"local","root":true,"dependencies":[1,2]},)"
    R"({"name":"serde","version":"1.0.150","source":"crates.io"},)"
    R"({"name":"cc","version":"1.0.79","source":"crates.io","kind":"build"}]})";

TEST_F(Programs, ASectionOfCargoAuditableIsRead) {
  write("section", zlib(kCrates));
  if (!run("cp /bin/true app && objcopy --add-section .dep-v0=section --set-section-flags "
           ".dep-v0=noload,readonly app")) {
    GTEST_SKIP() << "no objcopy (binutils)";
  }
  const Inventory found = take("app");
  EXPECT_THAT(said(found), ElementsAre("cc 1.0.79 @ app", "serde 1.0.150 @ app"));
  EXPECT_TRUE(find(found, "cc")->development);
  EXPECT_FALSE(find(found, "serde")->development);
}

TEST_F(Programs, ADamagedSectionIsAProblem) {
  write("a", elf(".dep-v0", "rubbish"));
  write("b", elf(".dep-v0", zlib("{\"packages\": [")));
  write("c", elf(".dep-v0", zlib("{}")));
  const Inventory found = take();
  EXPECT_THAT(said(found), IsEmpty());
  EXPECT_THAT(troubles(found), ElementsAre("malformed a", "malformed b", "malformed c"));
}

}  // namespace
}  // namespace azekura::scanner::inventory
