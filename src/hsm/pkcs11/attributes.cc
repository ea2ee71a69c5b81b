#include "hsm/pkcs11/attributes.h"

#include <algorithm>

namespace azekura::hsm::pkcs11 {
namespace {

Outcome<void> check(const CK_ATTRIBUTE& attribute) {
  if (attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "an attribute without a length");
  }
  if (attribute.pValue == nullptr && attribute.ulValueLen > 0) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "an attribute with a length and no value");
  }
  if (attribute.ulValueLen > wire::kHeadBytesMax) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "an attribute longer than this HSM takes");
  }
  return {};
}

Outcome<void> check_list(const CK_ATTRIBUTE* list, CK_ULONG count) {
  if (list == nullptr && count > 0) return refuse(CKR_ARGUMENTS_BAD, "a count and no template");
  if (count > wire::kTemplateItemsMax) return refuse(CKR_ARGUMENTS_BAD, "too many attributes");
  return {};
}

ByteView value_of(const CK_ATTRIBUTE& attribute) {
  return {static_cast<const std::uint8_t*>(attribute.pValue), attribute.ulValueLen};
}

// u32 count, then u64 type and bytes of each: the codec's own form of a list of attributes.
Outcome<Bytes> encode_nested(const CK_ATTRIBUTE& attribute) {
  if (attribute.ulValueLen % sizeof(CK_ATTRIBUTE) != 0) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "not an array of attributes");
  }
  const auto* list = static_cast<const CK_ATTRIBUTE*>(attribute.pValue);
  const CK_ULONG count = attribute.ulValueLen / sizeof(CK_ATTRIBUTE);
  if (auto fine = check_list(list, count); !fine) return tl::make_unexpected(fine.error());
  ByteBuilder out;
  out.number(static_cast<std::uint32_t>(count));
  for (CK_ULONG i = 0; i < count; ++i) {
    if (is_template(list[i].type)) {
      return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "a template within a template's template");
    }
    if (auto fine = check(list[i]); !fine) return tl::make_unexpected(fine.error());
    out.number(static_cast<std::uint64_t>(list[i].type)).string(value_of(list[i]));
  }
  return out.take();
}

CK_RV store_nested(ByteView value, CK_ATTRIBUTE& out) {
  wire::Template items;
  wire::Reader in(value);
  in(items);
  const CK_ULONG size = items.size() * sizeof(CK_ATTRIBUTE);
  if (out.pValue == nullptr) {
    out.ulValueLen = size;
    return CKR_OK;
  }
  if (out.ulValueLen < size) {
    out.ulValueLen = CK_UNAVAILABLE_INFORMATION;
    return CKR_BUFFER_TOO_SMALL;
  }
  out.ulValueLen = size;
  CK_RV result = CKR_OK;
  auto* list = static_cast<CK_ATTRIBUTE*>(out.pValue);
  for (const wire::Attribute& item : items) {
    list->type = item.type;
    if (const CK_RV rv = store_value(item.value, *list); rv != CKR_OK) result = rv;
    ++list;
  }
  return result;
}

}  // namespace

bool is_template(CK_ATTRIBUTE_TYPE type) {
  return (type & CKF_ARRAY_ATTRIBUTE) != 0 && type != CKA_ALLOWED_MECHANISMS;
}

Outcome<Attributes> Attributes::from(const CK_ATTRIBUTE* list, CK_ULONG count) {
  if (auto fine = check_list(list, count); !fine) return tl::make_unexpected(fine.error());
  Attributes result;
  result.items_.reserve(count);
  for (CK_ULONG i = 0; i < count; ++i) {
    if (auto fine = check(list[i]); !fine) return tl::make_unexpected(fine.error());
    if (is_template(list[i].type)) {
      auto nested = encode_nested(list[i]);
      if (!nested) return tl::make_unexpected(std::move(nested).error());
      result.held_.push_back(std::move(*nested));
      result.items_.push_back({list[i].type, result.held_.back()});
    } else {
      result.items_.push_back({list[i].type, value_of(list[i])});
    }
  }
  return result;
}

std::optional<bool> Attributes::flag(CK_ATTRIBUTE_TYPE type) const {
  for (const wire::Attribute& item : items_) {
    if (item.type == type && item.value.size() == 1) return item.value[0] != CK_FALSE;
  }
  return std::nullopt;
}

void Attributes::own() {
  std::vector<Bytes> held;
  held.reserve(items_.size());
  for (wire::Attribute& item : items_) {
    held.push_back(to_bytes(item.value));
    item.value = held.back();
  }
  held_ = std::move(held);
}

CK_RV store_value(ByteView value, CK_ATTRIBUTE& out) {
  if (is_template(out.type)) return store_nested(value, out);
  if (out.pValue == nullptr) {
    out.ulValueLen = value.size();
    return CKR_OK;
  }
  if (out.ulValueLen < value.size()) {
    out.ulValueLen = CK_UNAVAILABLE_INFORMATION;
    return CKR_BUFFER_TOO_SMALL;
  }
  if (!value.empty()) std::memcpy(out.pValue, value.data(), value.size());
  out.ulValueLen = value.size();
  return CKR_OK;
}

}  // namespace azekura::hsm::pkcs11
