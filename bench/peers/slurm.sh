#!/bin/bash
# Runs so many jobs that do nothing through the Slurm of this machine, as one array, for each line that says how many;
# answers with the seconds from sbatch until none of them is in the queue. Ends at once where no Slurm serves.
set -euo pipefail
cd /
sinfo -h -o %t 2>/dev/null | grep -qE '^(idle|mix|alloc)$' || exit 1
job=
trap '[ -z "$job" ] || scancel "$job"' EXIT
echo ready
while read -r count; do
  began=$EPOCHREALTIME
  job=$(printf '#!/bin/true\n' | sbatch --parsable --job-name=ogm-bench --output=/dev/null --array="1-$count")
  while [ -n "$(squeue --noheader --jobs="$job" --format=%i 2>/dev/null)" ]; do sleep 0.05; done
  ended=$EPOCHREALTIME
  job=
  awk -v began="$began" -v ended="$ended" 'BEGIN { printf "%.3f\n", ended - began }'
done
