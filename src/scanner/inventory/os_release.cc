#include "scanner/inventory/os_release.h"

#include <string>
#include <utility>

#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

struct Fields {
  std::string id, version_id, name, pretty_name, codename;
};

// One word of a shell's assignment: quotes and backslashes as os-release(5) allows them.
std::string shell_word(std::string_view text) {
  std::string out;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char octet = text[at];
    if (octet == '\\' && quote != '\'' && at + 1 < text.size()) {
      const char next = text[++at];
      // Inside double quotes a backslash is only special before these.
      if (quote == '"' && std::string_view("\"$`\\").find(next) == std::string_view::npos) {
        out += octet;
      }
      out += next;
    } else if (quote == 0 && (octet == '"' || octet == '\'')) {
      quote = octet;
    } else if (octet == quote && quote != 0) {
      quote = 0;
    } else if (quote == 0 && (octet == ' ' || octet == '\t')) {
      break;
    } else {
      out += octet;
    }
  }
  return out;
}

Fields fields_of(std::string_view octets) {
  Fields fields;
  const std::pair<std::string_view, std::string*> known[] = {
      {"ID", &fields.id},
      {"VERSION_ID", &fields.version_id},
      {"NAME", &fields.name},
      {"PRETTY_NAME", &fields.pretty_name},
      {"VERSION_CODENAME", &fields.codename},
  };
  for (std::string_view text; next_line(octets, text);) {
    const std::string_view line = trimmed(text);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    for (const auto& [key, value] : known) {
      if (line.substr(0, equals) == key) *value = shell_word(line.substr(equals + 1));
    }
  }
  return fields;
}

std::string major_of(const std::string& version) { return version.substr(0, version.find('.')); }

constexpr std::pair<std::string_view, std::string_view> kDebianCodenames[] = {
    {"squeeze", "6"},   {"wheezy", "7"},    {"jessie", "8"},  {"stretch", "9"}, {"buster", "10"},
    {"bullseye", "11"}, {"bookworm", "12"}, {"trixie", "13"}, {"forky", "14"},  {"duke", "15"},
};

// Testing and unstable have no number yet; both say "trixie/sid".
std::string debian_release(const Fields& fields, std::string_view debian_version) {
  if (!fields.version_id.empty()) return major_of(fields.version_id);
  std::string_view codename = fields.codename;
  if (codename.empty()) codename = trimmed(debian_version.substr(0, debian_version.find('\n')));
  codename = codename.substr(0, codename.find('/'));
  for (const auto& [name, number] : kDebianCodenames) {
    if (codename == name) return std::string(number);
  }
  const bool number = !codename.empty() && codename[0] >= '0' && codename[0] <= '9';
  return number ? major_of(std::string(codename)) : "";
}

std::string alpine_release(const Fields& fields) {
  const std::string& version = fields.version_id;
  const bool edge = version.find("_alpha") != std::string::npos ||
                    fields.pretty_name.find("edge") != std::string::npos;
  if (edge) return "edge";
  const std::size_t minor = version.find('.');
  if (minor == std::string::npos) return "";
  return "v" + version.substr(0, version.find('.', minor + 1));
}

std::string amazon_release(const Fields& fields) {
  // The first Amazon Linux is numbered by months: 2018.03.
  return fields.version_id.find('.') != std::string::npos ? "1" : fields.version_id;
}

// SUSE's products by their os-release ID, as OSV names them.
constexpr std::pair<std::string_view, std::string_view> kSuseProducts[] = {
    {"sles", "Linux Enterprise Server"},
    {"sles_sap", "Linux Enterprise Server for SAP Applications"},
    {"sled", "Linux Enterprise Desktop"},
    {"sle_hpc", "Linux Enterprise High Performance Computing"},
    {"sle-micro", "Linux Enterprise Micro"},
    {"sl-micro", "Linux Micro"},
};

std::string suse_release(std::string_view product, const std::string& version) {
  const std::size_t dot = version.find('.');
  const std::string major = major_of(version);
  std::string release = std::string(product) + " ";
  // Service packs ended with 15; Micro never had them.
  const bool has_packs =
      product.find("Micro") == std::string_view::npos && major.size() == 2 && major <= "15";
  if (!has_packs) return release + version;
  release += major;
  if (dot != std::string::npos && version.substr(dot + 1) != "0") {
    release += " SP" + version.substr(dot + 1);
  }
  return release;
}

EcosystemRelease release_of(const Fields& fields, std::string_view debian_version) {
  const std::string& id = fields.id;
  const std::string& version = fields.version_id;
  if (id == "debian") return {Ecosystem::kDebian, debian_release(fields, debian_version)};
  if (id == "ubuntu") return {Ecosystem::kUbuntu, version};
  if (id == "alpine") return {Ecosystem::kAlpine, alpine_release(fields)};
  if (id == "almalinux") return {Ecosystem::kAlmaLinux, major_of(version)};
  if (id == "rocky") return {Ecosystem::kRockyLinux, major_of(version)};
  if (id == "rhel") return {Ecosystem::kRedHat, major_of(version)};
  if (id == "centos" && fields.name.find("Stream") == std::string::npos) {
    return {Ecosystem::kRedHat, major_of(version)};
  }
  if (id == "amzn") return {Ecosystem::kAmazonLinux, amazon_release(fields)};
  if (id == "ol") return {Ecosystem::kOracleLinux, major_of(version)};
  if (id == "fedora") return {Ecosystem::kFedora, version};
  if (id == "opensuse-tumbleweed") return {Ecosystem::kOpenSuse, "Tumbleweed"};
  if (id == "opensuse-leap" || id == "opensuse") return {Ecosystem::kOpenSuse, "Leap " + version};
  if (id == "opensuse-leap-micro") return {Ecosystem::kOpenSuse, "Leap Micro " + version};
  for (const auto& [suse, product] : kSuseProducts) {
    if (id == suse) return {Ecosystem::kSuse, suse_release(product, version)};
  }
  return {};
}

}  // namespace

Result<Distribution> read_os_release(std::string_view octets, std::string_view debian_version) {
  if (octets.size() > kOsReleaseSizeMax) {
    return fail(Code::kExhausted,
                "os-release is larger than " + std::to_string(kOsReleaseSizeMax) + " octets");
  }
  Fields fields = fields_of(octets);
  if (fields.id.empty()) return fail(Code::kInvalid, "os-release without an ID");
  Distribution distribution;
  distribution.release = release_of(fields, debian_version);
  distribution.id = std::move(fields.id);
  distribution.version = std::move(fields.version_id);
  distribution.name = fields.pretty_name.empty() ? fields.name : fields.pretty_name;
  return distribution;
}

}  // namespace azekura::scanner::inventory
