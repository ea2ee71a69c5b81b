#include "hsm/pkcs11/parameters.h"

namespace azekura::hsm::pkcs11 {
namespace {

using cryptoki::ParameterKind;

// A pointer and a length that a caller gave: nothing where it gave no pointer to something.
bool view(const void* data, CK_ULONG size, ByteView& out) {
  if (data == nullptr) {
    out = {};
    return size == 0;
  }
  if (size > wire::kHeadBytesMax) return false;
  out = {static_cast<const std::uint8_t*>(data), size};
  return true;
}

// The parameter as a structure of exactly its size, copied: callers do not always align it.
template <typename T>
bool structure(const CK_MECHANISM& mechanism, T& out) {
  if (mechanism.pParameter == nullptr || mechanism.ulParameterLen != sizeof(T)) return false;
  std::memcpy(&out, mechanism.pParameter, sizeof(T));
  return true;
}

bool flatten(const CK_MECHANISM& mechanism, ParameterKind kind, wire::Mechanism& out) {
  switch (kind) {
    case ParameterKind::kNone:
    case ParameterKind::kEddsa:
      return mechanism.ulParameterLen == 0;
    case ParameterKind::kIv:
    case ParameterKind::kOptionalIv:
      return view(mechanism.pParameter, mechanism.ulParameterLen, out.first);
    case ParameterKind::kCounter: {
      CK_AES_CTR_PARAMS parameters;
      if (!structure(mechanism, parameters)) return false;
      out.number_a = parameters.ulCounterBits;
      return view(
          static_cast<const std::uint8_t*>(mechanism.pParameter) + offsetof(CK_AES_CTR_PARAMS, cb),
          sizeof parameters.cb, out.first);
    }
    case ParameterKind::kGcm: {
      CK_GCM_PARAMS parameters;
      if (!structure(mechanism, parameters)) return false;
      out.number_a = parameters.ulTagBits;
      return view(parameters.pIv, parameters.ulIvLen, out.first) &&
             view(parameters.pAAD, parameters.ulAADLen, out.second);
    }
    case ParameterKind::kMacLength: {
      CK_MAC_GENERAL_PARAMS length = 0;
      if (!structure(mechanism, length)) return false;
      out.number_a = length;
      return true;
    }
    case ParameterKind::kPss: {
      CK_RSA_PKCS_PSS_PARAMS parameters;
      if (!structure(mechanism, parameters)) return false;
      out.number_a = parameters.hashAlg;
      out.number_b = parameters.mgf;
      out.number_c = parameters.sLen;
      return true;
    }
    case ParameterKind::kOaep: {
      CK_RSA_PKCS_OAEP_PARAMS parameters;
      if (!structure(mechanism, parameters)) return false;
      out.number_a = parameters.hashAlg;
      out.number_b = parameters.mgf;
      // Without a label, source is often left at 0.
      if (parameters.source != CKZ_DATA_SPECIFIED &&
          (parameters.source != 0 || parameters.ulSourceDataLen != 0)) {
        return false;
      }
      return view(parameters.pSourceData, parameters.ulSourceDataLen, out.first);
    }
    case ParameterKind::kEcdh: {
      CK_ECDH1_DERIVE_PARAMS parameters;
      if (!structure(mechanism, parameters)) return false;
      out.number_a = parameters.kdf;
      return view(parameters.pSharedData, parameters.ulSharedDataLen, out.first) &&
             view(parameters.pPublicData, parameters.ulPublicDataLen, out.second);
    }
  }
  return false;
}

}  // namespace

Outcome<ParsedMechanism> parse_mechanism(const CK_MECHANISM* mechanism, CK_FLAGS operation) {
  if (mechanism == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no mechanism");
  ParsedMechanism parsed;
  parsed.facts = cryptoki::find_mechanism(mechanism->mechanism);
  if (parsed.facts == nullptr) return refuse(CKR_MECHANISM_INVALID, "not one of this HSM's");
  if ((parsed.facts->flags & operation) == 0) {
    return refuse(CKR_MECHANISM_INVALID, "the mechanism does not do this");
  }
  parsed.wire.type = mechanism->mechanism;
  if (!flatten(*mechanism, parsed.facts->parameter, parsed.wire)) {
    return refuse(CKR_MECHANISM_PARAM_INVALID, "not the structure that the mechanism takes");
  }
  const auto& wire = parsed.wire;
  auto fits = cryptoki::check_parameter(*parsed.facts, {wire.number_a, wire.number_b, wire.number_c,
                                                        wire.first.size(), wire.second.size()});
  if (!fits) return tl::make_unexpected(std::move(fits).error());
  return parsed;
}

void keep_parameters(wire::Mechanism& mechanism, Bytes& storage) {
  const std::size_t first = mechanism.first.size();
  const std::size_t second = mechanism.second.size();
  storage.resize(first + second);
  if (first > 0) std::memcpy(storage.data(), mechanism.first.data(), first);
  if (second > 0) std::memcpy(storage.data() + first, mechanism.second.data(), second);
  mechanism.first = ByteView(storage).first(first);
  mechanism.second = ByteView(storage).subspan(first);
}

}  // namespace azekura::hsm::pkcs11
