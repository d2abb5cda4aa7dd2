#!/bin/bash
# OpenSSH's sshd on 127.0.0.1:2722, with a configuration, a host key and users of its own; whatever sshd the system has is
# left alone. Who has $state/ssh/id gets in as either user: one whose processes a test kills, and one for all other tests.
. "$(dirname "$0")/lib.sh"

users=(ogmssh ogmlone)
port=2722
own=$state/ssh
daemon=$own/sshd.pid

provide() { packages openssh-server openssh-client; }

configure() {
  install -d -m 755 "$own" /run/sshd
  local key
  for key in "$own/host" "$own/id"; do
    [ -s "$key.pub" ] || { rm -f "$key"; ssh-keygen -q -t ed25519 -N '' -C '' -f "$key"; } # it writes that file last
  done
  # Below /var/tmp, which batch systems of this machine see too. An account with a /bin/sh starts faster than one with bash.
  local user
  for user in "${users[@]}"; do
    id "$user" >/dev/null 2>&1 || useradd --create-home --home-dir "/var/tmp/$user" --shell /bin/sh "$user"
    usermod -p '*' "$user" # no password, yet not locked: without PAM sshd lets nobody into a locked account
  done
  install -m 644 "$own/id.pub" "$own/authorized"
  cat >"$own/sshd_config" <<C
Port $port
ListenAddress 127.0.0.1
HostKey $own/host
PidFile $daemon
AuthorizedKeysFile $own/authorized
StrictModes no
AllowUsers ${users[*]}
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
MaxStartups 200
MaxSessions 200
Subsystem sftp internal-sftp
C
  echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$own/host.pub")" >"$own/known_hosts"
}

login() {
  ssh -F none -p "$port" -i "$own/id" -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile="$own/known_hosts" \
    -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes -o LogLevel=ERROR "${users[0]}@127.0.0.1" "$@"
}

up() {
  configure
  alive "$daemon" sshd || { rm -f "$daemon"; /usr/sbin/sshd -f "$own/sshd_config" -E "$own/sshd.log"; }
  within 60 login true || die "sshd: $(tail -3 "$own/sshd.log")"
}

try() {
  local code=0
  login exit 3 || code=$?
  [ "$code" = 3 ] || die "a command ended with $code, not 3"
}

down() { stop_process "$daemon" sshd 5; }

where() { echo "files: $own"; }

main "$@"
