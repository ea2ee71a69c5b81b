// Objects: create, copy, destroy, read, change, find.
#include <fmt/format.h>

#include "hsm/token/service_impl.h"

namespace azekura::hsm::token {
namespace {

bool is_key(const Draft& draft) { return draft.attributes.has(CKA_KEY_TYPE); }

// How the journal calls an object: by what says nothing of it to who reads the log, as a label may.
std::string id_of(const Object& object) {
  const Bytes* id = object.attributes().find(CKA_UNIQUE_ID);
  return id == nullptr ? std::string() : std::string(as_text(*id));
}

}  // namespace

Outcome<std::vector<ObjectPtr>> Service::Impl::keep(Call& call, const wire::SessionRef& session,
                                                    std::vector<Draft> drafts,
                                                    std::string_view how) {
  // The check at the beginning was before the work, which takes long for an RSA key.
  for (const Draft& draft : drafts) {
    if (draft.weight() > kObjectWeightMax) {
      return refuse(CKR_DEVICE_MEMORY, "the object is larger than an object may be");
    }
  }
  const auto on_token = [](const Draft& draft) { return draft.attributes.flag(CKA_TOKEN); };
  std::vector<Draft> durable;
  std::vector<Draft> fleeting;
  std::vector<bool> order;
  for (Draft& draft : drafts) {
    order.push_back(on_token(draft));
    (order.back() ? durable : fleeting).push_back(std::move(draft));
  }
  std::vector<ObjectPtr> in_session;
  if (!fleeting.empty()) {
    auto added = call.client.add(session, std::move(fleeting));
    if (!added) return added;
    in_session = std::move(*added);
  }
  std::vector<ObjectPtr> in_token;
  if (!durable.empty()) {
    auto added = call.token->add(std::move(durable));
    if (!added) {
      for (const ObjectPtr& object : in_session) call.client.erase(object->handle());
      return added;
    }
    in_token = std::move(*added);
  }
  for (const ObjectPtr& object : in_token) {
    tell(call, EventKind::kObjectMade, fmt::format("{} {}", how, id_of(*object)), object->handle());
  }
  std::vector<ObjectPtr> objects;
  for (auto session_next = in_session.begin(), token_next = in_token.begin();
       bool durable_one : order) {
    objects.push_back(durable_one ? *token_next++ : *session_next++);
  }
  return objects;
}

Outcome<void> Service::Impl::keep_one(Call& call, const wire::SessionRef& session, Draft draft,
                                      std::string_view how) {
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  auto kept = keep(call, session, std::move(drafts), how);
  if (!kept) return tl::make_unexpected(kept.error());
  wire::HandleAnswer answer{kept->front()->handle()};
  return call.answer(answer);
}

Outcome<void> Service::Impl::create_object(Call& call, wire::CreateObject& request) {
  DraftRequest wanted;
  wanted.origin = Origin::kCreated;
  wanted.asker = asker(call, request.session);
  auto draft = draft_from_template(wanted, request.attributes);
  if (!draft) return tl::make_unexpected(draft.error());
  if (is_key(*draft)) RETURN_IF_ERROR(complete_created(*draft));
  return keep_one(call, request.session, std::move(*draft), "created");
}

Outcome<void> Service::Impl::copy_object(Call& call, wire::CopyObject& request) {
  const auto original = visible(call, request.object, CKR_OBJECT_HANDLE_INVALID);
  if (!original) return tl::make_unexpected(original.error());
  DraftRequest wanted;
  wanted.origin = Origin::kCopied;
  wanted.parent = (*original)->get();
  wanted.asker = asker(call, request.session);
  auto draft = draft_from_template(wanted, request.attributes);
  if (!draft) return tl::make_unexpected(draft.error());
  return keep_one(call, request.session, std::move(*draft), "copied");
}

Outcome<void> Service::Impl::destroy_object(Call& call, wire::DestroyObject& request) {
  const auto found = visible(call, request.object, CKR_OBJECT_HANDLE_INVALID);
  if (!found) return tl::make_unexpected(found.error());
  const ObjectPtr object = **found;
  if (!object->attributes().flag(CKA_DESTROYABLE, true)) {
    return refuse(CKR_ACTION_PROHIBITED, "the object is not destroyable");
  }
  if (!object->on_token()) {
    if (!call.client.erase(request.object)) {
      return refuse(CKR_OBJECT_HANDLE_INVALID, "there is no such object");
    }
    forget();
    return call.answer_nothing();
  }
  if (!request.session.read_write) {
    return refuse(CKR_SESSION_READ_ONLY, "a token object from a read-only session");
  }
  RETURN_IF_ERROR(call.token->destroy(request.object));
  forget();
  tell(call, EventKind::kObjectDestroyed, id_of(*object), request.object);
  call.generation = generations_.slots[request.session.slot].load(std::memory_order_acquire);
  return call.answer_nothing();
}

Outcome<void> Service::Impl::read_object(Call& call, wire::ReadObject& request) {
  const auto found = visible(call, request.object, CKR_OBJECT_HANDLE_INVALID);
  if (!found) return tl::make_unexpected(found.error());
  const Object& object = ***found;
  wire::ReadObject::Answer answer;
  for (const auto& [type, value] : object.attributes().all()) {
    answer.attributes.push_back({type, value});
  }
  const bool tell_secrets = request.secrets && object.is_extractable() && !object.is_sensitive();
  for (const auto& [type, value] : object.secrets().all()) {
    if (tell_secrets) {
      answer.attributes.push_back({type, value.reveal(Purpose::kExport)});
      call.exchange.answer_secret = true;
    } else {
      answer.sensitive.push_back(type);
    }
  }
  return call.answer(answer);
}

Outcome<void> Service::Impl::set_attributes(Call& call, wire::SetAttributes& request) {
  const auto found = visible(call, request.object, CKR_OBJECT_HANDLE_INVALID);
  if (!found) return tl::make_unexpected(found.error());
  const ObjectPtr object = **found;
  const Asker who = asker(call, request.session);
  if (!object->on_token()) {
    auto draft = draft_with_changes(*object, request.attributes, who);
    if (!draft) return tl::make_unexpected(draft.error());
    RETURN_IF_ERROR(call.client.replace(*object, std::move(*draft)));
    forget();
    return call.answer_nothing();
  }
  RETURN_IF_ERROR(call.token->change(request.object, [&](const Object& now) {
    return draft_with_changes(now, request.attributes, who);
  }));
  forget();
  tell(call, EventKind::kObjectChanged, id_of(*object), request.object);
  call.generation = generations_.slots[request.session.slot].load(std::memory_order_acquire);
  return call.answer_nothing();
}

Outcome<void> Service::Impl::find(Call& call, wire::Find& request) {
  if (request.attributes.size() > wire::kTemplateItemsMax) {
    return refuse(CKR_ARGUMENTS_BAD, "the template has too many attributes");
  }
  const bool logged_in = call.client.role(request.session.slot) == Role::kUser;
  Search search{request.attributes, request.session.slot, request.after,
                std::min(request.count_max, wire::kFindHandlesMax), logged_in};
  // Token objects have the lower handles.
  Found found = call.token->objects().search(search);
  if (!found.more) {
    search.after = std::max(request.after, kSessionObjectBit);
    search.count_max -= found.handles.size();
    const Found more = call.client.objects().search(search);
    found.handles.insert(found.handles.end(), more.handles.begin(), more.handles.end());
    found.more = more.more;
  }
  wire::Find::Answer answer{std::move(found.handles), found.more};
  return call.answer(answer);
}

}  // namespace azekura::hsm::token
