#include "scanner/terms/purl_types.h"

#include <algorithm>
#include <array>

namespace azekura::scanner::purl {
namespace {

constexpr std::array kTypes{
    Type{.type = "alpm", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "apk", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "bazel", .space = Space::kProhibited},
    Type{.type = "bitbucket", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "bitnami", .space = Space::kProhibited, .name_fold = Fold::kLower},
    Type{.type = "brew", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "cargo", .space = Space::kProhibited},
    Type{.type = "chrome-extension",
         .space = Space::kProhibited,
         .name_fold = Fold::kLower,
         .name_shape = Shape::kExtensionId,
         .version_shape = Shape::kFourNumbers},
    Type{.type = "cocoapods", .space = Space::kProhibited},
    Type{.type = "composer", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "conda", .space = Space::kProhibited},
    Type{.type = "cpan", .space_fold = Fold::kUpper, .name_shape = Shape::kNoDoubleColon},
    Type{.type = "cran", .space = Space::kProhibited},
    Type{.type = "deb", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "gem", .space = Space::kProhibited},
    Type{.type = "git", .name_fold = Fold::kGitHub, .name_is_path = true},
    Type{.type = "github", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "hackage", .space = Space::kProhibited},
    Type{.type = "hex", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "huggingface", .version_fold = Fold::kLower},
    Type{.type = "julia", .space = Space::kProhibited, .qualifier_required = "uuid"},
    Type{.type = "luarocks", .space_fold = Fold::kLower, .name_fold = Fold::kLower},
    Type{.type = "mlflow", .space = Space::kProhibited, .name_fold = Fold::kDatabricks},
    Type{.type = "nuget", .space = Space::kProhibited},
    Type{.type = "oci",
         .space = Space::kProhibited,
         .name_fold = Fold::kLower,
         .version_fold = Fold::kLower},
    Type{.type = "opam", .space = Space::kProhibited},
    Type{.type = "otp", .space = Space::kProhibited, .name_fold = Fold::kLower},
    Type{.type = "pub", .space = Space::kProhibited, .name_fold = Fold::kPub},
    Type{.type = "pypi",
         .space = Space::kProhibited,
         .name_fold = Fold::kPypi,
         .version_fold = Fold::kLower},
    Type{.type = "qpkg", .space_fold = Fold::kLower},
    Type{.type = "rpm", .space_fold = Fold::kLower},
    Type{.type = "swid", .qualifier_required = "tag_id"},
    Type{.type = "swift", .space = Space::kRequired},
    Type{.type = "vcpkg", .space = Space::kProhibited},
    Type{.type = "vscode-extension",
         .space = Space::kRequired,
         .space_fold = Fold::kLower,
         .name_fold = Fold::kLower,
         .version_fold = Fold::kLower},
    Type{.type = "yocto", .space_fold = Fold::kLower},
};

constexpr Type kDefault{};

}  // namespace

const Type& type_of(std::string_view type) {
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const Type& each) { return each.type == type; });
  return found == kTypes.end() ? kDefault : *found;
}

}  // namespace azekura::scanner::purl
