#!/bin/bash
# Runs so many jobs that do nothing through the Grid Engine of this machine, as one array, for each line that says how
# many; answers with the seconds from qsub until none of them is in the queue. Ends at once where none serves.
set -euo pipefail
cd /
export SGE_ROOT=${SGE_ROOT:-/var/lib/gridengine} SGE_CELL=${SGE_CELL:-default}
# Debian's commands in /usr/bin are scripts that start these.
export PATH=/usr/lib/gridengine:$PATH
qhost >/dev/null 2>&1 || exit 1
job=
trap '[ -z "$job" ] || qdel "$job" >/dev/null' EXIT
echo ready
while read -r count; do
  began=$EPOCHREALTIME
  job=$(qsub -terse -b y -shell n -N ogm-bench -o /dev/null -e /dev/null -t "1-$count" /bin/true | cut -d. -f1)
  while qstat | awk -v job="$job" '$1 == job { found = 1 } END { exit !found }'; do sleep 0.05; done
  ended=$EPOCHREALTIME
  job=
  awk -v began="$began" -v ended="$ended" 'BEGIN { printf "%.3f\n", ended - began }'
done
