// ObjectIndex: the objects of a token, or the session objects of an application, found by handle
// and by what applications search for: label, id, unique id, class, key type.
//
// A search costs what its most selective attribute leaves over, whatever the number of objects.
// Threads: any number at once; readers do not wait for each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hsm/token/object.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {

struct Search {
  const wire::Template& wanted;
  std::uint64_t slot = 0;
  Handle after = 0;  // handles greater than this one
  std::size_t count_max = 0;
  bool private_too = false;
};

struct Found {
  std::vector<Handle> handles;  // ascending
  bool more = false;
};

class ObjectIndex {
 public:
  // Null if there is none.
  ObjectPtr find(Handle handle) const;
  Found search(const Search& search) const;
  std::size_t size() const;
  // Octets of all values.
  std::size_t weight() const;

  // REQUIRES: no object of this handle is there.
  void insert(ObjectPtr object);
  // Puts `object` in the place of the one with its handle, which becomes stale. False if there is
  // none.
  bool replace(ObjectPtr object);
  // What was there, which is now stale; null if there was none.
  ObjectPtr erase(Handle handle);
  // Erases all that `chosen` chooses, and returns their number.
  std::size_t erase_if(const std::function<bool(const Object&)>& chosen);

  // Whether a search by this attribute alone is fast.
  static bool is_indexed(CK_ATTRIBUTE_TYPE type);

 private:
  // The objects with one value of one attribute, ascending.
  using Postings = std::vector<ObjectPtr>;

  void post(const ObjectPtr& object);
  void unpost(const Object& object);
  const Postings* postings_of(CK_ATTRIBUTE_TYPE type, ByteView value) const;

  mutable std::shared_mutex mutex_;
  std::map<Handle, ObjectPtr> objects_;
  std::unordered_map<std::string, Postings> postings_;  // by attribute type and value
  std::size_t weight_ = 0;
};

}  // namespace azekura::hsm::token
