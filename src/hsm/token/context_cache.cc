#include "hsm/token/context_cache.h"

#include <algorithm>

namespace azekura::hsm::token {

void ContextCacheDeleter::operator()(ContextCache* cache) const { delete cache; }

std::unique_ptr<ContextCache, ContextCacheDeleter> make_context_cache() {
  return std::unique_ptr<ContextCache, ContextCacheDeleter>(new ContextCache);
}

Context& ContextCache::keep(const ObjectPtr& object, const Binding& binding, Context context) {
  Set& set = set_of(*object, binding);
  drop_stale(set);
  Entry& entry = *std::min_element(
      set.begin(), set.end(), [](const Entry& a, const Entry& b) { return a.used_at < b.used_at; });
  entry.object = object;
  entry.binding = binding;
  entry.used_at = clock_;
  entry.context = std::move(context);
  return entry.context;
}

ContextCache::Loan ContextCache::borrow(std::size_t size) {
  if (scratch_.size() < size) scratch_ = Secret(size);
  return Loan(scratch_.fill(Purpose::kCipher).first(size));
}

std::size_t ContextCache::size() const {
  std::size_t kept = 0;
  for (const Set& set : sets_) {
    kept += static_cast<std::size_t>(std::count_if(
        set.begin(), set.end(), [](const Entry& entry) { return entry.object != nullptr; }));
  }
  return kept;
}

void ContextCache::drop_stale(Set& set) {
  for (Entry& entry : set) {
    if (entry.object != nullptr && entry.object->stale()) entry = Entry{};
  }
}

}  // namespace azekura::hsm::token
