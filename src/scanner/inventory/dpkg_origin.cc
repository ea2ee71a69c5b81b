#include "scanner/inventory/dpkg_origin.h"

#include <algorithm>

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

// A domain also stands for those below it.
constexpr Sign kDomains[] = {
    {"debian.org", "Debian"},
    {"ubuntu.com", "Ubuntu"},
    {"canonical.com", "Ubuntu"},
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
    {"nvidia.com", "NVIDIA"},
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

std::string_view domain_of(std::string_view maintainer) {
  const std::size_t at = maintainer.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view domain = maintainer.substr(at + 1);
  return domain.substr(0, domain.find_first_of("> \t"));
}

bool is_within(std::string_view domain, std::string_view parent) {
  if (!domain.ends_with(parent)) return false;
  return domain.size() == parent.size() || domain[domain.size() - parent.size() - 1] == '.';
}

}  // namespace

std::string_view dpkg_origin(const DpkgSigns& signs) {
  if (!signs.origin.empty()) return signs.origin;
  for (const Sign& mark : kVersionMarks) {
    if (signs.version.find(mark.sign) != std::string_view::npos) return mark.origin;
  }
  const std::string_view domain = domain_of(signs.maintainer);
  const auto known = std::ranges::find_if(
      kDomains, [&](const Sign& sign) { return is_within(domain, sign.sign); });
  return known == std::end(kDomains) ? std::string_view{} : known->origin;
}

}  // namespace azekura::scanner::inventory
