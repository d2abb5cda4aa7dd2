#!/usr/bin/env bash
# Podman with crun, and an image `localhost/ogm/tools` made of this machine's own busybox: nothing is fetched from a registry.
# No daemon: `stop` removes the containers of that image. Tests run podman with CONTAINERS_CONF as `where` says.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$state/podman
image=localhost/ogm/tools:latest
export CONTAINERS_CONF=$folder/containers.conf

provide() { packages podman crun busybox-static; }

# crun refuses a machine that has control groups of both versions, so it is shown those of the first alone.
runtime() {
  cat >"$folder/crun" <<'R'
#!/bin/sh
[ -d /sys/fs/cgroup/unified ] || exec /usr/bin/crun "$@"
exec unshare -m --propagation private sh -c 'umount -l /sys/fs/cgroup/unified 2>/dev/null; exec /usr/bin/crun "$@"' crun "$@"
R
  chmod 755 "$folder/crun"
}

# Where hard limits cannot be raised, podman's own would be refused.
configure() {
  cat >"$CONTAINERS_CONF" <<C
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "shown"
runtime_supports_nocgroup = ["shown"]
runtime_supports_json = ["shown"]
[engine.runtimes]
shown = ["$folder/crun"]
C
}

make_image() {
  local files
  podman image exists "$image" && return 0
  files=$(mktemp -d -p "$folder")
  tools "$files"
  tar -C "$files" -c . | podman import --change 'ENV PATH=/bin' --change 'CMD ["/bin/sh"]' - "$image" >"$folder/import.log" 2>&1 ||
    die "$(cat "$folder/import.log")"
  rm -rf "$files"
}

up() {
  install -d -m 755 "$folder"
  runtime
  configure
  make_image
}

try() {
  local code=0
  podman run --rm --pull never --network none --cgroups disabled "$image" sh -c 'exit 3' >"$folder/try.log" 2>&1 || code=$?
  [ "$code" = 3 ] || die "$(cat "$folder/try.log")"
}

down() {
  local container
  for container in $(podman ps -aq --filter "ancestor=$image" 2>/dev/null); do podman rm -f -t 0 "$container" >/dev/null; done
}

where() {
  printf 'image: %s\nCONTAINERS_CONF: %s\n' "$image" "$CONTAINERS_CONF"
}

main "$@"
