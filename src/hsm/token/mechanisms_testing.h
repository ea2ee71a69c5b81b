// Keys as a client would ask for them: templates with owned values, and objects made of them.
#pragma once

#include <deque>
#include <string_view>

#include "hsm/token/attributes.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/object.h"

namespace azekura::hsm::token {

// A template that owns its values.
class Asked {
 public:
  Asked& flag(CK_ATTRIBUTE_TYPE type, bool value) { return octets(type, {std::uint8_t{value}}); }
  Asked& number(CK_ATTRIBUTE_TYPE type, std::uint64_t value);
  Asked& octets(CK_ATTRIBUTE_TYPE type, Bytes value);
  Asked& hex(CK_ATTRIBUTE_TYPE type, std::string_view value);
  Asked& flags(std::initializer_list<CK_ATTRIBUTE_TYPE> types);  // all true
  wire::Template view() const;

 private:
  std::vector<CK_ATTRIBUTE_TYPE> types_;
  std::deque<Bytes> values_;
};

struct ObjectPair {
  ObjectPtr public_key;
  ObjectPtr private_key;
};

// The same way that the service goes: template, draft, mechanism, object.
ObjectPtr object_of(Draft draft);
Outcome<Draft> create(const Asked& asked, bool security_officer = false);
Outcome<Draft> generate(CK_MECHANISM_TYPE mechanism, const Asked& asked);
Outcome<std::pair<Draft, Draft>> generate_pair(CK_MECHANISM_TYPE mechanism, const Asked& public_key,
                                               const Asked& private_key);
Outcome<Draft> unwrap(const wire::Mechanism& mechanism, const ObjectPtr& unwrapping_key,
                      ByteView wrapped, const Asked& asked);
Outcome<Draft> derive(const wire::Mechanism& mechanism, const ObjectPtr& base_key,
                      const Asked& asked);

// The same, and a test fails when they do not succeed.
ObjectPtr created(const Asked& asked);
ObjectPtr generated(CK_MECHANISM_TYPE mechanism, const Asked& asked);
ObjectPair generated_pair(CK_MECHANISM_TYPE mechanism, const Asked& public_key,
                          const Asked& private_key = {});

// Keys of fixed values, with these usages and no others; a pair that is generated once.
ObjectPtr aes_key(std::string_view hex, std::initializer_list<CK_ATTRIBUTE_TYPE> usages);
ObjectPtr secret_key(std::string_view hex, std::initializer_list<CK_ATTRIBUTE_TYPE> usages);
const ObjectPair& rsa_pair();  // 2048 bits; sign, decrypt, unwrap and their opposites
ObjectPair ec_pair(ByteView params);

template <typename T>
CK_RV rv_of(const Outcome<T>& outcome) {
  return outcome ? CKR_OK : outcome.error().rv;
}

// operate() into a vector.
Outcome<Bytes> operated(ContextCache& contexts, const ObjectPtr& key, const wire::Operate& request,
                        ByteView in);
Bytes hex(std::string_view digits);

}  // namespace azekura::hsm::token
