#include "crypto/der.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "crypto/der_codec.h"

namespace azekura::crypto {
namespace {

constexpr std::uint8_t kP256Params[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
constexpr std::uint8_t kP384Params[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x22};
constexpr std::uint8_t kP521Params[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x23};
constexpr std::uint8_t kEd25519Params[] = {0x06, 3, 0x2b, 0x65, 0x70};

struct CurveName {
  std::string_view name;
  Curve curve;
};
constexpr CurveName kCurveNames[] = {
    {"secp256r1", Curve::kP256}, {"prime256v1", Curve::kP256}, {"P-256", Curve::kP256},
    {"secp384r1", Curve::kP384}, {"P-384", Curve::kP384},      {"secp521r1", Curve::kP521},
    {"P-521", Curve::kP521},
};

// The name in a PrintableString, or nothing.
std::string_view printable_name(ByteView params) {
  DerReader reader(params);
  ByteView name;
  if (!reader.element(DerTag::kPrintableString, name) || !reader.done()) return {};
  return as_text(name);
}

}  // namespace

ByteView ec_params(Curve curve) {
  switch (curve) {
    case Curve::kP256:
      return kP256Params;
    case Curve::kP384:
      return kP384Params;
    case Curve::kP521:
      return kP521Params;
  }
  return {};
}

ByteView ed25519_params() { return kEd25519Params; }

Result<Curve> curve_from_params(ByteView params) {
  for (const Curve curve : kAllCurves) {
    if (std::ranges::equal(params, ec_params(curve))) return curve;
  }
  const std::string_view name = printable_name(params);
  for (const CurveName& known : kCurveNames) {
    if (name == known.name) return known.curve;
  }
  return fail(Code::kUnsupported, "the elliptic curve is not P-256, P-384 or P-521");
}

bool is_ed25519_params(ByteView params) {
  return std::ranges::equal(params, ed25519_params()) || printable_name(params) == "edwards25519";
}

Bytes wrap_octet_string(ByteView octets) {
  Bytes buffer(octets.size() + 6);
  DerBuilder builder(buffer);
  builder.element(DerTag::kOctetString, octets);
  return to_bytes(builder.written());
}

Result<ByteView> unwrap_octet_string(ByteView der) {
  DerReader reader(der);
  ByteView contents;
  if (!reader.element(DerTag::kOctetString, contents) || !reader.done()) {
    return fail(Code::kInvalid, "not a DER OCTET STRING");
  }
  return contents;
}

Status ecdsa_der_to_raw(ByteView der, MutableByteView out) {
  DerReader reader(der);
  ByteView sequence;
  ByteView r;
  ByteView s;
  bool ok = reader.element(DerTag::kSequence, sequence) && reader.done();
  DerReader numbers(sequence);
  ok = ok && numbers.integer(r) && numbers.integer(s) && numbers.done();
  const std::size_t width = out.size() / 2;
  if (!ok || out.size() % 2 != 0 || r.size() > width || s.size() > width) {
    return fail(Code::kInvalid, "not an ECDSA signature of this curve in DER");
  }
  std::ranges::fill(out, std::uint8_t{0});
  std::ranges::copy_backward(r, out.begin() + static_cast<std::ptrdiff_t>(width));
  std::ranges::copy_backward(s, out.end());
  return {};
}

Result<std::size_t> ecdsa_raw_to_der(ByteView raw, MutableByteView out) {
  if (raw.empty() || raw.size() % 2 != 0 || raw.size() > 2 * coordinate_size(Curve::kP521)) {
    return fail(Code::kInvalid, "an ECDSA signature is two numbers of the curve's size");
  }
  std::array<std::uint8_t, kEcdsaDerSizeMax> buffer;
  DerBuilder builder(buffer);
  const std::size_t end = builder.mark();
  builder.integer(raw.subspan(raw.size() / 2));
  builder.integer(raw.first(raw.size() / 2));
  builder.close(DerTag::kSequence, end);
  if (!builder.ok() || out.size() < builder.written().size()) {
    return fail(Code::kInvalid, "the buffer is too small for the signature");
  }
  std::ranges::copy(builder.written(), out.begin());
  return builder.written().size();
}

}  // namespace azekura::crypto
