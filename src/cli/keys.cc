#include "cli/keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/key_types.h"
#include "cli/public_key_text.h"

namespace azekura::cli {

namespace {

struct Half {
  std::uint64_t handle = 0;
  Attributes facts;
};

Result<std::vector<Half>> halves(Hsm& hsm, const Token& token, CK_OBJECT_CLASS object_class,
                                 Attributes wanted) {
  wanted.set_number(CKA_CLASS, object_class);
  ASSIGN_OR_RETURN(const auto handles, hsm.find(token.slot, wanted));
  std::vector<Half> out;
  for (const std::uint64_t handle : handles) {
    ASSIGN_OR_RETURN(Attributes facts, hsm.read(token.slot, handle));
    out.push_back({handle, std::move(facts)});
  }
  return out;
}

bool belong_together(const Attributes& a, const Attributes& b) {
  const Bytes* id_a = a.find(CKA_ID);
  const Bytes* id_b = b.find(CKA_ID);
  return id_a != nullptr && id_b != nullptr && !id_a->empty() && *id_a == *id_b &&
         a.number(CKA_KEY_TYPE) == b.number(CKA_KEY_TYPE);
}

std::string name_of_choice(const KeyChoice& choice) {
  return choice.id.empty() ? choice.label : "with the id " + choice.id;
}

}  // namespace

std::string Key::id() const {
  const Bytes* id = facts.find(CKA_ID);
  return id == nullptr ? std::string() : to_hex(*id);
}

Result<std::vector<Key>> find_keys(Hsm& hsm, const Token& token, const KeyChoice& choice) {
  Attributes wanted;
  if (!choice.label.empty()) wanted.set_text(CKA_LABEL, choice.label);
  if (!choice.id.empty()) {
    const auto id = from_hex(choice.id);
    if (!id) {
      return fail(Code::kInvalid, "an id is an even number of hexadecimal digits: " + choice.id);
    }
    wanted.set(CKA_ID, *id);
  }
  ASSIGN_OR_RETURN(auto secret_keys, halves(hsm, token, CKO_SECRET_KEY, wanted));
  ASSIGN_OR_RETURN(auto private_keys, halves(hsm, token, CKO_PRIVATE_KEY, wanted));
  ASSIGN_OR_RETURN(auto public_keys, halves(hsm, token, CKO_PUBLIC_KEY, wanted));

  std::vector<Key> out;
  for (auto& half : secret_keys) {
    out.push_back({"secret", std::move(half.facts), half.handle, std::nullopt, std::nullopt});
  }
  for (auto& half : private_keys) {
    Key key{"private", std::move(half.facts), half.handle, std::nullopt, std::nullopt};
    const auto other = std::ranges::find_if(public_keys, [&](const Half& candidate) {
      return belong_together(candidate.facts, key.facts);
    });
    if (other != public_keys.end()) {
      key.kind = "pair";
      key.public_handle = other->handle;
      key.public_facts = std::move(other->facts);
      public_keys.erase(other);
    }
    out.push_back(std::move(key));
  }
  for (auto& half : public_keys) {
    out.push_back({"public", std::move(half.facts), half.handle, std::nullopt, std::nullopt});
  }
  std::ranges::sort(out, {}, &Key::handle);
  return out;
}

Result<Key> find_key(Hsm& hsm, const Token& token, const KeyChoice& choice) {
  if (choice.label.empty() && choice.id.empty()) {
    return fail(Code::kInvalid, "which key?", "name it with --label or --id");
  }
  ASSIGN_OR_RETURN(auto keys, find_keys(hsm, token, choice));
  if (keys.empty()) {
    return fail(Code::kNotFound,
                fmt::format("there is no key {} in token {}", name_of_choice(choice), token.label),
                fmt::format("azekura key list --token {}", token.label));
  }
  if (keys.size() > 1) {
    return fail(Code::kConflict,
                fmt::format("there are {} keys {} in token {}", keys.size(), name_of_choice(choice),
                            token.label),
                "name one with --id; azekura key list shows them");
  }
  return std::move(keys.front());
}

Result<Bytes> public_key_of(const Key& key) {
  for (const Attributes* facts : {key.public_facts ? &*key.public_facts : nullptr, &key.facts}) {
    if (facts == nullptr) continue;
    const Bytes* info = facts->find(CKA_PUBLIC_KEY_INFO);
    if (info != nullptr && !info->empty()) return *info;
  }
  return fail(Code::kInvalid, fmt::format("the key {} has no public half", key.label()));
}

Json::Object json_of(const Token& token, const Key& key) {
  Json::Array usages;
  for (const Usage usage : usages_of(key.facts)) usages.emplace_back(std::string(name_of(usage)));
  Json::Object out{
      {"token", token.label},
      {"label", key.label()},
      {"id", key.id()},
      {"type", key_type_of(key.facts)},
      {"kind", key.kind},
      {"usages", std::move(usages)},
      {"extractable", key.facts.flag(CKA_EXTRACTABLE)},
      {"made_inside", key.facts.flag(CKA_LOCAL)},
      {"never_extractable", key.facts.flag(CKA_NEVER_EXTRACTABLE)},
      {"unique_id", key.facts.text(CKA_UNIQUE_ID)},
      {"handle", key.handle},
  };
  if (const auto info = public_key_of(key)) {
    if (const auto fingerprint = ssh_fingerprint(*info))
      out.emplace_back("fingerprint", *fingerprint);
  }
  return out;
}

}  // namespace azekura::cli
