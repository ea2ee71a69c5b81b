#include "scanner/database/database.h"

#include <algorithm>
#include <cstddef>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "scanner/database/database_state.h"
#include "scanner/database/hashing.h"
#include "scanner/database/source_codec.h"

namespace azekura::scanner {

using layout::Section;

Database::State_::State_(MappedFile mapped)
    : file(std::move(mapped)),
      strings(file.section(Section::kStrings)),
      versions(file.rows<layout::Version>(Section::kVersions)),
      details(file.rows<layout::Detail>(Section::kDetails)),
      places(file.rows<layout::Place>(Section::kPlaces)),
      packages(file.rows<layout::Package>(Section::kPackages)),
      package_slots(file.rows<layout::Slot>(Section::kPackageSlots)),
      claims(file.rows<Claim>(Section::kClaims)),
      records(file.rows<layout::Record>(Section::kRecords)),
      record_problems(file.rows<ProblemId>(Section::kRecordProblems)),
      record_packages(file.rows<std::uint32_t>(Section::kRecordPackages)),
      problems(file.rows<layout::Problem>(Section::kProblems)),
      facts(file.rows<ProblemFacts>(Section::kFacts)),
      problem_data(file.section(Section::kProblemData)),
      name_slots(file.rows<layout::Slot>(Section::kNameSlots)),
      blocks(file.rows<layout::Block>(Section::kBlocks)),
      block_data(file.section(Section::kBlockData)),
      sources(decode_sources(file.section(Section::kSources))) {}

EcosystemRelease Database::State_::place(std::uint32_t number) const {
  const layout::Place found = row(places, number);
  return {static_cast<Ecosystem>(found.ecosystem), std::string(text(found.release))};
}

Result<Database> Database::open(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, MappedFile::open(path));
  return Database(std::make_unique<State_>(std::move(file)));
}

Database::Database(std::unique_ptr<State_> state) : state_(std::move(state)) {}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

std::span<const Claim> Database::claims(Ecosystem ecosystem, std::string_view release,
                                        std::string_view normalized_name) const {
  const State_& state = *state_;
  const auto found = state.find_slot(
      state.package_slots, hash_package(ecosystem, release, normalized_name),
      [&](std::uint32_t index) {
        const layout::Package package = State_::row(state.packages, index);
        const layout::Place place = State_::row(state.places, package.place);
        return place.ecosystem == static_cast<std::uint32_t>(ecosystem) &&
               state.text(place.release) == release && state.text(package.name) == normalized_name;
      });
  if (!found) return {};
  const layout::Package package = State_::row(state.packages, *found);
  return State_::part(state.claims, package.claims, package.claim_count);
}

bool Database::covers(Ecosystem ecosystem, std::string_view release) const {
  return std::any_of(state_->places.begin(), state_->places.end(), [&](const layout::Place& place) {
    return place.ecosystem == static_cast<std::uint32_t>(ecosystem) &&
           state_->text(place.release) == release;
  });
}

std::vector<EcosystemRelease> Database::covered() const {
  std::vector<EcosystemRelease> all;
  for (std::uint32_t i = 0; i < state_->places.size(); ++i) all.push_back(state_->place(i));
  return all;
}

std::vector<Database::PackageClaims> Database::packages_of(ProblemId problem) const {
  std::vector<std::uint32_t> packages;
  for (const RecordId id : this->problem(problem).records) {
    const layout::Record record = State_::row(state_->records, id);
    const auto part = State_::part(state_->record_packages, record.packages, record.package_count);
    packages.insert(packages.end(), part.begin(), part.end());
  }
  std::sort(packages.begin(), packages.end());
  packages.erase(std::unique(packages.begin(), packages.end()), packages.end());

  std::vector<PackageClaims> out;
  for (const std::uint32_t number : packages) {
    const layout::Package package = State_::row(state_->packages, number);
    out.push_back({state_->place(package.place), state_->text(package.name),
                   State_::part(state_->claims, package.claims, package.claim_count)});
  }
  return out;
}

std::string_view Database::version_text(VersionId id) const {
  return state_->text(State_::row(state_->versions, id).text);
}

std::string_view Database::version_key(VersionId id) const {
  return state_->text(State_::row(state_->versions, id).key);
}

std::string_view Database::text(std::uint32_t id) const { return state_->text(id); }

std::string_view Database::advisory_of(const Claim& claim) const {
  const std::string_view advisory =
      state_->text(State_::row(state_->details, claim.detail).advisory);
  return advisory.empty() ? state_->text(State_::row(state_->records, claim.record).id) : advisory;
}

std::string_view Database::note_of(const Claim& claim) const {
  return state_->text(State_::row(state_->details, claim.detail).note);
}

RecordView Database::record(RecordId id) const {
  const layout::Record row = State_::row(state_->records, id);
  return {.id = state_->text(row.id),
          .source = row.source,
          .problems = State_::part(state_->record_problems, row.problems, row.problem_count),
          .published = row.published,
          .modified = row.modified,
          .severity = static_cast<Severity>(row.severity),
          .void_reason = state_->text(row.void_reason)};
}

std::string Database::record_link(RecordId id) const {
  const layout::Record row = State_::row(state_->records, id);
  std::string link(state_->text(row.link));
  const std::size_t at = link.find(layout::kIdInLink);
  if (at != std::string::npos) link.replace(at, 1, state_->text(row.id));
  return link;
}

std::span<const ProblemId> Database::problems_of(RecordId id) const {
  const layout::Record row = State_::row(state_->records, id);
  return State_::part(state_->record_problems, row.problems, row.problem_count);
}

std::span<const SourceInfo> Database::sources() const { return state_->sources; }

Time Database::built() const { return state_->file.header().built; }

std::string Database::digest() const { return to_hex(state_->file.header().digest); }

Status Database::verify() const {
  const std::string_view octets = state_->file.octets();
  ASSIGN_OR_RETURN(auto hasher, crypto::Hasher::create(crypto::Hash::kSha256));
  RETURN_IF_ERROR(hasher.update(as_bytes(octets.substr(sizeof(layout::Header)))));
  constexpr std::size_t kFrom = offsetof(layout::Header, file_size);
  RETURN_IF_ERROR(hasher.update(as_bytes(octets.substr(kFrom, sizeof(layout::Header) - kFrom))));
  std::array<std::uint8_t, crypto::hash_size(crypto::Hash::kSha256)> found{};
  ASSIGN_OR_RETURN(const std::size_t size, hasher.finish(found));
  const auto& digest = state_->file.header().digest;
  if (!std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(size),
                  std::begin(digest), std::end(digest))) {
    return fail(Code::kCorrupt, "the advisory database is damaged", "import the advisories again");
  }
  return {};
}

}  // namespace azekura::scanner
