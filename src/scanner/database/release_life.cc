#include "scanner/database/release_life.h"

#include <chrono>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace azekura::scanner {
namespace {

struct Day {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
};

struct Row {
  Ecosystem ecosystem;
  std::string_view release;
  std::string_view codename;
  Day end;       // of the free support
  Day extended;  // of what is paid for
};

constexpr Day kNone{};

constexpr Row kRows[] = {
    // https://wiki.debian.org/DebianReleases, https://wiki.debian.org/LTS,
    // https://wiki.debian.org/LTS/Extended
    {Ecosystem::kDebian, "8", "jessie", {2020, 6, 30}, {2025, 6, 30}},
    {Ecosystem::kDebian, "9", "stretch", {2022, 6, 30}, {2027, 6, 30}},
    {Ecosystem::kDebian, "10", "buster", {2024, 6, 30}, {2029, 6, 30}},
    {Ecosystem::kDebian, "11", "bullseye", {2026, 8, 31}, {2031, 6, 30}},
    {Ecosystem::kDebian, "12", "bookworm", {2028, 6, 30}, {2033, 6, 30}},
    {Ecosystem::kDebian, "13", "trixie", {2030, 6, 30}, {2035, 6, 30}},
    // https://ubuntu.com/about/release-cycle, https://wiki.ubuntu.com/Releases; extended: ESM of
    // Ubuntu Pro
    {Ecosystem::kUbuntu, "14.04", "trusty", {2019, 4, 25}, {2024, 4, 25}},
    {Ecosystem::kUbuntu, "16.04", "xenial", {2021, 4, 30}, {2026, 4, 23}},
    {Ecosystem::kUbuntu, "18.04", "bionic", {2023, 5, 31}, {2028, 4, 30}},
    {Ecosystem::kUbuntu, "20.04", "focal", {2025, 5, 31}, {2030, 4, 30}},
    {Ecosystem::kUbuntu, "22.04", "jammy", {2027, 4, 30}, {2032, 4, 30}},
    {Ecosystem::kUbuntu, "23.10", "mantic", {2024, 7, 11}, kNone},
    {Ecosystem::kUbuntu, "24.04", "noble", {2029, 4, 30}, {2034, 4, 30}},
    {Ecosystem::kUbuntu, "24.10", "oracular", {2025, 7, 10}, kNone},
    {Ecosystem::kUbuntu, "25.04", "plucky", {2026, 1, 15}, kNone},
    // https://alpinelinux.org/releases/
    {Ecosystem::kAlpine, "v3.14", "", {2023, 5, 1}, kNone},
    {Ecosystem::kAlpine, "v3.15", "", {2023, 11, 1}, kNone},
    {Ecosystem::kAlpine, "v3.16", "", {2024, 5, 23}, kNone},
    {Ecosystem::kAlpine, "v3.17", "", {2024, 11, 22}, kNone},
    {Ecosystem::kAlpine, "v3.18", "", {2025, 5, 9}, kNone},
    {Ecosystem::kAlpine, "v3.19", "", {2025, 11, 1}, kNone},
    {Ecosystem::kAlpine, "v3.20", "", {2026, 4, 1}, kNone},
    {Ecosystem::kAlpine, "v3.21", "", {2026, 11, 1}, kNone},
    {Ecosystem::kAlpine, "v3.22", "", {2027, 5, 1}, kNone},
    // https://access.redhat.com/support/policy/updates/errata; extended: Extended Life Cycle
    // Support
    {Ecosystem::kRedHat, "6", "Santiago", {2020, 11, 30}, {2024, 6, 30}},
    {Ecosystem::kRedHat, "7", "Maipo", {2024, 6, 30}, {2028, 6, 30}},
    {Ecosystem::kRedHat, "8", "Ootpa", {2029, 5, 31}, {2032, 5, 31}},
    {Ecosystem::kRedHat, "9", "Plow", {2032, 5, 31}, {2035, 5, 31}},
    {Ecosystem::kRedHat, "10", "Coughlan", {2035, 5, 31}, {2038, 5, 31}},
    // https://wiki.almalinux.org/release-notes/
    {Ecosystem::kAlmaLinux, "8", "", {2029, 3, 1}, kNone},
    {Ecosystem::kAlmaLinux, "9", "", {2032, 5, 31}, kNone},
    {Ecosystem::kAlmaLinux, "10", "", {2035, 5, 31}, kNone},
    // https://wiki.rockylinux.org/rocky/version/
    {Ecosystem::kRockyLinux, "8", "Green Obsidian", {2029, 5, 31}, kNone},
    {Ecosystem::kRockyLinux, "9", "Blue Onyx", {2032, 5, 31}, kNone},
    {Ecosystem::kRockyLinux, "10", "Red Quartz", {2035, 5, 31}, kNone},
    // https://aws.amazon.com/amazon-linux-2/faqs/, https://docs.aws.amazon.com/linux/al2023/
    {Ecosystem::kAmazonLinux, "1", "", {2023, 12, 31}, kNone},
    {Ecosystem::kAmazonLinux, "2", "", {2026, 6, 30}, kNone},
    {Ecosystem::kAmazonLinux, "2023", "", {2029, 6, 30}, kNone},
    // https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf
    {Ecosystem::kOracleLinux, "7", "", {2024, 12, 31}, {2028, 6, 30}},
    {Ecosystem::kOracleLinux, "8", "", {2029, 7, 31}, {2032, 7, 31}},
    {Ecosystem::kOracleLinux, "9", "", {2032, 6, 30}, {2035, 6, 30}},
    // https://www.suse.com/lifecycle; extended: Long Term Service Pack Support
    {Ecosystem::kSuse, "Linux Enterprise Server 12 SP5", "", {2024, 10, 31}, {2027, 10, 31}},
    {Ecosystem::kSuse, "Linux Enterprise Server 15 SP3", "", {2022, 12, 31}, {2025, 12, 31}},
    {Ecosystem::kSuse, "Linux Enterprise Server 15 SP4", "", {2023, 12, 31}, {2026, 12, 31}},
    {Ecosystem::kSuse, "Linux Enterprise Server 15 SP5", "", {2024, 12, 31}, {2027, 12, 31}},
    {Ecosystem::kSuse, "Linux Enterprise Server 15 SP6", "", {2025, 12, 31}, {2028, 12, 31}},
    // https://en.opensuse.org/Lifetime
    {Ecosystem::kOpenSuse, "Leap 15.3", "", {2022, 12, 31}, kNone},
    {Ecosystem::kOpenSuse, "Leap 15.4", "", {2023, 12, 7}, kNone},
    {Ecosystem::kOpenSuse, "Leap 15.5", "", {2024, 12, 31}, kNone},
    {Ecosystem::kOpenSuse, "Leap 15.6", "", {2026, 4, 30}, kNone},
    // https://docs.fedoraproject.org/en-US/releases/eol/
    {Ecosystem::kFedora, "37", "", {2023, 12, 5}, kNone},
    {Ecosystem::kFedora, "38", "", {2024, 5, 21}, kNone},
    {Ecosystem::kFedora, "39", "", {2024, 11, 26}, kNone},
    {Ecosystem::kFedora, "40", "", {2025, 5, 13}, kNone},
};

Time time_of(const Day& day) {
  if (day.year == 0) return 0;
  const std::chrono::sys_days date = std::chrono::year(day.year) / day.month / day.day;
  return Time{date.time_since_epoch().count()} * 86400;
}

std::vector<ReleaseLife> make_table() {
  std::vector<ReleaseLife> table;
  table.reserve(std::size(kRows));
  for (const Row& row : kRows) {
    table.push_back({.release = {.ecosystem = row.ecosystem, .release = std::string(row.release)},
                     .codename = std::string(row.codename),
                     .end_of_support = time_of(row.end),
                     .end_of_extended_support = time_of(row.extended)});
  }
  return table;
}

}  // namespace

std::span<const ReleaseLife> known_release_lives() {
  static const std::vector<ReleaseLife> table = make_table();
  return table;
}

}  // namespace azekura::scanner
