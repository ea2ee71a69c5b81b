#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading_testing.h"

namespace azekura::scanner::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(GemfileLock, WhatBeginsWithNoSectionIsRefused) {
  expect_invalid(read_with(read_gemfile_lock, "<<<<<<< HEAD\nGEM\n"));
  expect_invalid(read_with(read_gemfile_lock, "source 'https://rubygems.org'\n"));
}

TEST(GemfileLock, SectionsPlatformsAndTheRubyVersion) {
  const auto outcome = read_with(read_gemfile_lock, R"(GIT
  remote: https://host/g.git
  revision: 0123
  specs:
    g (2.0.0.alpha1)
      rack (~> 2.0)

PATH
  remote: vendor/p
  specs:
    p (1.2.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.13.3-x86_64-linux)
      racc (~> 1.4)
    nokogiri (1.13.3)
    racc (1.6.0)
    nameless

PLATFORMS
  x86_64-linux

DEPENDENCIES
  g!
  nokogiri (~> 1.13)

FUTURE
    x (1.0)

RUBY VERSION
   ruby 3.0.2p107

BUNDLED WITH
   2.2.28
)");
  EXPECT_THAT(lines_of(outcome),
              ElementsAre("g 2.0.0.alpha1 direct", "p 1.2.0", "nokogiri 1.13.3 direct",
                          "racc 1.6.0", "ruby 3.0.2 direct"));
  EXPECT_EQ(outcome->components.back().ecosystem, Ecosystem::kRuntime);
  EXPECT_THAT(problems_of(outcome),
              ElementsAre("malformed: no version: nameless", "skipped: section FUTURE"));
}

TEST(GemfileLock, AnEmptyFileHasNoGems) {
  EXPECT_THAT(lines_of(read_with(read_gemfile_lock, "")), IsEmpty());
}

TEST(Gemspec, LiteralNameAndVersionThatAgreeWithTheFile) {
  const std::string gemspec = R"(# -*- encoding: utf-8 -*-
# stub: rake 13.0.6 ruby lib
Gem::Specification.new do |s|
  s.name = "rake".freeze
  s.version = "13.0.6"
  s.required_ruby_version = Gem::Requirement.new(">= 2.2".freeze)
)";
  EXPECT_THAT(lines_of(read_with(read_gemspec, gemspec, "specifications/rake-13.0.6.gemspec")),
              ElementsAre("rake 13.0.6"));
  EXPECT_THAT(
      lines_of(read_with(read_gemspec, gemspec, "specifications/rake-13.0.6-x86_64-linux.gemspec")),
      ElementsAre("rake 13.0.6"));
  expect_invalid(read_with(read_gemspec, gemspec, "specifications/other-1.0.gemspec"));
}

TEST(Gemspec, WhatRubyWouldHaveToSayIsRefused) {
  expect_invalid(read_with(read_gemspec, "s.name = NAME\ns.version = VERSION\n", "x.gemspec"));
  expect_invalid(read_with(read_gemspec, "s.name = \"a", "a-1.gemspec"));
  EXPECT_THAT(
      lines_of(read_with(read_gemspec, "s.name = 'a'\ns.version = Gem::Version.new(\"1.0\")\n",
                         "specifications/a-1.0.gemspec")),
      ElementsAre("a 1.0"));
}

TEST(ComposerLock, PackagesAndThoseForDevelopment) {
  expect_invalid(read_with(read_composer_lock, "not json"));
  expect_invalid(read_with(read_composer_lock, "null"));
  const auto outcome = read_with(read_composer_lock, R"({
    "packages": [{"name": "v/a", "version": "v1.0.0"}, {"version": "1"}],
    "packages-dev": [{"name": "v/b", "version": "dev-main"}]})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("v/a v1.0.0", "v/b dev-main dev"));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: an entry without a name"));
}

TEST(ComposerInstalled, AnArrayInVersion1AndAnObjectInVersion2) {
  expect_invalid(read_with(read_composer_installed, "{}"));
  EXPECT_THAT(
      lines_of(read_with(read_composer_installed, R"([{"name": "v/a", "version": "1.0.0"}])")),
      ElementsAre("v/a 1.0.0"));
  const auto outcome = read_with(read_composer_installed, R"({
    "packages": [{"name": "v/a", "version": "1.0.0"}, {"name": "v/b", "version": "2.0.0"}],
    "dev-package-names": ["v/b"]})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("v/a 1.0.0", "v/b 2.0.0 dev"));
}

}  // namespace
}  // namespace azekura::scanner::inventory
