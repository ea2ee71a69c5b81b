// PKCS#11 3.2 §5.7: objects.

#include <algorithm>

#include "hsm/pkcs11/attributes.h"
#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/object_calls.h"
#include "hsm/pkcs11/state.h"

namespace azekura::hsm::pkcs11 {
namespace {

// Most searches want one object or a few.
constexpr std::uint32_t kFirstPage = 256;

Outcome<void> create(State& state, CK_SESSION_HANDLE handle, CK_ATTRIBUTE_PTR list, CK_ULONG count,
                     CK_OBJECT_HANDLE_PTR out) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no place for the handle");
  auto attributes = Attributes::from(list, count);
  if (!attributes) return tl::make_unexpected(std::move(attributes).error());
  wire::CreateObject request;
  request.session = (*session)->ref;
  request.attributes = attributes->items();
  return make_object(state, **session, request, *attributes, *out);
}

Outcome<void> copy(State& state, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object,
                   CK_ATTRIBUTE_PTR list, CK_ULONG count, CK_OBJECT_HANDLE_PTR out) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no place for the handle");
  auto attributes = Attributes::from(list, count);
  if (!attributes) return tl::make_unexpected(std::move(attributes).error());
  wire::CopyObject request;
  request.session = (*session)->ref;
  request.object = object;
  request.attributes = attributes->items();
  // The copy of a session object is one too, unless the template says otherwise.
  (*session)->daemon_knows = true;
  return make_object(state, **session, request, *attributes, *out);
}

Outcome<void> destroy(State& state, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  wire::DestroyObject request;
  request.session = (*session)->ref;
  request.object = object;
  auto answered = state.connection().call(request, {.wait = client::Wait::kLong});
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  state.forget(object);
  state.connection().forget_facts();
  return {};
}

Outcome<void> object_size(State& state, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object,
                          CK_ULONG_PTR out) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD);
  Facts facts;
  if (auto known = state.learn(**session, object, facts); !known) return known;
  *out = facts->octets.size();
  return {};
}

// The secret values of a key that lets them out are asked for when they are wanted, and not kept.
Outcome<void> add_secrets(State& state, const Session& session, const ObjectFacts& facts,
                          CK_ATTRIBUTE_PTR list, CK_ULONG count, CK_RV& result) {
  wire::ReadObject request;
  request.session = session.ref;
  request.object = facts.handle;
  request.secrets = true;
  auto answered = state.connection().call(request);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  const wire::Template& told = (*answered)->attributes;
  for (CK_ULONG i = 0; i < count; ++i) {
    if (!facts.is_withheld(list[i].type)) continue;
    const auto found = std::find_if(told.begin(), told.end(),
                                    [&](const auto& each) { return each.type == list[i].type; });
    if (found == told.end()) {
      list[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
      result = CKR_ATTRIBUTE_SENSITIVE;
    } else if (const CK_RV rv = store_value(found->value, list[i]); rv != CKR_OK) {
      result = rv;
    }
  }
  return {};
}

Outcome<void> get_attributes(State& state, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object,
                             CK_ATTRIBUTE_PTR list, CK_ULONG count) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (list == nullptr || count == 0) return refuse(CKR_ARGUMENTS_BAD, "no template");
  Facts facts;
  if (auto known = state.learn(**session, object, facts); !known) return known;
  // A key whose secrets stay inside needs no second question.
  const bool tells = !facts->flag(CKA_SENSITIVE) && facts->flag(CKA_EXTRACTABLE);
  CK_RV result = CKR_OK;
  bool wants_secrets = false;
  for (CK_ULONG i = 0; i < count; ++i) {
    if (const wire::Attribute* attribute = facts->find(list[i].type)) {
      if (const CK_RV rv = store_value(attribute->value, list[i]); rv != CKR_OK) result = rv;
    } else if (facts->is_withheld(list[i].type)) {
      if (tells) {
        wants_secrets = true;
      } else {
        list[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
        result = CKR_ATTRIBUTE_SENSITIVE;
      }
    } else if (list[i].type == CKA_ALLOWED_MECHANISMS && facts->is_key()) {
      // Every key has the list (PKCS#11 3.2 §4.7): empty, it restricts nothing. Clients take a type
      // error to mean that the token knows no such lists, and then ignore those of other keys.
      if (const CK_RV rv = store_value({}, list[i]); rv != CKR_OK) result = rv;
    } else {
      list[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
      result = CKR_ATTRIBUTE_TYPE_INVALID;
    }
  }
  if (wants_secrets) {
    if (auto added = add_secrets(state, **session, *facts, list, count, result); !added) {
      return added;
    }
  }
  if (result != CKR_OK) return refuse(result);
  return {};
}

Outcome<void> set_attributes(State& state, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object,
                             CK_ATTRIBUTE_PTR list, CK_ULONG count) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (list == nullptr || count == 0) return refuse(CKR_ARGUMENTS_BAD, "no template");
  auto attributes = Attributes::from(list, count);
  if (!attributes) return tl::make_unexpected(std::move(attributes).error());
  wire::SetAttributes request;
  request.session = (*session)->ref;
  request.object = object;
  request.attributes = attributes->items();
  auto answered = state.connection().call(request, {.wait = client::Wait::kLong});
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  state.forget(object);
  state.connection().forget_facts();
  return {};
}

Outcome<void> next_page(State& state, Session& session, std::uint64_t after,
                        std::uint32_t count_max) {
  Search& search = session.search;
  wire::Find request;
  request.session = session.ref;
  request.after = after;
  request.count_max = count_max;
  request.attributes = search.attributes.items();
  auto answered = state.connection().call(request);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  search.handles = (*answered)->handles;
  search.more = (*answered)->more && !search.handles.empty();
  search.next = 0;
  return {};
}

Outcome<void> find_init(State& state, CK_SESSION_HANDLE handle, CK_ATTRIBUTE_PTR list,
                        CK_ULONG count) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  Search& search = (*session)->search;
  if (search.active) return refuse(CKR_OPERATION_ACTIVE);
  auto attributes = Attributes::from(list, count);
  if (!attributes) return tl::make_unexpected(std::move(attributes).error());
  search.attributes = std::move(*attributes);
  if (auto found = next_page(state, **session, 0, kFirstPage); !found) {
    search = {};
    return found;
  }
  if (search.more) search.attributes.own();
  search.active = true;
  return {};
}

