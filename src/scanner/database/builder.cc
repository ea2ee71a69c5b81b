#include "scanner/database/builder.h"

#include <algorithm>
#include <ctime>
#include <mutex>
#include <tuple>

#include "scanner/database/compilation.h"
#include "scanner/database/sink.h"

namespace azekura::scanner {
namespace {

// A record has sixteen bits for its source.
constexpr std::size_t kSourcesMax = 65535;

}  // namespace

struct DatabaseBuilder::State_ {
  SharedTables tables;
  std::mutex mutex;
  std::vector<Collected> sources;
};

DatabaseBuilder::DatabaseBuilder() : state_(std::make_unique<State_>()) {}
DatabaseBuilder::~DatabaseBuilder() = default;

std::unique_ptr<AdvisorySink> DatabaseBuilder::begin() {
  return std::make_unique<CollectingSink>(state_->tables);
}

SourceInfo DatabaseBuilder::finish(std::unique_ptr<AdvisorySink> sink, SourceInfo source) {
  Collected collected = static_cast<CollectingSink&>(*sink).take(std::move(source));
  SourceInfo info = collected.source;
  const std::lock_guard lock(state_->mutex);
  state_->sources.push_back(std::move(collected));
  return info;
}

Status DatabaseBuilder::write(const std::string& path) {
  std::vector<Collected> sources = std::move(state_->sources);
  if (sources.size() > kSourcesMax) {
    return fail(Code::kExhausted, "more sources than a database can have");
  }
  std::stable_sort(sources.begin(), sources.end(), [](const Collected& a, const Collected& b) {
    return std::tie(a.source.name, a.source.origin) < std::tie(b.source.name, b.source.origin);
  });
  ASSIGN_OR_RETURN(auto file, DatabaseFile::create(path));
  Compilation compilation(state_->tables, std::move(sources));
  RETURN_IF_ERROR(compilation.write(file));
  return file.commit(std::time(nullptr));
}

}  // namespace azekura::scanner
