// Hosts by folders of the tests' own: roots, and a /proc.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "scanner/inventory/inventory.h"
#include "scanner/inventory/processes.h"
#include "scanner/inventory/root.h"

namespace azekura::scanner::inventory {
namespace {

class Host : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/azekura-host-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& path, std::string_view octets) const {
    const std::filesystem::path whole = folder_ + "/" + path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole, std::ios::binary) << octets;
  }
  void link(const std::string& target, const std::string& path) const {
    const std::filesystem::path whole = folder_ + "/" + path;
    std::filesystem::create_directories(whole.parent_path());
    std::filesystem::create_symlink(target, whole);
  }
  FolderRoot root(const std::string& below = "") const {
    auto opened = FolderRoot::open(folder_ + below);
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  Code code_of(const std::string& path, std::uint64_t octets_max = 100) const {
    const auto octets = root("/inner").read(path, octets_max);
    return octets ? Code::kInternal : octets.error().code;
  }

  std::string folder_;
};

TEST_F(Host, ARootThatIsNoFolderIsNotFound) {
  write("file", "x");
  for (const char* path : {"/nothing", "/file"}) {
    const auto opened = FolderRoot::open(folder_ + path);
    ASSERT_FALSE(opened) << path;
    EXPECT_EQ(opened.error().code, Code::kNotFound) << path;
  }
}

TEST_F(Host, LinksOfARootStayInsideIt) {
  write("secret", "outside");
  write("inner/etc/inside", "inside");
  link("../../secret", "inner/etc/up");
  link(folder_ + "/secret", "inner/etc/absolute");
  link("/etc/inside", "inner/etc/whole");
  link("loop", "inner/etc/loop");
  link("../..", "inner/out");
  EXPECT_EQ(code_of("etc/up"), Code::kNotFound);
  EXPECT_EQ(code_of("etc/absolute"), Code::kNotFound);
  EXPECT_EQ(code_of("etc/loop"), Code::kNotFound);
  EXPECT_EQ(code_of("out/secret"), Code::kNotFound);
  EXPECT_EQ(code_of("../secret"), Code::kNotFound);
  EXPECT_EQ(root("/inner").read("etc/whole", 100).value(), "inside");
  EXPECT_EQ(root("/inner").list("out"), (std::vector<std::string>{"etc", "out"}));
}

TEST_F(Host, OnlyRegularFilesUpToTheLimitAreRead) {
  write("inner/file", "0123456789");
  ASSERT_EQ(::mkfifo((folder_ + "/inner/pipe").c_str(), 0600), 0);
  EXPECT_EQ(code_of("file", 9), Code::kExhausted);
  EXPECT_EQ(root("/inner").read("file", 10).value(), "0123456789");
  EXPECT_EQ(root("/inner").read("file", 11).value(), "0123456789");
  EXPECT_EQ(code_of("pipe"), Code::kInvalid);
  EXPECT_EQ(code_of("."), Code::kInvalid);
  EXPECT_EQ(code_of("nothing"), Code::kNotFound);
  EXPECT_EQ(code_of("file/below"), Code::kNotFound);
  EXPECT_TRUE(root("/inner").list("file").empty());
}

TEST_F(Host, WithoutAnyRecordOfPackagesIsNotFound) {
  write("inner/srv/x", "x");
  const auto inventory = take_host({.root = folder_ + "/inner"});
  ASSERT_FALSE(inventory);
  EXPECT_EQ(inventory.error().code, Code::kNotFound);
  EXPECT_FALSE(take_host({.root = folder_ + "/nothing"}));
}

TEST_F(Host, ThatDoesNotRunHasNoRunningKernelAndNoProcesses) {
  write("usr/lib/os-release", "ID=debian\nVERSION_ID=12\n");
  link("../usr/lib/os-release", "etc/os-release");
  write("var/lib/dpkg/status",
        "Package: linux-image-6.1.0-18-amd64\nStatus: install ok installed\nVersion: 6.1.76-1\n"
        "Source: linux-signed-amd64 (6.1.76+1)\nArchitecture: amd64\n\n");
  const auto inventory = take_host({.root = folder_});
  ASSERT_TRUE(inventory) << inventory.error().message;
  EXPECT_EQ(inventory->asset, folder_);
  ASSERT_TRUE(inventory->distribution);
  EXPECT_EQ(inventory->distribution->release.release, "12");
  ASSERT_EQ(inventory->components.size(), 1U);
  EXPECT_EQ(inventory->components[0].source_name, "linux");
  EXPECT_EQ(inventory->components[0].source_version, "6.1.76-1");
  ASSERT_TRUE(inventory->kernel);
  EXPECT_EQ(inventory->kernel->release, "");
  EXPECT_EQ(inventory->kernel->idle.size(), 1U);
  EXPECT_TRUE(inventory->processes.empty());
}

