// Answers that others published, in hexadecimal, for the self-test and the unit tests.
//
// Internal to src/crypto.
#pragma once

#include <string_view>

namespace azekura::crypto::known {

// Wycheproof: one RSA-2048 key of rsa_pkcs1_2048_sig_gen, rsa_pss_2048_sha256_mgf1_32 and
// rsa_oaep_2048_sha256_mgf1sha256.
inline constexpr std::string_view kRsaPkcs8 =
    "308204bd020100300d06092a864886f70d0101010500048204a7308204a30201000282010100a2b451a07d0aa5f9"
    "6e455671513550514a8a5b462ebef717094fa1fee82224e637f9746d3f7cafd31878d80325b6ef5a1700f65903b4"
    "69429e89d6eac8845097b5ab393189db92512ed8a7711a1253facd20f79c15e8247f3d3e42e46e48c98e254a2fe9"
    "765313a03eff8f17e1a029397a1fa26a8dce26f490ed81299615d9814c22da610428e09c7d9658594266f5c021d0"
    "fceca08d945a12be82de4d1ece6b4c03145b5d3495d4ed5411eb878daf05fd7afc3e09ada0f1126422f590975a19"
    "69816f48698bcbba1b4d9cae79d460d8f9f85e7975005d9bc22c4e5ac0f7c1a45d12569a62807d3b9a02e5a530e7"
    "73066f453d1f5b4c2e9cf7820283f742b9d50203010001028201007627eef3567b2a27268e52053ecd31c3a7172c"
    "cb9ddcee819b306a5b3c66b7573ca4fa88efc6f3c4a00bfa0ae7139f64543a4dac3d05823f6ff477cfcec84fe2ac"
    "7a68b17204b390232e110310c4e899c4e7c10967db4acde042dbbf19dbe00b4b4741de1020aaaaffb5054c797c9f"
    "136f7d93ac3fc8caff6654242d7821ebee517bf537f44366a0fdd45ae05b9909c2e6cc1ed9281eff4399f76c96b9"
    "6233ec29ae0bbf0d752b234fc197389f51050aa1acd01c074c3ac8fbdb9ea8b651a95995e8db4ad5c43b6c8673e5"
    "a126e7ee94b8dff4c5afc01259bc8da76950bae6f8bae715f50985b0d6f66d04c6fef3b700720eecdcdf171bb7b1"
    "ecbe7289c467c102818100dc431050f782e894fb5248247d98cb7d58b8d1e24f3b55d041c56e4de086b0d5bb028b"
    "da42eeb5d234d5681e5809d415e6a289ad4cfbf78f978f6c35814f50eebff1c5b80a69f788e81e6bab5ddaa78369"
    "d659d143ec6f17e79813a575cfad9c569156b90113e2e9110ad9e7b48a1c9348a6e653321191290ea36cfb3a5b18"
    "f102818100bd1a81e7977f9898122273ae3222b598ea5fb19eb4eabc38308a5e32196603b2e500ffb79f5b886816"
    "611debc472fac45544070beb057c941378a6868af3b7a03d3f9880ec47d5e089b94fbde542aba9ae8d72c57088d7"
    "abf5b131f39098f7bc160f90536abc9492fd4e06f3ed7299d4b97bb03677207d95669f140cfbc20f2502818100a9"
    "4b528b28f291599121d91952ffd1c7f21d7c1479d99d478885fb161870ee1218bf08472612dbe5497e8d9c650688"
    "e09c786961ae3e2c354dc48ae34514759c4c23c4588488961dc06b414e61c0e1e7fbbd2923d31532fe289f96da22"
    "0711e58c14019808e00414276933bb07e4efb9b4a9b37656917205209f33f09515d7c10281803af0e72a933aef09"
    "ff2503df78bafed531c02ff1a2bc437c540cdcbd4ad35435cf511763596543480629b114ca7f780ff7efa32ea0cb"
    "6e000d6d9ea1f2ef71fd9cf9948422a165557e37e755edfe70d90b920502eb478bc98a63f788ce3a0f856d6ede72"
    "51a383bfa8fa480a81a925af7b3cc538c4bab8c9f7597ffb68011d8d0281802640fbfbcfefb163ee7a87b6483a66"
    "ee41f956d90fa8a7939bfc042ee0924b1b7993d0445f758d51933e85179c0320b0c968b48a91c38b5be923e1097c"
    "0c562f88d42294b6a2759bafa5428a74f1270874e45f6fcc60f21602de5eccd143cf31241f5921b5ad3983fb54ef"
    "17be3b285367e50c999c67247b552fe4bfce945f7b";
inline constexpr std::string_view kRsaMessage = "313233343030";
// tcId 84
inline constexpr std::string_view kRsaPkcs1Signature =
    "1758eb94588e6fc4f50c1be1afcaa41027869f304cad513b1fb12c2f446d63cdc05c4830a7e3e630da7b2da4f786"
    "7cc173bf6420f9732277282596de41ded32e21d0cc31441174da8765f57419c7764ea758f55bc17646eb100c435d"
    "1ac0eed6fc7ba6de5f832094ee2f479979765e05ac9976788db3c241a9e32a0da864f0019a87646ba623d63f4411"
    "af5dee1be9ec488c7e3e1b231479de70b9ac5f78a17b1f4120aece45f26c07e7bb345fdfeb05e14bcaacc614672a"
    "465fc523624cb19f66f9c6c3f642b832ca44cb25176d679f0e05606c3fed022cac24c2bf960a406d48818e3eb7ed"
    "53b0446032469047dfed95fc18088c92d91d93722c47f88163a8";
// tcId 4
inline constexpr std::string_view kRsaPssSignature =
    "68caf07e71ee654ffabf07d342fc4059deb4f7e5970746c423b1e8f668d5332275cc35eb61270aebd27855b1e80d"
    "59def47fe8882867fd33c2308c91976baa0b1df952caa78db4828ab81e79949bf145cbdfd1c4987ed036f81e8442"
    "081016f20fa4b587574884ca6f6045959ce3501ae7c02b1902ec1d241ef28dee356c0d30d28a950f1fbc683ee7d9"
    "aad26b048c13426fe3975d5638afeb5b9c1a99d162d3a5810e8b074d7a2eae2be52b577151f76e1f734b0a956ef4"
    "f22be64dc20a81ad1316e4f79dff5fc41fc08a20bc612283a88415d41595bfea66d59de7ac12e230f72244ad9905"
    "aef0ead3fa41ed70bf4218863d5f041292f2d14ce0a7271c6d36";
// tcId 9
inline constexpr std::string_view kRsaOaepLabel = "000102030405060708090a0b0c0d0e0f10111213";
inline constexpr std::string_view kRsaOaepCiphertext =
    "a0443ba434156d0b503ec662f5eb5b10e20ad0cb8233720ee187ba986e4811dd312844d3edb26bfaf51b4b9268dc"
    "3c76072dd47c199d713c91824da23ff00481ee69e9d4cc543120fc33b7244bf0c1ad5fdd1ae9cbada7fe9a70ad0a"
    "faaaad8361e8dc4b3198ae661a84e275b60bf2ebb85e512da785d2fc3482294fa11967681d7bceffc08ce0e36f0a"
    "8af7fcfb1337186863c2c1c1b94c9ec9785cd3d94d15437c23b775677f3d29a4c9e52f13398fd14661160e5868bc"
    "a97625aa6c7ecb07bbb479644def353f1f01a4c4100f9adb82c4f6a265a5ee962da58c3c042aa549c9d2de3008e7"
    "448e0c4b9b4ac8f5e4d8629873909bb995ccc0825fe87d81d596";

// Wycheproof: ecdsa_secp256r1_sha256_p1363 tcId 1, message kEcdsaMessage with the hash of the same
// strength.
inline constexpr std::string_view kP256Point =
    "042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7787964eaac00e5921fb1498a"
    "60f4606766b3d9685001558d1a974e7341513e";
inline constexpr std::string_view kP256Signature =
    "2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e184cd60b855d442f5b3c7b11eb6c4e"
    "0ae7525fe710fab9aa7c77a67f79e6fadd76";
// Wycheproof: ecdsa_secp384r1_sha384_p1363 tcId 1, message kEcdsaMessage with the hash of the same
// strength.
inline constexpr std::string_view kP384Point =
    "042da57dda1089276a543f9ffdac0bff0d976cad71eb7280e7d9bfd9fee4bdb2f20f47ff888274389772d98cc575"
    "2138aa4b6d054d69dcf3e25ec49df870715e34883b1836197d76f8ad962e78f6571bbc7407b0d6091f9e4d88f014"
    "274406174f";
inline constexpr std::string_view kP384Signature =
    "12b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19daf2ca28e3113083ba8e4ae4cc45a0320abd3394f1c5"
    "48d71840da9fc1d2f8f8900cf485d5413b8c2574ee3a8d4ca03995ca30240e09513805bf6209b58ac7aa9cff54ee"
    "cd82b9f1";
// Wycheproof: ecdsa_secp521r1_sha512_p1363 tcId 1, message kEcdsaMessage with the hash of the same
// strength.
inline constexpr std::string_view kP521Point =
    "04005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a56a8a8a3cd77392ddd861e"
    "8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63033c3db4e60d4732"
    "59b3ebe079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d895942d7d101cb83f6";
inline constexpr std::string_view kP521Signature =
    "004e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbef29acdf8e70750b9a04f66fda"
    "48351de7bbfd515720b0ec5cd736f9b73bdf864501d74a2f6d95be8d4cb64f02d16d6b785a1246b4ebd206dc5968"
    "18bb953253245f5a27a24a1aae1e218fdccd8cd7d4990b666d4bf4902b84fdad123f941fe906d948";
inline constexpr std::string_view kEcdsaMessage = "313233343030";

// Wycheproof: ecdh_secp256r1_ecpoint tcId 1.
inline constexpr std::string_view kEcdhPoint =
    "0462d5bd3372af75fe85a040715d0f502428e07046868b0bfdfa61d731afe44f26ac333a93a9e70a81cd5a95b5bf"
    "8d13990eb741c8c38872b4a07d275a014e30cf";
inline constexpr std::string_view kEcdhScalar =
    "0612465c89a023ab17855b0a6bcebfd3febb53aef84138647b5352e02c10c346";
inline constexpr std::string_view kEcdhShared =
    "53020d908b0219328b658b525f26780e3ae12bcd952bb25a93bc0895e1714285";

// RFC 8032 §7.1, test 2.
inline constexpr std::string_view kEd25519Seed =
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
inline constexpr std::string_view kEd25519Public =
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
inline constexpr std::string_view kEd25519Message = "72";
inline constexpr std::string_view kEd25519Signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
    "1d8c387b2eaeb4302aeeb00d291612bb0c00";

// Wycheproof: aes_gcm tcId 91.
inline constexpr std::string_view kGcmKey =
    "92ace3e348cd821092cd921aa3546374299ab46209691bc28b8752d17f123c20";
inline constexpr std::string_view kGcmIv = "00112233445566778899aabb";
inline constexpr std::string_view kGcmAad = "00000000ffffffff";
inline constexpr std::string_view kGcmPlaintext = "00010203040506070809";
inline constexpr std::string_view kGcmSealed =
    "e27abdd2d2a53d2f136b9a4a2579529301bcfb71c78d4060f52c";

// SP 800-38A, F.2.5 and F.5.5: AES-256, the first two blocks.
inline constexpr std::string_view kSp800Key =
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
inline constexpr std::string_view kSp800Plaintext =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
inline constexpr std::string_view kCbcIv = "000102030405060708090a0b0c0d0e0f";
inline constexpr std::string_view kCbcCiphertext =
    "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d";
inline constexpr std::string_view kCtrBlock = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
inline constexpr std::string_view kCtrCiphertext =
    "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5";

// RFC 3394 §4.6.
inline constexpr std::string_view kKwKey =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
inline constexpr std::string_view kKwPlaintext =
    "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f";
inline constexpr std::string_view kKwWrapped =
    "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21";
// RFC 5649 §6.
inline constexpr std::string_view kKwpKey = "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8";
inline constexpr std::string_view kKwpPlaintext = "c37b7e6492584340bed12207808941155068f738";
inline constexpr std::string_view kKwpWrapped =
    "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a";

// FIPS 180-4 examples: the digests of "abc".
inline constexpr std::string_view kSha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
inline constexpr std::string_view kSha224 =
    "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7";
inline constexpr std::string_view kSha256 =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
inline constexpr std::string_view kSha384 =
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c8"
    "25a7";
inline constexpr std::string_view kSha512 =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
    "ebbd454d4423643ce80e2a9ac94fa54ca49f";
// RFC 2202 and RFC 4231, case 2: key "Jefe", data "what do ya want for nothing?".
inline constexpr std::string_view kHmacSha1 = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
inline constexpr std::string_view kHmacSha224 =
    "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44";
inline constexpr std::string_view kHmacSha256 =
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
inline constexpr std::string_view kHmacSha384 =
    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab2"
    "1649";
inline constexpr std::string_view kHmacSha512 =
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0"
    "e6fdcaeab1a34d4a6b4b636e070a38bce737";

// RFC 5869, appendix A.1.
inline constexpr std::string_view kHkdfKey = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
inline constexpr std::string_view kHkdfSalt = "000102030405060708090a0b0c";
inline constexpr std::string_view kHkdfInfo = "f0f1f2f3f4f5f6f7f8f9";
inline constexpr std::string_view kHkdfDerived =
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
// NIST CAVP, ansx963_2001: the first with SHA-256 and shared information.
inline constexpr std::string_view kX963Secret = "22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d";
inline constexpr std::string_view kX963Info = "75eef81aa3041e33b80971203d2c0c52";
inline constexpr std::string_view kX963Derived =
    "c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e52a13d9c7c6fc878c50c5ea0bc7b"
    "00e0da2447cfd874f6cf92f30d0097111485500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0"
    "bd496269142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21";
// The reference implementation's test.c: argon2id v=19, t=2, m=256 KiB, p=1, "password",
// "somesalt".
inline constexpr std::string_view kArgon2Derived =
    "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe";

}  // namespace azekura::crypto::known
