// PKCS#11 3.2 §5.8 and §5.10: encryption and decryption.

#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/operations.h"

namespace azekura::hsm::pkcs11 {
namespace {

using cryptoki::Family;

constexpr std::uint64_t kBlock = 16;

struct Range {
  std::size_t least = 0;
  std::size_t most = 0;
};
Range exactly(std::size_t size) { return {size, size}; }

std::size_t tag_size(const Operation& operation) { return operation.parameters.number_a / 8; }

// How long the result of a whole operation is, before it is known.
Range whole_size(const Operation& operation, Kind kind, std::size_t input_size) {
  const bool encrypts = kind == Kind::kEncrypt;
  switch (operation.mechanism->family) {
    case Family::kAesCbcPad:
      if (encrypts) return exactly((input_size / kBlock + 1) * kBlock);
      return {input_size - std::min<std::size_t>(input_size, kBlock), input_size};
    case Family::kAesGcm:
      if (encrypts) return exactly(input_size + tag_size(operation));
      return exactly(input_size - std::min(input_size, tag_size(operation)));
    case Family::kRsaPkcs1:
    case Family::kRsaOaep: {
      const std::size_t modulus = (operation.key->size + 7) / 8;
      return encrypts ? exactly(modulus) : Range{0, modulus};
    }
    default:
      return exactly(input_size);
  }
}

// How much …Update gives in all once `total` octets have been told to it.
std::uint64_t streamed(const Operation& operation, Kind kind, std::uint64_t total) {
  switch (operation.mechanism->family) {
    case Family::kAesCbc:
      return total / kBlock * kBlock;
    case Family::kAesCbcPad:
      // Decryption keeps a block back: it may be the padding.
      if (kind == Kind::kDecrypt && total > 0) return (total - 1) / kBlock * kBlock;
      return total / kBlock * kBlock;
    case Family::kAesGcm:
      // Decryption shows nothing before the tag is known to be good.
      return kind == Kind::kDecrypt ? 0 : total;
    default:
      return total;
  }
}

Range final_size(const Operation& operation, Kind kind) {
  switch (operation.mechanism->family) {
    case Family::kAesCbcPad:
      return kind == Kind::kEncrypt ? exactly(kBlock) : Range{0, kBlock};
    case Family::kAesGcm: {
      if (kind == Kind::kEncrypt) return exactly(tag_size(operation));
      const std::uint64_t tag = tag_size(operation);
      return exactly(operation.octets_in - std::min(operation.octets_in, tag));
    }
    default:
      return exactly(0);
  }
}

// Data that does not fit a frame. What comes out of a piece may lie where the next one is read from
// only if it never runs ahead of it; otherwise the input is copied first.
Outcome<void> run_streamed(State& state, Session& session, Kind kind, ByteView data, Output& out) {
  Bytes copy;
  const std::uint8_t* const target = out.end_of_written();
  if (target > data.data() && target < data.data() + data.size()) {
    copy = to_bytes(data);
    data = copy;
  }
  const auto take = [&](ByteView octets) { return out.append(octets); };
  auto done = stream_update(state, session, kind, data, take);
  if (done) done = stream_finish(state, session, kind, {}, take);
  wipe(copy.data(), copy.size());
  return done;
}

Outcome<void> run(State& state, CK_SESSION_HANDLE handle, Kind kind, CK_BYTE_PTR data,
                  CK_ULONG size, CK_BYTE_PTR result, CK_ULONG_PTR result_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto operation = active(**session, kind);
  if (!operation) return tl::make_unexpected(std::move(operation).error());
  Ending ending(state, **session, kind);
  if ((*operation)->phase == Operation::Phase::kParts) {
    return refuse(CKR_OPERATION_ACTIVE, "a one-shot call after an update");
  }
  auto in = input(data, size);
  if (!in) return tl::make_unexpected(std::move(in).error());
  auto out = Output::to(result, result_size);
  if (!out) return tl::make_unexpected(std::move(out).error());

  const Range expected = whole_size(**operation, kind, in->size());
  Outcome<void> answer;
  if (out->settles(expected.least, expected.most, answer)) {
    ending.keep();
    return answer;
  }
  const std::size_t frame_max = kind == Kind::kEncrypt ? wire::kChunkBytesMax : wire::kDataBytesMax;
  if (in->size() > frame_max) {
    if ((*operation)->mechanism->single_part) {
      return refuse(kind == Kind::kEncrypt ? CKR_DATA_LEN_RANGE : CKR_ENCRYPTED_DATA_LEN_RANGE);
    }
    auto done = run_streamed(state, **session, kind, *in, *out);
    if (done) {
      out->finish();
    } else if (done.error().rv == CKR_BUFFER_TOO_SMALL) {
      ending.keep();
      end_stream(state, **session, kind);
      return out->too_small(expected.most);
    }
    return done;
  }
  auto answered = operate(state, **session, kind, *in);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  if (!out->append(answered->data())) {
    ending.keep();
    return out->too_small(answered->data().size());
  }
  out->finish();
  return {};
}

Outcome<void> update(State& state, CK_SESSION_HANDLE handle, Kind kind, CK_BYTE_PTR data,
                     CK_ULONG size, CK_BYTE_PTR result, CK_ULONG_PTR result_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto found = active(**session, kind);
  if (!found) return tl::make_unexpected(std::move(found).error());
  Operation& operation = **found;
  Ending ending(state, **session, kind);
  auto in = input(data, size);
  if (!in) return tl::make_unexpected(std::move(in).error());
  auto out = Output::to(result, result_size);
  if (!out) return tl::make_unexpected(std::move(out).error());
  if (operation.mechanism->single_part) {
    return refuse(CKR_FUNCTION_NOT_SUPPORTED, "the mechanism takes its data as one piece");
  }
  if (operation.rest) return refuse(CKR_FUNCTION_NOT_SUPPORTED, "an update after the last part");

  const std::uint64_t expected =
      streamed(operation, kind, operation.octets_in + in->size()) - operation.octets_out;
  Outcome<void> answer;
  if (out->settles(expected, expected, answer)) {
    ending.keep();
    return answer;
  }
  operation.phase = Operation::Phase::kParts;
  auto done = stream_update(state, **session, kind, *in,
                            [&](ByteView octets) { return out->append(octets); });
  if (!done) return done;
  out->finish();
  ending.keep();
  return {};
}

Outcome<void> finish(State& state, CK_SESSION_HANDLE handle, Kind kind, CK_BYTE_PTR result,
                     CK_ULONG_PTR result_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto found = active(**session, kind);
  if (!found) return tl::make_unexpected(std::move(found).error());
  Operation& operation = **found;
  Ending ending(state, **session, kind);
  auto out = Output::to(result, result_size);
  if (!out) return tl::make_unexpected(std::move(out).error());
  if (operation.mechanism->single_part) {
    return refuse(CKR_FUNCTION_NOT_SUPPORTED, "the mechanism takes its data as one piece");
  }

  const Range expected =
      operation.rest ? exactly(operation.rest->size()) : final_size(operation, kind);
  Outcome<void> answer;
  if (out->settles(expected.least, expected.most, answer)) {
    ending.keep();
    return answer;
  }
  if (operation.rest) {
    out->append(*operation.rest);
    wipe(operation.rest->data(), operation.rest->size());
    out->finish();
    return {};
  }
  // Only the last block of a padded decryption can turn out longer than the caller has room for.
  Bytes rest;
  bool fits = true;
  auto done = stream_finish(state, **session, kind, {}, [&](ByteView octets) {
    fits = fits && out->append(octets);
    if (!fits) rest.insert(rest.end(), octets.begin(), octets.end());
    return rest.size() <= kBlock;
  });
  if (!done) return done;
  if (!fits) {
    operation.rest = std::move(rest);
    operation.phase = Operation::Phase::kParts;
    ending.keep();
    return out->too_small(operation.rest->size());
  }
  out->finish();
  return {};
}

Outcome<void> init(State& state, CK_SESSION_HANDLE handle, Kind kind, CK_MECHANISM_PTR mechanism,
                   CK_OBJECT_HANDLE key) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  return begin(state, **session, kind, mechanism, key);
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;

extern "C" {

CK_RV C_EncryptInit(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,
                    CK_OBJECT_HANDLE hKey) {
  return guard(__func__, [&](State& state) {
    return init(state, hSession, Kind::kEncrypt, pMechanism, hKey);
  });
}

CK_RV C_Encrypt(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,
                CK_BYTE_PTR pEncryptedData, CK_ULONG_PTR pulEncryptedDataLen) {
  return guard(__func__, [&](State& state) {
    return run(state, hSession, Kind::kEncrypt, pData, ulDataLen, pEncryptedData,
               pulEncryptedDataLen);
  });
}

CK_RV C_EncryptUpdate(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen,
                      CK_BYTE_PTR pEncryptedPart, CK_ULONG_PTR pulEncryptedPartLen) {
  return guard(__func__, [&](State& state) {
    return update(state, hSession, Kind::kEncrypt, pPart, ulPartLen, pEncryptedPart,
                  pulEncryptedPartLen);
  });
}

CK_RV C_EncryptFinal(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pLastEncryptedPart,
                     CK_ULONG_PTR pulLastEncryptedPartLen) {
  return guard(__func__, [&](State& state) {
    return finish(state, hSession, Kind::kEncrypt, pLastEncryptedPart, pulLastEncryptedPartLen);
  });
}

CK_RV C_DecryptInit(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,
                    CK_OBJECT_HANDLE hKey) {
  return guard(__func__, [&](State& state) {
    return init(state, hSession, Kind::kDecrypt, pMechanism, hKey);
  });
}

CK_RV C_Decrypt(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pEncryptedData, CK_ULONG ulEncryptedDataLen,
                CK_BYTE_PTR pData, CK_ULONG_PTR pulDataLen) {
  return guard(__func__, [&](State& state) {
    return run(state, hSession, Kind::kDecrypt, pEncryptedData, ulEncryptedDataLen, pData,
               pulDataLen);
  });
}

CK_RV C_DecryptUpdate(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pEncryptedPart,
                      CK_ULONG ulEncryptedPartLen, CK_BYTE_PTR pPart, CK_ULONG_PTR pulPartLen) {
  return guard(__func__, [&](State& state) {
    return update(state, hSession, Kind::kDecrypt, pEncryptedPart, ulEncryptedPartLen, pPart,
                  pulPartLen);
  });
}

CK_RV C_DecryptFinal(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pLastPart,
                     CK_ULONG_PTR pulLastPartLen) {
  return guard(__func__, [&](State& state) {
    return finish(state, hSession, Kind::kDecrypt, pLastPart, pulLastPartLen);
  });
}

}  // extern "C"
