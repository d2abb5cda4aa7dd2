#!/bin/bash
# The commands of TORQUE over the Slurm of slurm.sh: the server of TORQUE is in no registry, and these wrappers of Slurm's
# own are the nearest real thing. They own /usr/bin/qsub as Grid Engine does, so they are unpacked into a folder of theirs.
. "$(dirname "$0")/lib.sh"

commands=$state/torque/bin

provide() {
  bash "$(dirname "$0")/slurm.sh" start >/dev/null
  packages libslurm-perl libslurmdb-perl libswitch-perl
  [ ! -x "$commands/qsub" ] || return 0
  local scratch=$state/torque/package command
  rm -rf "$scratch" "$commands"
  install -d -m 777 "$scratch" # apt downloads as a user of its own
  download "$scratch" || { update_lists && download "$scratch"; } || die 'apt-get download slurm-wlm-torque'
  dpkg-deb -x "$scratch"/slurm-wlm-torque_*.deb "$scratch/unpacked"
  # The wrappers look for them beside themselves.
  for command in sbatch salloc srun scontrol squeue scancel; do ln -sf "/usr/bin/$command" "$scratch/unpacked/usr/bin/$command"; done
  mv "$scratch/unpacked/usr/bin" "$commands"
  rm -rf "$scratch"
}

download() { (cd "$1" && apt-get download -qq slurm-wlm-torque >/dev/null 2>&1); }

up() { :; }

try() {
  local job script=$state/torque/try.sh
  printf '#!/bin/sh\nexit 4\n' >"$script"
  job=$(cd / && "$commands/qsub" -N try -j oe -o /dev/null -l walltime=00:01:00,nodes=1:ppn=1 "$script")
  within 120 sh -c "'$commands/qstat' -f $job | grep -q 'job_state = C'" || die "$("$commands/qstat" -f "$job")"
}

down() { bash "$(dirname "$0")/slurm.sh" stop; }

where() { echo "commands: $commands"; }

main "$@"
