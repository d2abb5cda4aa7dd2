#!/usr/bin/env bash
# A docker service of its own, with its own socket and files, without a bridge, and the image of podman.sh, of this machine's
# own busybox. Tests run docker with DOCKER_HOST as `where` says.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$state/docker
image=localhost/ogm/tools:latest
pid=$folder/dockerd.pid
export DOCKER_HOST=unix://$folder/docker.sock

provide() { packages docker.io busybox-static; }

make_image() {
  local files
  docker image inspect "$image" >/dev/null 2>&1 && return 0
  files=$(mktemp -d -p "$folder")
  tools "$files"
  tar -C "$files" -c . | docker import --change 'ENV PATH=/bin' --change 'CMD ["/bin/sh"]' - "$image" >"$folder/import.log" 2>&1 ||
    die "$(cat "$folder/import.log")"
  rm -rf "$files"
}

gone() { ! pgrep -f "^containerd --config $folder/exec/"; }

serve() {
  alive "$pid" dockerd && return 0
  # One that has outlived its dockerd keeps the next one's from their database.
  pkill -KILL -f "^containerd --config $folder/exec/" && within 10 gone || true
  rm -f "$pid" "$folder"/exec/containerd/containerd.{pid,sock}*
  echo '{}' >"$folder/daemon.json"
  # Where hard limits cannot be raised, its own would be refused.
  (
    cd /
    setsid /usr/sbin/dockerd --host "$DOCKER_HOST" --pidfile "$pid" --data-root /var/lib/ogm-docker --exec-root "$folder/exec" \
      --iptables=false --ip6tables=false --ip-masq=false --bridge=none --exec-opt native.cgroupdriver=cgroupfs \
      --cgroup-parent /ogm-docker --default-ulimit "nproc=$(ulimit -Hu):$(ulimit -Hu)" \
      --default-ulimit "nofile=$(ulimit -Hn):$(ulimit -Hn)" --config-file "$folder/daemon.json" --log-level warn \
      >"$folder/dockerd.log" 2>&1 </dev/null &
  )
  within 120 docker info || die "dockerd: $(tail -5 "$folder/dockerd.log")"
}

up() {
  install -d -m 755 "$folder"
  serve
  make_image
}

try() {
  local code=0
  docker run --rm --pull never --network none "$image" sh -c 'exit 3' >"$folder/try.log" 2>&1 || code=$?
  [ "$code" = 3 ] || die "$(cat "$folder/try.log")"
}

down() {
  local container
  if alive "$pid" dockerd; then for container in $(docker ps -aq); do docker rm -f "$container" >/dev/null; done; fi
  stop_process "$pid" dockerd 30
}

where() {
  printf 'image: %s\nDOCKER_HOST: %s\n' "$image" "$DOCKER_HOST"
}

main "$@"
