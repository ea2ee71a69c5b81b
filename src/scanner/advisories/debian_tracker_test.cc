#include <gtest/gtest.h>

#include "scanner/advisories/releases.h"
#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

Lines statuses(std::string_view release) {
  return lines_of(
      imported("debian.json", R"({"p":{"CVE-2024-1111":{"description":"D","releases":{)" +
                                  std::string(release) + "}}}}")
          .only());
}

TEST(DebianTracker, AProblemWithoutReleasesIsBadByItsName) {
  const Imported sink = imported("debian.json", R"({"p":{"CVE-2024-1111":{"releases":{}},
                                                         "CVE-2024-2222":{"scope":"local"}},
                                                     "":{"CVE-2024-3333":{"releases":{}}}})");
  EXPECT_EQ(sink.advisories.size(), 1U);
  ASSERT_EQ(sink.bad.size(), 2U);
  EXPECT_EQ(sink.bad[0].first, "p CVE-2024-2222");
}

TEST(DebianTracker, EachStatusIsAState) {
  EXPECT_EQ(statuses(R"("bookworm":{"status":"resolved","fixed_version":"1-2","urgency":"low"})"),
            Lines{"Debian:12 p fixed [,1-2) !low {low}"});
  EXPECT_EQ(
      statuses(R"("trixie":{"status":"resolved","fixed_version":"0","urgency":"unimportant"})"),
      Lines{"Debian:13 p not-affected !low {unimportant}"});
  EXPECT_EQ(statuses(R"("sid":{"status":"open","urgency":"not yet assigned"})"),
            Lines{"Debian:sid p affected {not yet assigned}"});
  EXPECT_EQ(
      statuses(R"("bullseye":{"status":"open","nodsa":"Minor issue","nodsa_reason":"ignored"})"),
      Lines{"Debian:11 p will-not-fix {Minor issue}"});
  EXPECT_EQ(
      statuses(R"("bullseye":{"status":"open","urgency":"low","nodsa":"Later","nodsa_reason":""})"),
      Lines{"Debian:11 p postponed !low {low; Later}"});
  EXPECT_EQ(statuses(R"("bullseye":{"status":"open","nodsa":"x","nodsa_reason":"postponed"})"),
            Lines{"Debian:11 p postponed {x}"});
  EXPECT_EQ(statuses(R"("bullseye":{"status":"open","urgency":"end-of-life"})"),
            Lines{"Debian:11 p end-of-life {end-of-life}"});
  EXPECT_EQ(statuses(R"("bullseye":{"status":"undetermined"})"),
            Lines{"Debian:11 p under-investigation"});
  EXPECT_EQ(statuses(R"("bullseye":{"status":"resolved"},"hamm":{"status":"open"})"), Lines{});
}

TEST(DebianTracker, OneProblemInSeveralPackagesIsOneRecord) {
  const Imported sink = imported("debian.json", R"({
    "a":{"CVE-2024-1111":{"releases":{"bookworm":{"status":"open"}}}},
    "b":{"CVE-2024-1111":{"releases":{"bookworm":{"status":"open"}}}}})");
  EXPECT_EQ(lines_of(sink.only()), (Lines{"Debian:12 a affected", "Debian:12 b affected"}));
  EXPECT_EQ(sink.only().link, "https://security-tracker.debian.org/tracker/CVE-2024-1111");
}

TEST(Releases, UbuntusSupportedArchivesAreProAndOthersCountForNothing) {
  EXPECT_EQ(ubuntu_release("jammy"), "22.04");
  EXPECT_EQ(ubuntu_release("esm-apps/jammy"), "22.04:Pro");
  EXPECT_EQ(ubuntu_release("esm-infra/xenial"), "16.04:Pro");
  EXPECT_EQ(ubuntu_release("esm-infra-legacy/trusty"), "14.04:Pro");
  EXPECT_EQ(ubuntu_release("trusty/esm"), "14.04:Pro");
  EXPECT_EQ(ubuntu_release("jammy", "esm-apps"), "22.04:Pro");
  EXPECT_EQ(ubuntu_release("jammy", "security"), "22.04");
  for (const std::string_view other : {"upstream", "devel", "fips/jammy", "fips-updates/jammy",
                                       "realtime/jammy", "snap", "", "/"}) {
    EXPECT_EQ(ubuntu_release(other), "") << other;
  }
}

}  // namespace
}  // namespace azekura::scanner::advisories