TEST_F(Host, ProcessesAreThoseThatMapFilesOfPackagesOrListen) {
  write("inner/var/lib/dpkg/info/nginx.list", "/usr/sbin/nginx\n");
  write("inner/var/lib/dpkg/info/libssl3:amd64.list", "/usr/lib/libssl.so.3\n");
  const std::string maps =
      "55d0-55d1 r-xp 00000000 08:01 131 /usr/sbin/nginx\n"
      "55d1-55d2 r--p 00001000 08:01 131 /usr/sbin/nginx\n"
      "7f00-7f01 r-xp 00000000 08:01 132 /usr/lib/libssl.so.3 (deleted)\n"
      "7f01-7f02 rw-s 00000000 00:05 133 /memfd:x (deleted)\n"
      "7f02-7f03 rw-s 00000000 00:05 134 /dev/zero (deleted)\n"
      "7f03-7f04 rw-p 00000000 00:00 0 [heap]\n7f04-7f05 rw-p 00000000 00:00 0\n";
  write("proc/200/maps", maps);
  write("proc/200/comm", "nginx\n");
  link("socket:[10]", "proc/200/fd/3");
  link("socket:[99]", "proc/200/fd/4");
  link("/dev/null", "proc/200/fd/0");
  write("proc/100/maps", "55d0-55d1 r-xp 00000000 08:01 131 /opt/own\n");
  write("proc/100/comm", "own\n");
  write("proc/2/maps", "");
  write("proc/self/maps", maps);
  write("proc/12x/maps", maps);
  write("proc/net/tcp",
        "  sl  local_address rem_address   st\n   0: 00000000:01BB 00000000:0000 0A "
        "00000000:00000000 00:00000000 00000000     0        0 10 1 0 100 0 0 10 0\n");

  std::vector<Problem> problems;
  const auto processes = read_processes(folder_ + "/proc", root("/inner"), problems);
  ASSERT_EQ(processes.size(), 1U);
  EXPECT_EQ(processes[0].pid, 200U);
  EXPECT_EQ(processes[0].name, "nginx");
  EXPECT_EQ(processes[0].packages, (std::vector<std::string>{"libssl3", "nginx"}));
  EXPECT_EQ(processes[0].deleted, std::vector<std::string>{"/usr/lib/libssl.so.3"});
  EXPECT_EQ(processes[0].listens, std::vector<std::string>{"tcp 0.0.0.0:443"});
  EXPECT_TRUE(problems.empty());
}

TEST_F(Host, ProcessesOfAnotherRootAreNotThisOnes) {
  write("inner/var/lib/dpkg/info/bash.list", "/bin/bash\n");
  const std::string maps = "55d0-55d1 r-xp 00000000 08:01 131 /bin/bash\n";
  write("proc/1/maps", maps);
  link("/", "proc/1/root");
  write("proc/2/maps", maps);
  link(folder_, "proc/2/root");
  std::vector<Problem> problems;
  const auto processes = read_processes(folder_ + "/proc", root("/inner"), problems);
  ASSERT_EQ(processes.size(), 1U);
  EXPECT_EQ(processes[0].pid, 1U);
}

TEST_F(Host, WhatThisUserMayNotSeeIsSaidOnce) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may see everything";
  for (const char* pid : {"1", "2"}) {
    write("proc/" + std::string(pid) + "/maps", "x");
    ::chmod((folder_ + "/proc/" + pid + "/maps").c_str(), 0);
  }
  std::vector<Problem> problems;
  EXPECT_TRUE(read_processes(folder_ + "/proc", root(), problems).empty());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].kind, Problem::Kind::kUnreadable);
}

TEST_F(Host, ThisMachineSeesThisProcess) {
  const auto inventory = take_host({});
  if (!inventory) GTEST_SKIP() << inventory.error().message;
  std::cout << inventory->components.size() << " packages, " << inventory->processes.size()
            << " processes\n";
  EXPECT_FALSE(inventory->asset.empty());
  ASSERT_TRUE(inventory->kernel);
  EXPECT_FALSE(inventory->kernel->release.empty());
  if (!std::filesystem::exists("/var/lib/dpkg/info")) GTEST_SKIP() << "no dpkg on this machine";
  const auto is_this = [](const Process& process) {
    return process.pid == static_cast<std::uint32_t>(::getpid());
  };
  const auto found = std::ranges::find_if(inventory->processes, is_this);
  ASSERT_NE(found, inventory->processes.end());
  EXPECT_TRUE(std::ranges::binary_search(found->packages, "libc6"));
}

}  // namespace
}  // namespace azekura::scanner::inventory