Outcome<void> find_next(State& state, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE_PTR out,
                        CK_ULONG count_max, CK_ULONG_PTR count) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  Search& search = (*session)->search;
  if (!search.active) return refuse(CKR_OPERATION_NOT_INITIALIZED);
  if (count == nullptr || (out == nullptr && count_max > 0)) return refuse(CKR_ARGUMENTS_BAD);
  *count = 0;
  while (*count < count_max) {
    if (search.next == search.handles.size()) {
      if (!search.more) break;
      const std::uint64_t last = search.handles.back();
      if (auto found = next_page(state, **session, last, wire::kFindHandlesMax); !found) {
        search = {};
        return found;
      }
      continue;
    }
    out[(*count)++] = search.handles[search.next++];
  }
  return {};
}

Outcome<void> find_final(State& state, CK_SESSION_HANDLE handle) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (!(*session)->search.active) return refuse(CKR_OPERATION_NOT_INITIALIZED);
  (*session)->search = {};
  return {};
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;

extern "C" {

CK_RV C_CreateObject(CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,
                     CK_OBJECT_HANDLE_PTR phObject) {
  return guard(__func__,
               [&](State& state) { return create(state, hSession, pTemplate, ulCount, phObject); });
}

CK_RV C_CopyObject(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate,
                   CK_ULONG ulCount, CK_OBJECT_HANDLE_PTR phNewObject) {
  return guard(__func__, [&](State& state) {
    return copy(state, hSession, hObject, pTemplate, ulCount, phNewObject);
  });
}

CK_RV C_DestroyObject(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject) {
  return guard(__func__, [&](State& state) { return destroy(state, hSession, hObject); });
}

CK_RV C_GetObjectSize(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject, CK_ULONG_PTR pulSize) {
  return guard(__func__,
               [&](State& state) { return object_size(state, hSession, hObject, pulSize); });
}

CK_RV C_GetAttributeValue(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject,
                          CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount) {
  return guard(__func__, [&](State& state) {
    return get_attributes(state, hSession, hObject, pTemplate, ulCount);
  });
}

CK_RV C_SetAttributeValue(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject,
                          CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount) {
  return guard(__func__, [&](State& state) {
    return set_attributes(state, hSession, hObject, pTemplate, ulCount);
  });
}

CK_RV C_FindObjectsInit(CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount) {
  return guard(__func__,
               [&](State& state) { return find_init(state, hSession, pTemplate, ulCount); });
}

CK_RV C_FindObjects(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE_PTR phObject,
                    CK_ULONG ulMaxObjectCount, CK_ULONG_PTR pulObjectCount) {
  return guard(__func__, [&](State& state) {
    return find_next(state, hSession, phObject, ulMaxObjectCount, pulObjectCount);
  });
}

CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE hSession) {
  return guard(__func__, [&](State& state) { return find_final(state, hSession); });
}

}  // extern "C"
