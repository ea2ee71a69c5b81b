"""What the tests of `azekura scan` share: a small set of advisories, a server that misbehaves as told, and a
root folder to scan."""

import gzip
import hashlib
import http.server
import io
import json
import os
import pathlib
import subprocess
import sys
import threading
import zipfile

sys.path.insert(0, os.path.join(os.environ["AZEKURA_SOURCE"], "tests/harness"))
from azekura_testing import *  # noqa: E402,F403
from azekura_testing import BIN, TMP  # noqa: E402

for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY", "AZEKURA_SCANNER", "LC_ALL",
             "LC_MESSAGES"):
    os.environ.pop(name, None)
os.environ["LANG"] = "C"
DATA = TMP / "data"


def azekura(*arguments, ok=0, env=None, timeout=120):
    """Runs it and expects this exit status; text out, text of errors."""
    done = subprocess.run([str(BIN / "azekura"), *[str(each) for each in arguments]], cwd=TMP, timeout=timeout,
                          stdin=subprocess.DEVNULL, capture_output=True, env={**os.environ, **(env or {})})
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == ok, (
        f"$ azekura {' '.join(str(each) for each in arguments)}\nended with {done.returncode}, not {ok}:\n"
        f"{done.stdout[-3000:]}\n{done.stderr}")
    return done


