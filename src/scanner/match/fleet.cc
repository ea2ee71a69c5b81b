#include "scanner/match/fleet.h"

#include <algorithm>
#include <unordered_map>

namespace azekura::scanner::match {

struct Fleet::State_ {
  std::vector<std::string> hosts;
  std::vector<Lookup> questions;
  std::vector<std::vector<std::uint32_t>> hosts_of;
  std::unordered_map<std::string, std::uint32_t> by_key;
};

namespace {

std::string key_of(const Lookup& lookup) {
  std::string key(1, static_cast<char>(lookup.ecosystem));
  for (const std::string* part :
       {&lookup.release, &lookup.name, &lookup.version, &lookup.module_stream, &lookup.cpe}) {
    key.append(*part);
    key.push_back('\0');
  }
  return key;
}

}  // namespace

Fleet::Fleet() : state_(std::make_unique<State_>()) {}
Fleet::~Fleet() = default;
Fleet::Fleet(Fleet&&) noexcept = default;
Fleet& Fleet::operator=(Fleet&&) noexcept = default;

void Fleet::add(std::string host, const inventory::Inventory& inventory, const Database& database) {
  const auto index = static_cast<std::uint32_t>(state_->hosts.size());
  state_->hosts.push_back(std::move(host));
  for (const inventory::Component& component : inventory.components) {
    for (Lookup& lookup : lookups_of(component, inventory.distribution, database).asked) {
      const auto next = static_cast<std::uint32_t>(state_->questions.size());
      const auto [at, is_new] = state_->by_key.try_emplace(key_of(lookup), next);
      if (is_new) {
        state_->questions.push_back(std::move(lookup));
        state_->hosts_of.emplace_back();
      }
      auto& hosts = state_->hosts_of[at->second];
      if (hosts.empty() || hosts.back() != index) hosts.push_back(index);
    }
  }
}

std::size_t Fleet::host_count() const { return state_->hosts.size(); }
std::size_t Fleet::question_count() const { return state_->questions.size(); }

std::vector<Fleet::Affected> Fleet::judge(const Database& database) const {
  std::vector<Affected> out;
  for (std::uint32_t at = 0; at < state_->questions.size(); ++at) {
    const Lookup& lookup = state_->questions[at];
    for (const Decision& decision : decide(lookup, database, weigh(lookup, database))) {
      out.push_back({decision.problem, at, decision});
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Affected& a, const Affected& b) { return a.problem < b.problem; });
  return out;
}

const std::vector<std::uint32_t>& Fleet::hosts_of(std::uint32_t question) const {
  return state_->hosts_of.at(question);
}
const Lookup& Fleet::lookup(std::uint32_t question) const { return state_->questions.at(question); }
std::string_view Fleet::host(std::uint32_t index) const { return state_->hosts.at(index); }

}  // namespace azekura::scanner::match
