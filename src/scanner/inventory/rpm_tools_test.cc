// RPM's databases as the original tools write and read them: rpmbuild makes packages, rpm installs
// them into an SQLite database, and db5.3_load puts the same headers into a hash file of Berkeley
// DB, which rpm reads too. What we read has to be what `rpm -qa` says.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "scanner/inventory/rpm.h"
#include "scanner/inventory/rpm_testing.h"

namespace azekura::scanner::inventory {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kSpecification = R"(
Name: azk-one
Epoch: 2
Version: 1.2
Release: 3.el9
Summary: One
License: none
Vendor: Example, Inc.
ModularityLabel: nodejs:18:8090020231019152822:rhel9
BuildArch: noarch
%description
One.
%package -n azk-many
Summary: Many files
Version: 10~rc1^git2
%description -n azk-many
Many.
%package -n gpg-pubkey
Summary: A key
%description -n gpg-pubkey
Key.
%package sub
Summary: Epoch 0
Epoch: 0
%description sub
Sub.
%install
mkdir -p %{buildroot}/opt/azk %{buildroot}/usr/bin
for i in $(seq 400); do : > %{buildroot}/opt/azk/file-$i; done
: > %{buildroot}/usr/bin/azk
%files
/usr/bin/azk
%files -n azk-many
/opt/azk
%files -n gpg-pubkey
%files sub
)";

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class RpmTools : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* tool : {"rpm", "rpmbuild"}) {
      if (std::system(("command -v " + std::string(tool) + " > /dev/null").c_str()) != 0) {
        GTEST_SKIP() << "there is no " << tool << " (scripts/install-deps test)";
      }
    }
    char name[] = "/tmp/azekura-rpm-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    std::ofstream(folder_ + "/a.spec") << kSpecification;
    ASSERT_EQ(run("rpmbuild -bb --define '_topdir " + folder_ + "/top' a.spec"), 0) << slurp(log());
    ASSERT_EQ(run("rpm --dbpath " + folder_ +
                  "/sqlite --define '_db_backend sqlite' -i --justdb --nodeps --noscripts"
                  " --ignorearch --ignoreos $(find top/RPMS -name '*.rpm')"),
              0)
        << slurp(log());
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string log() const { return folder_ + "/log"; }
  int run(const std::string& command) const {
    return std::system(
        ("cd " + folder_ + " && HOME=" + folder_ + " " + command + " > log 2>&1").c_str());
  }

  // What rpm says, without the keys.
  Lines queried(const std::string& database, const std::string& backend) const {
    const std::string format =
        "%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM} %{VENDOR} "
        "%{MODULARITYLABEL}\\n";
    EXPECT_EQ(
        std::system(("rpm --dbpath " + folder_ + "/" + database + " --define '_db_backend " +
                     backend + "' -qa --qf '" + format + "' 2>/dev/null > " + folder_ + "/out")
                        .c_str()),
        0);
    Lines lines;
    std::ifstream out(folder_ + "/out");
    for (std::string line; std::getline(out, line);) {
      if (!line.starts_with("gpg-pubkey")) lines.push_back(line);
    }
    std::ranges::sort(lines);
    return lines;
  }

  static Lines read(RpmDatabase database) {
    const auto outcome = read_rpm_database(std::move(database), Ecosystem::kRedHat);
    if (!outcome) return {outcome.error().message};
    EXPECT_TRUE(outcome->problems.empty());
    Lines lines;
    for (const Component& component : outcome->components) {
      lines.push_back(component.name + " " + component.version + " " + component.architecture +
                      " " + component.source_name + "-" + component.source_version + ".src.rpm " +
                      component.origin + " " + component.module_stream +
                      ":8090020231019152822:rhel9");
    }
    std::ranges::sort(lines);
    return lines;
  }

  RpmDatabase sqlite() const {
    const std::string path = folder_ + "/sqlite/rpmdb.sqlite";
    return {.octets = slurp(path), .journal = slurp(path + "-wal")};
  }
  Lines headers() const {
    Lines headers;
    const RpmBlobSink sink{.blob = [&](std::string_view octets) -> Status {
                             headers.emplace_back(octets);
                             return {};
                           },
                           .problem = [](const std::string& why) { ADD_FAILURE() << why; }};
    RpmDatabase database = sqlite();
    EXPECT_TRUE(for_each_sqlite_blob(std::move(database.octets), database.journal, sink));
    return headers;
  }

  std::string folder_;
};

TEST_F(RpmTools, SqliteIsReadAsRpmReadsIt) {
  const Lines expected = queried("sqlite", "sqlite");
  ASSERT_EQ(expected.size(), 3U);
  EXPECT_EQ(read(sqlite()), expected);
  std::size_t files = 0;
  ASSERT_TRUE(for_each_rpm_file(sqlite(), [&](std::string_view package, std::string_view path) {
    files += package == "azk-many" && path.starts_with("opt/azk") ? 1 : 0;
    if (package == "azk-one") {
      EXPECT_EQ(path, "usr/bin/azk");
    }
  }));
  EXPECT_EQ(files, 401U);  // the folder is one of them
}

TEST_F(RpmTools, NdbOfTheSameHeadersSaysTheSame) {
  // Debian's rpm cannot write this form, so the container is ours and the headers are rpm's.
  EXPECT_EQ(read({.octets = ndb_of(headers()), .journal = {}}), queried("sqlite", "sqlite"));
}

TEST_F(RpmTools, BerkeleyDbIsReadAsRpmReadsItInBothByteOrders) {
  if (std::system("command -v db5.3_load > /dev/null") != 0) {
    GTEST_SKIP() << "there is no db5.3_load (scripts/install-deps test)";
  }
  for (const Order order : {Order::kLittle, Order::kBig}) {
    for (const char* page_size : {"512", "4096", "65536"}) {
      const bool is_big = order == Order::kBig;
      const std::string name = std::string(is_big ? "big" : "little") + page_size;
      std::filesystem::create_directory(folder_ + "/" + name);
      std::ofstream dump(folder_ + "/dump");
      dump << "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=" << page_size
           << "\ndb_lorder=" << (is_big ? 4321 : 1234) << "\nHEADER=END\n";
      dump << " 00000000\n " << to_hex(as_bytes(number_of(9, order))) << "\n";
      std::uint32_t number = 0;
      for (const std::string& header : headers()) {
        dump << " " << to_hex(as_bytes(number_of(++number, order))) << "\n "
             << to_hex(as_bytes(header)) << "\n";
      }
      dump << "DATA=END\n";
      dump.close();
      ASSERT_EQ(run("db5.3_load -f dump " + name + "/Packages"), 0) << slurp(log());
      const Lines expected = queried(name, "bdb_ro");
      ASSERT_EQ(expected.size(), 3U) << name;
      EXPECT_EQ(read({.octets = slurp(folder_ + "/" + name + "/Packages"), .journal = {}}),
                expected)
          << name;
    }
  }
}

}  // namespace
}  // namespace azekura::scanner::inventory
