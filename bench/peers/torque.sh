#!/bin/bash
# Gives so many jobs that do nothing to the commands of TORQUE over the Slurm of this machine, one after the other, for
# each line that says how many; answers with the seconds until none of them is in the queue. Ends at once where none serves.
set -euo pipefail
cd /
export PATH=/run/ogm-real/torque/bin:$PATH
name=ogm-bench-$$
script=$(mktemp)
printf '#!/bin/sh\nexit 0\n' >"$script"
trap 'scancel --quiet --name="$name"; rm -f "$script"' EXIT
pbsnodes -a >/dev/null 2>&1 || exit 1
echo ready
while read -r count; do
  began=$EPOCHREALTIME
  for ((at = 0; at < count; at++)); do qsub -N "$name" -o /dev/null -e /dev/null "$script" >/dev/null; done
  while [ -n "$(squeue --noheader --name="$name" --format=%i 2>/dev/null)" ]; do sleep 0.05; done
  ended=$EPOCHREALTIME
  awk -v began="$began" -v ended="$ended" 'BEGIN { printf "%.3f\n", ended - began }'
done
