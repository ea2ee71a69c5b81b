# Shared steps of the scripts in this folder. Sourced by bash, not run.
# shellcheck shell=bash

set -euo pipefail
# An application's own OpenSSL settings must not reach the tools that build and test Azekura.
unset OPENSSL_CONF OPENSSL_MODULES CDPATH
export LC_ALL=C.UTF-8

azekura_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
azekura_home="${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"
azekura_cache="${XDG_CACHE_HOME:-$azekura_home/.cache}/azekura"
azekura_logs="$azekura_cache/logs"
azekura_jobs="${AZEKURA_JOBS:-$(nproc)}"

say() { printf '%s\n' "$*" >&2; }

die() {  # die MESSAGE [HINT]
  printf 'azekura: error: %s\n' "$1" >&2
  if [ $# -gt 1 ]; then printf 'hint: %s\n' "$2" >&2; fi
  exit 1
}

duration() {  # duration SECONDS -> "1 min 34 s"
  if [ "$1" -ge 60 ]; then printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# How far a log says that its command has come: "34/120" as ninja and ctest count, or its lines.
progress() {  # progress LOG
  local last
  last="$(tail -c 400 "$1" | tr '\r' '\n' | grep -oE '^ *\[?[0-9]+/[0-9]+' | tail -n 1 | tr -d ' [' || true)"
  if [ -n "$last" ]; then printf '%s' "$last"; else printf '%s lines of output' "$(wc -l <"$1")"; fi
}

# Runs a command with its output in a log, and says what is going on: on a terminal by one line that
# counts, elsewhere by a line every half minute. If the command fails, shows the end of the log and
# its path, and returns the command's status.
#   step TITLE LOG-NAME COMMAND...
step() {
  local title="$1" log="$azekura_logs/$2.log" began=$SECONDS pid status=0 shown=0 elapsed
  shift 2
  mkdir -p "$azekura_logs"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  [ -t 2 ] || say "  .. $title"
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    elapsed=$((SECONDS - began))
    if [ -t 2 ]; then
      if [ "$elapsed" -ne "$shown" ]; then
        shown=$elapsed
        printf '\r\033[K  .. %s  (%s, %s)' "$title" "$(duration "$elapsed")" "$(progress "$log")" >&2
      fi
    elif [ $((elapsed - shown)) -ge 30 ]; then
      shown=$elapsed
      say "     $title: $(duration "$elapsed"), $(progress "$log")"
    fi
  done
  wait "$pid" || status=$?
  elapsed=$((SECONDS - began))
  [ ! -t 2 ] || printf '\r\033[K' >&2
  if [ "$status" -eq 0 ]; then
    say "  ok $title ($(duration "$elapsed"))"
  else
    say "  !! $title failed with status $status after $(duration "$elapsed"). The end of its output:"
    tail -n 25 "$log" | sed 's/^/     | /' >&2
    say "     all of it: $log"
  fi
  return "$status"
}

# Runs a command as root: directly if this is root, through sudo otherwise.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    die "this step needs root, and there is no sudo: $*" "run scripts/install-deps once as root"
  fi
}

# Configures a preset. Starts over if what is there was configured from other files or by another
# compiler, which CMake cannot mend by itself.
configure() {  # configure PRESET
  cmake --preset "$1" || {
    rm -rf "${azekura_root:?}/build/$1/CMakeCache.txt" "$azekura_root/build/$1/CMakeFiles"
    cmake --preset "$1"
  }
}

build_preset() {  # build_preset PRESET [TARGET...]
  local preset="$1"
  shift
  nice cmake --build --preset "$preset" -j "$azekura_jobs" ${1:+--target "$@"}
}