def osv(id, ecosystem, package, fixed, aliases=(), modified="2025-02-01T00:00:00Z", **more):
    events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    return {"schema_version": "1.6.0", "id": id, "modified": modified, "published": modified,
            "aliases": list(aliases), "summary": f"{package} is wrong",
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": events}]}], **more}


def zipped(records):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in records:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    return out.getvalue()


def sha256(octets):
    return hashlib.sha256(octets).hexdigest()


ALPINE = json.dumps({
    "distroversion": "v3.21", "reponame": "main", "urlprefix": "https://dl-cdn.alpinelinux.org/alpine",
    "packages": [{"pkg": {"name": "busybox", "secfixes": {"1.37.0-r9": ["CVE-2024-30001"]}}}]}).encode()
KEV = json.dumps({
    "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2025.02.01",
    "dateReleased": "2025-02-01T00:00:00.0000Z", "count": 1,
    "vulnerabilities": [{"cveID": "CVE-2024-10001", "vendorProject": "OpenSSL", "product": "OpenSSL",
                         "vulnerabilityName": "OpenSSL is wrong", "dateAdded": "2025-01-20",
                         "shortDescription": "wrong", "requiredAction": "upgrade", "dueDate": "2025-02-10",
                         "knownRansomwareCampaignUse": "Known", "notes": "", "cwes": []}]}).encode()
EPSS = gzip.compress(b"#model_version:v2025.03.14,score_date:2025-02-01T00:00:00+0000\n"
                     b"cve,epss,percentile\nCVE-2024-10001,0.25000,0.97000\n", mtime=0)
UPDATEINFO = gzip.compress(
    b'<?xml version="1.0" encoding="UTF-8"?>\n<updates><update author="linux-security@amazon.com" from="x" '
    b'status="final" type="security" version="1.4"><id>ALAS2023-2025-001</id><title>Amazon Linux 2023 - '
    b'ALAS2023-2025-001: important priority package update for curl</title><issued date="2025-01-15 00:00" />'
    b'<updated date="2025-01-16 00:00" /><severity>important</severity><description>wrong</description>'
    b'<references><reference href="https://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2024-40001" '
    b'id="CVE-2024-40001" type="cve" /></references><pkglist><collection short="amazon-linux-2023">'
    b'<name>Amazon Linux 2023</name><package arch="x86_64" epoch="0" name="curl" release="1.amzn2023" '
    b'version="8.5.1"><filename>Packages/curl.rpm</filename></package></collection></pkglist></update>'
    b'</updates>\n', mtime=0)


def repomd(octets, sum=None):
    return (f'<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="updateinfo">'
            f'<checksum type="sha256">{sum or sha256(octets)}</checksum>'
            f'<location href="repodata/{sha256(octets)[:8]}-updateinfo.xml.gz"/></data></repomd>').encode()


DEBIAN = [osv("DEBIAN-CVE-2024-10001", "Debian:12", "openssl", "3.0.15-1~deb12u1", upstream=["CVE-2024-10001"],
              aliases=["CVE-2024-10001"]),
          osv("DEBIAN-CVE-2024-10002", "Debian:12", "zlib", None, aliases=["CVE-2024-10002"])]


class Answer:
    """One resource, and how it is to be served."""

    def __init__(self, octets, status=200, location=None, endless=False, cut_at=None, cuts=0, failures=0,
                 ranges=True, pause=None):
        self.octets, self.status, self.location, self.endless = octets, status, location, endless
        self.cut_at, self.cuts, self.failures, self.ranges = cut_at, cuts, failures, ranges
        self.pause = pause  # an Event: after cut_at octets the rest waits for it

    @property
    def etag(self):
        return f'"{sha256(self.octets)[:16]}"'


class Server(http.server.ThreadingHTTPServer):
    """Serves `answers` by path at 127.0.0.1, and remembers each request: (path, status, octets of the body)."""

    daemon_threads = True

    def __init__(self, answers=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.seen, self.lock = dict(answers or {}), [], threading.Lock()
        self.reached = threading.Event()  # an answer with a pause is being served
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def requests(self):
        """What was asked since the last call."""
        with self.lock:
            seen, self.seen = self.seen, []
            return seen

    def handle_error(self, request, client_address):
        pass  # a client that has gone


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        server, sent, status = self.server, 0, 404
        path = self.path
        if path.startswith("http://"):  # asked as a proxy
            path = "proxy:" + path.split("/", 3)[2] + "/" + path.split("/", 3)[3]
        answer = server.answers.get(path)
        with server.lock:
            entry = [self.path, 0, 0, dict(self.headers)]
            server.seen.append(entry)
        if answer is None:
            answer = Answer(b"not here", status=404)
        status, body, headers = answer.status, answer.octets, {"ETag": answer.etag}
        with server.lock:
            if answer.failures > 0:
                answer.failures -= 1
                status, body, headers = 503, b"come again", {}
        if answer.location is not None:
            headers = {"Location": answer.location}
        if status == 200 and self.headers.get("If-None-Match") == answer.etag:
            status, body = 304, b""
        asked = self.headers.get("Range")
        if status == 200 and asked and answer.ranges and self.headers.get("If-Range") in (None, answer.etag):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                status, body = 416, b""
            else:
                headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                status, body = 206, body[start:]
        entry[1] = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if answer.endless:
            self.end_headers()
            piece = answer.octets * 1024
            while True:
                self.wfile.write(piece)
                entry[2] += len(piece)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = answer.cut_at is not None and status in (200, 206)
        with server.lock:
            if cut and answer.pause is None:
                cut = answer.cuts > 0
                answer.cuts -= 1
        if not cut:
            self.wfile.write(body)
            entry[2] = len(body)
            return
        self.wfile.write(body[:answer.cut_at])
        self.wfile.flush()
        entry[2] = len(body[:answer.cut_at])
        if answer.pause is not None:
            server.reached.set()
            answer.pause.wait(60)
        self.close_connection = True


def write_sources(text):
    DATA.mkdir(exist_ok=True)
    (DATA / "sources.toml").write_text(text)


def source(name, *urls, **more):
    lines = ["[[source]]", f'name = "{name}"']
    if urls:
        lines.append(f"urls = {json.dumps(list(urls))}")
    lines += [f"{key} = {json.dumps(value)}" for key, value in more.items()]
    return "\n".join(lines) + "\n"


def all_sources(server):
    """Every kind of source on the server, and the list of them."""
    server.answers |= {
        "/debian/all.zip": Answer(zipped(DEBIAN)), "/alpine/main.json": Answer(ALPINE), "/kev.json": Answer(KEV),
        "/epss.csv.gz": Answer(EPSS), "/amazon/repodata/repomd.xml": Answer(repomd(UPDATEINFO)),
        f"/amazon/repodata/{sha256(UPDATEINFO)[:8]}-updateinfo.xml.gz": Answer(UPDATEINFO)}
    write_sources(source("debian", f"{server.url}/debian/all.zip") +
                  source("alpine", f"{server.url}/alpine/main.json") + source("kev", f"{server.url}/kev.json") +
                  source("epss", f"{server.url}/epss.csv.gz") + source("amazon", yum=[f"{server.url}/amazon/"]))


def update(*more, ok=0, **options):
    """`azekura scan update --json`: the document, by source, and what was said."""
    done = azekura("scan", "update", "--data", DATA, "--json", *more, ok=ok, **options)
    if not done.stdout:
        return None, done.stderr
    document = json.loads(done.stdout)
    document["sources"] = {each["name"]: each for each in document["sources"]}
    return document, done.stderr


def sources():
    """`azekura scan sources --json`, by name."""
    return {each["name"]: each for each in json.loads(azekura("scan", "sources", "--data", DATA, "--json").stdout)}


def debian_root(packages=None, folder="root"):
    """A root file system of Debian 12 with these packages: (name, source, version)."""
    root = TMP / folder
    (root / "etc").mkdir(parents=True, exist_ok=True)
    (root / "var/lib/dpkg").mkdir(parents=True, exist_ok=True)
    (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
                                         "VERSION_CODENAME=bookworm\n")
    status = ""
    for name, source_name, version in packages or [("libssl3", "openssl", "3.0.11-1~deb12u2"),
                                                   ("openssl", "openssl", "3.0.11-1~deb12u2"),
                                                   ("zlib1g", "zlib", "1:1.2.13.dfsg-1")]:
        status += (f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nSource: {source_name}\n"
                   f"Version: {version}\n\n")
    (root / "var/lib/dpkg/status").write_text(status)
    return root
