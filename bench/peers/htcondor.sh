#!/bin/bash
# Makes a root of Debian trixie with HTCondor in FOLDER/root, in two to three minutes and a gigabyte, for
# `npm run bench -- --only match --peers FOLDER`. Wants root, apt-get and Debian's keys. Touches nothing outside of
# FOLDER and leaves nothing running; made before, it only compiles the program again. To be rid of it remove FOLDER.
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

folder=${1:-${OGM_BENCH_PEERS:-}}
[ -n "$folder" ] || { echo "usage: $0 FOLDER, or with OGM_BENCH_PEERS=FOLDER" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
cd "$folder"
root=$PWD/root

# debootstrap from its package, unpacked here: nothing is installed on this machine.
if [ ! -e tool/usr/sbin/debootstrap ]; then
  apt-get download -qq -o APT::Sandbox::User=root debootstrap
  dpkg-deb -x debootstrap_*.deb tool
fi

if [ ! -e root.made ]; then
  rm -rf "$root"
  DEBOOTSTRAP_DIR=$PWD/tool/usr/share/debootstrap tool/usr/sbin/debootstrap --variant=minbase \
    --keyring=/usr/share/keyrings/debian-archive-trixie-stable.gpg trixie "$root" http://deb.debian.org/debian >make.log 2>&1
  # No package of that root starts anything.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  chroot "$root" apt-get install -y --no-install-recommends condor condor-dev g++ libc6-dev >>make.log 2>&1
  rm -f "$root"/var/cache/apt/archives/*.deb
  touch root.made
fi

mkdir -p "$root/ogm"
cp "$here/libclassad.cpp" "$root/ogm/"
chroot "$root" g++ -O2 -o /ogm/libclassad /ogm/libclassad.cpp -lclassad
chroot "$root" condor_version | head -1
