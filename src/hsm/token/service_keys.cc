// Keys: generate, wrap, unwrap, derive.
#include <fmt/format.h>

#include "hsm/cryptoki/names.h"
#include "hsm/token/policy.h"
#include "hsm/token/service_impl.h"

namespace azekura::hsm::token {
namespace {

bool makes_pairs(CK_KEY_TYPE type) {
  return type == CKK_RSA || type == CKK_EC || type == CKK_EC_EDWARDS;
}

}  // namespace

Outcome<void> Service::Impl::generate_key(Call& call, wire::GenerateKey& request) {
  const auto type = key_type_made_by(request.mechanism.type);
  if (!type) return tl::make_unexpected(type.error());
  if (makes_pairs(*type)) return refuse(CKR_MECHANISM_INVALID, "the mechanism makes key pairs");
  DraftRequest wanted;
  wanted.origin = Origin::kGenerated;
  wanted.object_class = CKO_SECRET_KEY;
  wanted.key_type = *type;
  wanted.mechanism = request.mechanism.type;
  wanted.asker = asker(call, request.session);
  auto draft = draft_from_template(wanted, request.attributes);
  if (!draft) return tl::make_unexpected(draft.error());
  RETURN_IF_ERROR(token::generate_key(request.mechanism, *draft));
  return keep_one(call, request.session, std::move(*draft), "generated");
}

Outcome<void> Service::Impl::generate_key_pair(Call& call, wire::GenerateKeyPair& request) {
  const auto type = key_type_made_by(request.mechanism.type);
  if (!type) return tl::make_unexpected(type.error());
  if (!makes_pairs(*type)) return refuse(CKR_MECHANISM_INVALID, "the mechanism makes secret keys");
  DraftRequest wanted;
  wanted.origin = Origin::kGenerated;
  wanted.key_type = *type;
  wanted.mechanism = request.mechanism.type;
  wanted.asker = asker(call, request.session);
  wanted.object_class = CKO_PUBLIC_KEY;
  auto public_key = draft_from_template(wanted, request.public_attributes);
  if (!public_key) return tl::make_unexpected(public_key.error());
  wanted.object_class = CKO_PRIVATE_KEY;
  auto private_key = draft_from_template(wanted, request.private_attributes);
  if (!private_key) return tl::make_unexpected(private_key.error());
  RETURN_IF_ERROR(token::generate_key_pair(request.mechanism, *public_key, *private_key));

  std::vector<Draft> drafts;
  drafts.push_back(std::move(*public_key));
  drafts.push_back(std::move(*private_key));
  const auto kept = keep(call, request.session, std::move(drafts), "generated");
  if (!kept) return tl::make_unexpected(kept.error());
  wire::GenerateKeyPair::Answer answer{(*kept)[0]->handle(), (*kept)[1]->handle()};
  return call.answer(answer);
}

Outcome<void> Service::Impl::wrap_key(Call& call, wire::WrapKey& request) {
  // Two objects may fall on one place of the thread's cache: hold the first.
  const auto first =
      usable(call, request.session, request.wrapping_key, CKR_WRAPPING_KEY_HANDLE_INVALID);
  if (!first) return tl::make_unexpected(first.error());
  const ObjectPtr wrapping_key = **first;
  const auto key = visible(call, request.key, CKR_KEY_HANDLE_INVALID);
  if (!key) return tl::make_unexpected(key.error());
  const auto size = token::wrap_key(request.mechanism, *wrapping_key, ***key, call.exchange.out);
  if (!size) return tl::make_unexpected(size.error());
  call.exchange.out_size = *size;
  tell(call, EventKind::kKeyWrapped, fmt::format("under {}", request.wrapping_key), request.key);
  return call.answer_nothing();
}

Outcome<void> Service::Impl::unwrap_key(Call& call, wire::UnwrapKey& request) {
  const auto found =
      usable(call, request.session, request.unwrapping_key, CKR_UNWRAPPING_KEY_HANDLE_INVALID);
  if (!found) return tl::make_unexpected(found.error());
  const ObjectPtr unwrapping_key = **found;
  DraftRequest wanted;
  wanted.origin = Origin::kUnwrapped;
  wanted.parent = unwrapping_key.get();
  wanted.asker = asker(call, request.session);
  auto draft = draft_from_template(wanted, request.attributes);
  if (!draft) return tl::make_unexpected(draft.error());
  const ByteView wrapped = call.exchange.stable_data(call.mine.scratch);
  RETURN_IF_ERROR(token::unwrap_key(request.mechanism, *unwrapping_key, wrapped, *draft));
  return keep_one(call, request.session, std::move(*draft), "unwrapped");
}

Outcome<void> Service::Impl::derive_key(Call& call, wire::DeriveKey& request) {
  const auto found = usable(call, request.session, request.base_key, CKR_KEY_HANDLE_INVALID);
  if (!found) return tl::make_unexpected(found.error());
  const ObjectPtr base_key = **found;
  DraftRequest wanted;
  wanted.origin = Origin::kDerived;
  wanted.object_class = CKO_SECRET_KEY;
  wanted.key_type = CKK_GENERIC_SECRET;
  wanted.parent = base_key.get();
  wanted.asker = asker(call, request.session);
  auto draft = draft_from_template(wanted, request.attributes);
  if (!draft) return tl::make_unexpected(draft.error());
  RETURN_IF_ERROR(token::derive_key(request.mechanism, *base_key, *draft));
  return keep_one(call, request.session, std::move(*draft), "derived");
}

}  // namespace azekura::hsm::token
