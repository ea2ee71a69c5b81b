#include "hsm/token/object_index.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "hsm/token/attributes.h"

namespace azekura::hsm::token {
namespace {

constexpr std::array kIndexed = {CKA_CLASS, CKA_LABEL, CKA_UNIQUE_ID, CKA_KEY_TYPE, CKA_ID};

std::string posting_key(CK_ATTRIBUTE_TYPE type, ByteView value) {
  std::string key(reinterpret_cast<const char*>(&type), sizeof type);
  key.append(as_text(value));
  return key;
}

bool before(const ObjectPtr& object, Handle handle) { return object->handle() < handle; }
bool after(Handle handle, const ObjectPtr& object) { return handle < object->handle(); }

bool is_wanted(const Object& object, const Search& search) {
  return object.slot() == search.slot && (search.private_too || !object.is_private()) &&
         matches(object, search.wanted);
}

// Adds an object that is wanted; false when there is no room for it.
bool add(const Object& object, const Search& search, Found& found) {
  if (!is_wanted(object, search)) return true;
  if (found.handles.size() == search.count_max) {
    found.more = true;
    return false;
  }
  found.handles.push_back(object.handle());
  return true;
}

}  // namespace

bool ObjectIndex::is_indexed(CK_ATTRIBUTE_TYPE type) {
  return std::find(kIndexed.begin(), kIndexed.end(), type) != kIndexed.end();
}

ObjectPtr ObjectIndex::find(Handle handle) const {
  std::shared_lock lock(mutex_);
  const auto at = objects_.find(handle);
  return at == objects_.end() ? nullptr : at->second;
}

Found ObjectIndex::search(const Search& search) const {
  Found found;
  std::shared_lock lock(mutex_);
  const Postings* fewest = nullptr;
  for (const wire::Attribute& attribute : search.wanted) {
    if (!is_indexed(attribute.type)) continue;
    const Postings* postings = postings_of(attribute.type, attribute.value);
    if (postings == nullptr) return found;
    if (fewest == nullptr || postings->size() < fewest->size()) fewest = postings;
  }
  if (fewest != nullptr) {
    auto at = std::upper_bound(fewest->begin(), fewest->end(), search.after, after);
    while (at != fewest->end() && add(**at, search, found)) ++at;
  } else {
    auto at = objects_.upper_bound(search.after);
    while (at != objects_.end() && add(*at->second, search, found)) ++at;
  }
  return found;
}

std::size_t ObjectIndex::size() const {
  std::shared_lock lock(mutex_);
  return objects_.size();
}

std::size_t ObjectIndex::weight() const {
  std::shared_lock lock(mutex_);
  return weight_;
}

void ObjectIndex::insert(ObjectPtr object) {
  std::unique_lock lock(mutex_);
  post(object);
  weight_ += object->draft().weight();
  const Handle handle = object->handle();
  objects_.insert_or_assign(handle, std::move(object));
}

bool ObjectIndex::replace(ObjectPtr object) {
  std::unique_lock lock(mutex_);
  const auto at = objects_.find(object->handle());
  if (at == objects_.end()) return false;
  unpost(*at->second);
  post(object);
  weight_ += object->draft().weight();
  weight_ -= at->second->draft().weight();
  at->second->make_stale();
  at->second = std::move(object);
  return true;
}

ObjectPtr ObjectIndex::erase(Handle handle) {
  std::unique_lock lock(mutex_);
  const auto at = objects_.find(handle);
  if (at == objects_.end()) return nullptr;
  ObjectPtr object = std::move(at->second);
  objects_.erase(at);
  unpost(*object);
  weight_ -= object->draft().weight();
  object->make_stale();
  return object;
}

std::size_t ObjectIndex::erase_if(const std::function<bool(const Object&)>& chosen) {
  std::unique_lock lock(mutex_);
  const std::size_t erased = std::erase_if(objects_, [&](const auto& entry) {
    if (!chosen(*entry.second)) return false;
    weight_ -= entry.second->draft().weight();
    entry.second->make_stale();
    return true;
  });
  if (erased == 0) return 0;
  // Taking many out of long postings one by one would be quadratic.
  postings_.clear();
  for (const auto& [handle, object] : objects_) post(object);
  return erased;
}

void ObjectIndex::post(const ObjectPtr& object) {
  for (CK_ATTRIBUTE_TYPE type : kIndexed) {
    const Bytes* value = object->attributes().find(type);
    if (value == nullptr) continue;
    Postings& postings = postings_[posting_key(type, *value)];
    postings.insert(std::lower_bound(postings.begin(), postings.end(), object->handle(), before),
                    object);
  }
}

void ObjectIndex::unpost(const Object& object) {
  for (CK_ATTRIBUTE_TYPE type : kIndexed) {
    const Bytes* value = object.attributes().find(type);
    if (value == nullptr) continue;
    const auto entry = postings_.find(posting_key(type, *value));
    if (entry == postings_.end()) continue;
    Postings& postings = entry->second;
    const auto at = std::lower_bound(postings.begin(), postings.end(), object.handle(), before);
    if (at != postings.end() && (*at)->handle() == object.handle()) postings.erase(at);
    if (postings.empty()) postings_.erase(entry);
  }
}

const ObjectIndex::Postings* ObjectIndex::postings_of(CK_ATTRIBUTE_TYPE type,
                                                      ByteView value) const {
  const auto at = postings_.find(posting_key(type, value));
  return at == postings_.end() ? nullptr : &at->second;
}

}  // namespace azekura::hsm::token
