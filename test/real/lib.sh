# What the scripts of real systems share; to be sourced by bash. Each takes `start`, `stop` or `where`, wants Debian 12
# as root, needs no systemd and no control groups, and may be said again.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

name=$(basename "$0" .sh)
# Process ids, logs, unpacked packages.
state=/run/ogm-real
install -d -m 755 "$state"

say() { printf '%s: %s\n' "$name" "$*" >&2; }
die() { say "failed: $*"; exit 1; }

# The lists of packages may be stale, or not there at all.
update_lists() { apt-get update -qq -o DPkg::Lock::Timeout=600; }

# Installs what is missing. No daemon is started by a package: policy-rc.d forbids it meanwhile.
packages() {
  local missing=() package forbids=0
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    forbids=1
  fi
  local options=(-y -qq -o DPkg::Lock::Timeout=600 --no-install-recommends) code=0
  {
    apt-get install "${options[@]}" "${missing[@]}" || {
      dpkg --configure -a --force-confold # an installation may have been broken off
      update_lists
      apt-get install "${options[@]}" "${missing[@]}"
    }
  } >"$state/apt-$name.log" 2>&1 || code=$?
  [ "$forbids" = 0 ] || rm -f /usr/sbin/policy-rc.d
  [ "$code" = 0 ] || { tail -20 "$state/apt-$name.log" >&2; die "apt-get install ${missing[*]}"; }
}

# lives ID PROGRAM: whether that process runs that program. The id of a daemon that was killed may be another's since,
# and one for which nobody waits has ended though it is there.
lives() { grep -qE "^[0-9]+ \($2\) [^ZX]" "/proc/$1/stat" 2>/dev/null; }

# alive PIDFILE PROGRAM
alive() { [ -s "$1" ] && lives "$(cat "$1")" "$2"; }

# stop_process PIDFILE PROGRAM SECONDS: tells the process to end, and kills it where it has not by then.
stop_process() {
  local id tick
  if alive "$1" "$2"; then
    id=$(cat "$1")
    kill "$id" 2>/dev/null || true
    for ((tick = 0; tick < $3 * 10; tick++)); do lives "$id" "$2" || break; sleep 0.1; done
    ! lives "$id" "$2" || kill -9 "$id" 2>/dev/null || true
  fi
  rm -f "$1"
}

# within SECONDS COMMAND...: asks again and again until it holds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# tools FOLDER: a root of this machine's own busybox, for an image that no registry is asked for.
tools() {
  local applet
  mkdir -p "$1"/{bin,tmp,var/tmp,proc,dev,sys,etc,root,home}
  cp /bin/busybox "$1/bin/"
  for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -f "$1/bin/busybox" "$1/bin/$applet"; done
  echo 'root:x:0:0:root:/:/bin/sh' >"$1/etc/passwd"
  echo 'root:!:1::::::' >"$1/etc/shadow"
  chmod 600 "$1/etc/shadow"
  chmod 700 "$1/root"
  chmod 1777 "$1/tmp" "$1/var/tmp"
}

main() {
  local began=$SECONDS
  # One after the other, whoever else starts or stops the same system: no daemon inherits the lock.
  case "${1:-}" in
    start | stop)
      [ "${OGM_REAL_LOCKED:-}" = "$name" ] ||
        OGM_REAL_LOCKED=$name exec flock --close "$state/$name.lock" bash "$0" "$@" ;;
  esac
  case "${1:-}" in
    start) provide; up; try; say "there after $((SECONDS - began)) s"; where ;;
    stop) down; say "gone after $((SECONDS - began)) s" ;;
    where) where ;;
    *) echo "usage: $0 start|stop|where" >&2; exit 2 ;;
  esac
}
