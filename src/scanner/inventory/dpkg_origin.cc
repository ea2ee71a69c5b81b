#include "scanner/inventory/dpkg_origin.h"

#include <algorithm>
#include <span>

namespace azekura::scanner::inventory {
namespace {

struct Sign {
  std::string_view sign;
  std::string_view origin;
};

constexpr Sign kVersionMarks[] = {
    {"~bpo", "Debian Backports"},
    {"pgdg", "PostgreSQL"},
    {"deb.sury.org", "deb.sury.org"},
    {"nodesource", "NodeSource"},
    {"~ppa", "Launchpad PPA"},
    {"+ppa", "Launchpad PPA"},
    {"-0ppa", "Launchpad PPA"},
    {"+rpt", "Raspberry Pi"},
    {"+rpi", "Raspbian"},
    {"+kali", "Kali"},
    {"+devuan", "Devuan"},
    {"+pve", "Proxmox"},
    {"-pve", "Proxmox"},
    {"~pve", "Proxmox"},
    {"+pmx", "Proxmox"},
    {"+dotdeb", "Dotdeb"},
    {"-percona", "Percona"},
};

constexpr Sign kDebianDomains[] = {{"debian.org", "Debian"}};
constexpr Sign kUbuntuDomains[] = {{"ubuntu.com", "Ubuntu"}, {"canonical.com", "Ubuntu"}};

// A domain also stands for those below it; where people of the domain maintain packages in Debian,
// it is the address of those who publish.
constexpr Sign kThirdParties[] = {
    {"brave.com", "Brave"},
    {"chromium.org", "Google"},
    {"cloudflare.com", "Cloudflare"},
    {"confluent.io", "Confluent"},
    {"cri-o.io", "CRI-O"},
    {"datadoghq.com", "Datadog"},
    {"docker.com", "Docker"},
    {"elastic.co", "Elastic"},
    {"f5.com", "NGINX"},
    {"gitlab.com", "GitLab"},
    {"grafana.com", "Grafana"},
    {"haproxy.com", "HAProxy"},
    {"hashicorp.com", "HashiCorp"},
    {"influxdata.com", "InfluxData"},
    {"kubernetes.io", "Kubernetes"},
    {"mariadb.com", "MariaDB"},
    {"mariadb.org", "MariaDB"},
    {"microsoft.com", "Microsoft"},
    {"mongodb.com", "MongoDB"},
    {"nginx.com", "NGINX"},
    {"nodesource.com", "NodeSource"},
    {"cudatools@nvidia.com", "NVIDIA"},
    {"opensearch.org", "OpenSearch"},
    {"oss.oracle.com", "Oracle"},
    {"percona.com", "Percona"},
    {"proxmox.com", "Proxmox"},
    {"puppet.com", "Puppet"},
    {"puppetlabs.com", "Puppet"},
    {"redis.com", "Redis"},
    {"redis.io", "Redis"},
    {"saltproject.io", "Salt Project"},
    {"signal.org", "Signal"},
    {"slack-corp.com", "Slack"},
    {"sury.org", "deb.sury.org"},
    {"tailscale.com", "Tailscale"},
    {"teamviewer.com", "TeamViewer"},
    {"varnish-software.com", "Varnish"},
    {"zabbix.com", "Zabbix"},
};

// "Docker <support@docker.com>" → "support@docker.com".
std::string_view address_of(std::string_view maintainer) {
  const std::size_t open = maintainer.rfind('<');
  if (open != std::string_view::npos) maintainer.remove_prefix(open + 1);
  return maintainer.substr(0, maintainer.find('>'));
}

bool is_within(std::string_view address, std::string_view end) {
  if (!address.ends_with(end)) return false;
  if (address.size() == end.size()) return true;
  const char before = address[address.size() - end.size() - 1];
  return before == '@' || before == '.';
}

std::string_view origin_in(std::span<const Sign> signs, std::string_view address) {
  const auto known =
      std::ranges::find_if(signs, [&](const Sign& sign) { return is_within(address, sign.sign); });
  return known == signs.end() ? std::string_view{} : known->origin;
}

}  // namespace

std::string_view dpkg_origin(const DpkgSigns& signs) {
  if (!signs.origin.empty()) return signs.origin;
  for (const Sign& mark : kVersionMarks) {
    if (signs.version.find(mark.sign) != std::string_view::npos) return mark.origin;
  }
  const std::string_view address = address_of(signs.maintainer);
  std::string_view origin;
  if (signs.ecosystem != Ecosystem::kUbuntu) origin = origin_in(kDebianDomains, address);
  if (origin.empty() && signs.ecosystem != Ecosystem::kDebian) {
    origin = origin_in(kUbuntuDomains, address);
  }
  return origin.empty() ? origin_in(kThirdParties, address) : origin;
}

}  // namespace azekura::scanner::inventory
