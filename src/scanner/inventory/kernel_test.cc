#include "scanner/inventory/kernel.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace azekura::scanner::inventory {
namespace {

using Names = std::vector<std::string>;

Component package(std::string name, std::string version, std::string architecture = "x86_64") {
  Component component;
  component.name = std::move(name);
  component.version = std::move(version);
  component.architecture = std::move(architecture);
  return component;
}

struct Found {
  std::optional<Kernel> kernel;
  std::vector<Problem> problems;
};
Found find(const std::string& release, const std::vector<Component>& packages,
           const std::string& build = "") {
  Found found;
  found.kernel = find_kernel({.release = release, .build = build}, packages, found.problems);
  return found;
}

TEST(Kernel, WithoutAnyThereIsNothingToSay) {
  const auto found = find("", {package("bash", "5.2"), package("linux-libc-dev", "6.1.76-1")});
  EXPECT_FALSE(found.kernel);
  EXPECT_TRUE(found.problems.empty());
}

TEST(Kernel, OfNoPackageIsSaidToBeUnjudged) {
  const auto found = find("6.18.0-own", {package("linux-image-6.1.0-18-amd64", "6.1.76-1")});
  ASSERT_TRUE(found.kernel);
  EXPECT_EQ(found.kernel->release, "6.18.0-own");
  EXPECT_EQ(found.kernel->package, "");
  EXPECT_EQ(found.kernel->idle, Names{"linux-image-6.1.0-18-amd64"});
  EXPECT_FALSE(found.kernel->reboot_needed);
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_EQ(found.problems[0].kind, Problem::Kind::kSkipped);
  EXPECT_EQ(find("6.18.0-own", {}).problems.size(), 1U);
}

TEST(Kernel, OfARootThatDoesNotRunIsIdle) {
  const auto found = find("", {package("linux-image-6.1.0-18-amd64", "6.1.76-1")});
  ASSERT_TRUE(found.kernel);
  EXPECT_EQ(found.kernel->release, "");
  EXPECT_EQ(found.kernel->idle, Names{"linux-image-6.1.0-18-amd64"});
  EXPECT_FALSE(found.kernel->reboot_needed);
  EXPECT_TRUE(found.problems.empty());
}

TEST(Kernel, DebiansOthersAreIdleWithWhatBelongsToThem) {
  const auto found =
      find("6.1.0-18-amd64", {package("linux-image-amd64", "6.1.76-1"),
                              package("linux-image-6.1.0-18-amd64", "6.1.76-1"),
                              package("linux-headers-6.1.0-18-amd64", "6.1.76-1"),
                              package("linux-image-6.1.0-17-amd64", "6.1.69-1"),
                              package("linux-headers-6.1.0-17-amd64", "6.1.69-1"),
                              package("linux-image-6.1.0-17-amd64-dbg", "6.1.69-1"),
                              package("linux-image-6.1.0-9-cloud-amd64-unsigned", "6.1.27-1"),
                              package("linux-libc-dev", "6.1.76-1")});
  ASSERT_TRUE(found.kernel);
  EXPECT_EQ(found.kernel->package, "linux-image-6.1.0-18-amd64");
  EXPECT_EQ(found.kernel->idle, (Names{"linux-headers-6.1.0-17-amd64", "linux-image-6.1.0-17-amd64",
                                       "linux-image-6.1.0-9-cloud-amd64-unsigned"}));
  EXPECT_FALSE(found.kernel->reboot_needed);
  EXPECT_TRUE(found.problems.empty());
}

TEST(Kernel, ALaterImageNeedsAReboot) {
  const std::vector<Component> both = {package("linux-image-6.1.0-9-amd64", "6.1.27-1"),
                                       package("linux-image-6.1.0-18-amd64", "6.1.76-1")};
  EXPECT_TRUE(find("6.1.0-9-amd64", both).kernel->reboot_needed);
  EXPECT_FALSE(find("6.1.0-18-amd64", both).kernel->reboot_needed);
}

TEST(Kernel, AnImageReplacedUnderTheSameNameNeedsAReboot) {
  const std::vector<Component> one = {package("linux-image-6.1.0-18-amd64", "6.1.76-1")};
  const auto reboot = [&](const char* build) {
    return find("6.1.0-18-amd64", one, build).kernel->reboot_needed;
  };
  EXPECT_TRUE(reboot("#1 SMP PREEMPT_DYNAMIC Debian 6.1.73-1 (2024-01-30)"));
  EXPECT_FALSE(reboot("#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)"));
  EXPECT_FALSE(reboot("#1 SMP PREEMPT_DYNAMIC Debian 6.1.99-1 (2025-02-01)"));
  EXPECT_FALSE(reboot("#1 SMP"));
}

TEST(Kernel, UbuntusModulesBelongToTheirImage) {
  const auto found = find("5.15.0-94-generic",
                          {package("linux-image-5.15.0-94-generic", "5.15.0-94.104"),
                           package("linux-modules-5.15.0-94-generic", "5.15.0-94.104"),
                           package("linux-image-unsigned-6.5.0-21-generic", "6.5.0-21.21~22.04.1"),
                           package("linux-modules-6.5.0-21-generic", "6.5.0-21.21~22.04.1")});
  EXPECT_EQ(found.kernel->package, "linux-image-5.15.0-94-generic");
  EXPECT_EQ(found.kernel->idle,
            (Names{"linux-image-unsigned-6.5.0-21-generic", "linux-modules-6.5.0-21-generic"}));
  EXPECT_TRUE(found.kernel->reboot_needed);
}

TEST(Kernel, RedHatsAreToldApartByVersion) {
  const auto found =
      find("5.14.0-362.8.1.el9_3.x86_64", {package("kernel", "5.14.0-362.8.1.el9_3"),
                                           package("kernel-core", "5.14.0-362.8.1.el9_3"),
                                           package("kernel-modules", "5.14.0-362.8.1.el9_3"),
                                           package("kernel-core", "5.14.0-284.11.1.el9_2"),
                                           package("kernel-modules", "5.14.0-284.11.1.el9_2"),
                                           package("kernel-tools", "5.14.0-284.11.1.el9_2"),
                                           package("kernel-headers", "5.14.0-427.el9")});
  EXPECT_EQ(found.kernel->package, "kernel-core-5.14.0-362.8.1.el9_3");
  EXPECT_EQ(found.kernel->idle,
            (Names{"kernel-core-5.14.0-284.11.1.el9_2", "kernel-modules-5.14.0-284.11.1.el9_2"}));
  EXPECT_FALSE(found.kernel->reboot_needed);
  EXPECT_TRUE(find("5.14.0-1.el9.x86_64",
                   {package("kernel-core", "5.14.0-1.el9"), package("kernel-core", "5.14.0-2.el9")})
                  .kernel->reboot_needed);
}

TEST(Kernel, FlavoursInTheReleaseAreFound) {
  EXPECT_EQ(
      find("5.14.21-150500.55.19-default", {package("kernel-default", "5.14.21-150500.55.19.1")})
          .kernel->package,
      "kernel-default-5.14.21-150500.55.19.1");
  EXPECT_EQ(
      find("5.14.21-150500.55.1-default", {package("kernel-default", "5.14.21-150500.55.19.1")})
          .kernel->package,
      "");
  EXPECT_EQ(
      find("5.14.0-362.8.1.el9_3.x86_64+debug", {package("kernel-core", "5.14.0-362.8.1.el9_3")})
          .kernel->package,
      "kernel-core-5.14.0-362.8.1.el9_3");
  EXPECT_EQ(find("6.1.61-85.141.amzn2023.x86_64", {package("kernel", "6.1.61-85.141.amzn2023")})
                .kernel->package,
            "kernel-6.1.61-85.141.amzn2023");
}

TEST(Kernel, AlpinesIsReplacedInItsPlace) {
  const std::vector<Component> packages = {package("linux-lts", "6.6.14-r0"),
                                           package("linux-firmware-none", "20240115-r0")};
  const auto current = find("6.6.14-0-lts", packages);
  EXPECT_EQ(current.kernel->package, "linux-lts");
  EXPECT_TRUE(current.kernel->idle.empty());
  EXPECT_FALSE(current.kernel->reboot_needed);

  const auto older = find("6.6.13-0-lts", packages);
  EXPECT_EQ(older.kernel->package, "");
  EXPECT_EQ(older.kernel->idle, Names{"linux-lts"});
  EXPECT_TRUE(older.kernel->reboot_needed);
}

TEST(Kernel, SignedImagesHaveTheSourceThatAdvisoriesKnow) {
  const struct {
    const char* name;
    const char* source;
    const char* expected;
  } cases[] = {
      {"linux-image-6.1.0-18-amd64", "linux-signed-amd64", "linux"},
      {"linux-image-6.5.0-21-generic", "linux-signed-hwe-6.5", "linux-hwe-6.5"},
      {"linux-image-5.15.0-94-generic", "linux-signed", "linux"},
      {"linux-image-5.15.0-1053-aws", "linux-signed-aws", "linux-aws"},
      {"linux-image-6.1.0-18-amd64-unsigned", "linux", "linux"},
      {"linux-image-amd64", "linux-signed-amd64", "linux-signed-amd64"},
      {"linux-image-generic", "linux-meta", "linux-meta"},
      {"bash", "bash", "bash"},
  };
  for (const auto& [name, source, expected] : cases) {
    Component component = package(name, "6.1.76-1", "amd64");
    component.source_name = source;
    component.source_version = "6.1.76+1";
    set_kernel_source(component);
    EXPECT_EQ(component.source_name, expected) << name;
    const bool changed = std::string_view(source) != expected;
    EXPECT_EQ(component.source_version, changed ? "6.1.76-1" : "6.1.76+1") << name;
  }
}

}  // namespace
}  // namespace azekura::scanner::inventory
