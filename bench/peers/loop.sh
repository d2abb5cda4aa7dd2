#!/bin/bash
# loop.sh AT-ONCE COMMAND...: for each line that says how many, runs the command so often, so many at once; answers with
# the seconds that it took. Ends at once where the command does not work.
set -euo pipefail
cd /
at_once=$1
shift
"$@" </dev/null >/dev/null 2>&1 || exit 1
echo ready
while read -r count; do
  began=$EPOCHREALTIME
  seq "$count" | xargs -P "$at_once" -I{} "$@" >/dev/null
  ended=$EPOCHREALTIME
  awk -v began="$began" -v ended="$ended" 'BEGIN { printf "%.3f\n", ended - began }'
done
