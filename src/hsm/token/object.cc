#include "hsm/token/object.h"

#include <algorithm>

namespace azekura::hsm::token {
namespace {

template <typename Items>
auto lower_bound_of(Items& items, CK_ATTRIBUTE_TYPE type) {
  return std::lower_bound(items.begin(), items.end(), type,
                          [](const auto& item, CK_ATTRIBUTE_TYPE t) { return item.first < t; });
}

}  // namespace

void AttributeSet::set(CK_ATTRIBUTE_TYPE type, ByteView value) {
  auto at = lower_bound_of(items_, type);
  if (at != items_.end() && at->first == type) {
    at->second = to_bytes(value);
  } else {
    items_.emplace(at, type, to_bytes(value));
  }
}

void AttributeSet::set_flag(CK_ATTRIBUTE_TYPE type, bool value) {
  const std::uint8_t octet = value ? 1 : 0;
  set(type, {&octet, 1});
}

void AttributeSet::set_number(CK_ATTRIBUTE_TYPE type, std::uint64_t value) {
  std::uint8_t octets[sizeof value];
  std::memcpy(octets, &value, sizeof value);
  set(type, octets);
}

void AttributeSet::erase(CK_ATTRIBUTE_TYPE type) {
  auto at = lower_bound_of(items_, type);
  if (at != items_.end() && at->first == type) items_.erase(at);
}

const Bytes* AttributeSet::find(CK_ATTRIBUTE_TYPE type) const {
  auto at = lower_bound_of(items_, type);
  return at != items_.end() && at->first == type ? &at->second : nullptr;
}

bool AttributeSet::flag(CK_ATTRIBUTE_TYPE type, bool otherwise) const {
  const Bytes* value = find(type);
  return value != nullptr && value->size() == 1 ? value->front() != 0 : otherwise;
}

std::uint64_t AttributeSet::number(CK_ATTRIBUTE_TYPE type, std::uint64_t otherwise) const {
  const Bytes* value = find(type);
  if (value == nullptr || value->size() != sizeof otherwise) return otherwise;
  std::uint64_t number = 0;
  std::memcpy(&number, value->data(), sizeof number);
  return number;
}

void SecretSet::set(CK_ATTRIBUTE_TYPE type, Secret value) {
  auto at = lower_bound_of(items_, type);
  if (at != items_.end() && at->first == type) {
    at->second = std::move(value);
  } else {
    items_.emplace(at, type, std::move(value));
  }
}

const Secret* SecretSet::find(CK_ATTRIBUTE_TYPE type) const {
  auto at = lower_bound_of(items_, type);
  return at != items_.end() && at->first == type ? &at->second : nullptr;
}

SecretSet SecretSet::clone() const {
  SecretSet copy;
  copy.items_.reserve(items_.size());
  for (const auto& [type, value] : items_) copy.items_.emplace_back(type, value.clone());
  return copy;
}

Draft Draft::clone() const { return {attributes, secrets.clone(), ever_wrapping, ever_decrypting}; }

std::size_t Draft::weight() const {
  std::size_t octets = 0;
  for (const auto& [type, value] : attributes.all()) octets += sizeof type + value.size();
  for (const auto& [type, value] : secrets.all()) octets += sizeof type + value.size();
  return octets;
}

namespace {

bool holds_secrets(CK_OBJECT_CLASS object_class) {
  return object_class == CKO_PRIVATE_KEY || object_class == CKO_SECRET_KEY;
}

}  // namespace

Object::Object(Handle handle, std::uint64_t slot, const void* owner, std::uint64_t session,
               Draft draft)
    : handle_(handle),
      slot_(slot),
      owner_(owner),
      session_(session),
      draft_(std::move(draft)),
      class_(draft_.attributes.number(CKA_CLASS)),
      key_type_(draft_.attributes.number(CKA_KEY_TYPE)),
      private_(draft_.attributes.flag(CKA_PRIVATE, true)),
      sensitive_(holds_secrets(class_) && draft_.attributes.flag(CKA_SENSITIVE, true)),
      extractable_(draft_.attributes.flag(CKA_EXTRACTABLE)),
      always_authenticate_(draft_.attributes.flag(CKA_ALWAYS_AUTHENTICATE)) {}

}  // namespace azekura::hsm::token
