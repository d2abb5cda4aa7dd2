#!/bin/bash
# Grid Engine 8.1.9 of Debian on this machine alone: sge_qmaster, sge_execd, one queue with more slots than there are
# cores, since their number bounds how many jobs one pass of the scheduler starts.
. "$(dirname "$0")/lib.sh"

slots=64
export SGE_ROOT=/var/lib/gridengine SGE_CELL=default
common=$SGE_ROOT/$SGE_CELL/common
spool=/var/spool/gridengine
master=$spool/qmaster/qmaster.pid
daemon=$spool/execd/localhost/execd.pid
scratch=$state/sge

provide() {
  printf '%s\n' \
    'gridengine-common shared/gridenginemaster string localhost' \
    'gridengine-common shared/gridenginecell string default' \
    'gridengine-common shared/gridengineconfig boolean true' \
    'gridengine-master shared/gridenginemaster string localhost' \
    'gridengine-client shared/gridengineconfig boolean true' | debconf-set-selections
  packages gridengine-master gridengine-exec gridengine-client
}

# change SHOW MODIFY FILE NAME=VALUE...: sets attributes as an editor would (`qconf` takes whole files).
change() {
  local show=$1 modify=$2 file=$scratch/$3 pair expressions=()
  shift 3
  for pair in "$@"; do expressions+=(-e "s|^(${pair%%=*}) .*|\\1 ${pair#*=}|"); done
  SGE_SINGLE_LINE=1 qconf "$show" >"$file.old"
  sed -E "${expressions[@]}" "$file.old" >"$file"
  cmp -s "$file" "$file.old" || qconf "$modify" "$file" >/dev/null
}

configure() {
  mkdir -p "$scratch"
  local who
  for who in -ah -as; do qconf "$who" localhost >/dev/null 2>&1 || true; done
  qconf -am root >/dev/null 2>&1 || true
  change -sconf -Mconf global shepherd_cmd=/usr/lib/gridengine/sge_shepherd min_uid=0 min_gid=0 mailer=/bin/true \
    load_report_time=00:00:05 finished_jobs=2000 shell_start_mode=unix_behavior max_aj_instances=20000 \
    'reporting_params=accounting=true reporting=false flush_time=00:00:01 accounting_flush_time=00:00:00 joblog=false sharelog=00:00:00'
  change -ssconf -Msconf sched schedule_interval=0:0:1 flush_submit_sec=1 flush_finish_sec=1 job_load_adjustments=NONE \
    max_pending_tasks_per_job=1000 schedd_job_info=false
  if ! qconf -sp smp >/dev/null 2>&1; then
    printf '%s\n' 'pe_name smp' 'slots 999' 'user_lists NONE' 'xuser_lists NONE' 'start_proc_args NONE' 'stop_proc_args NONE' \
      'allocation_rule $pe_slots' 'control_slaves FALSE' 'job_is_first_task TRUE' 'urgency_slots min' 'accounting_summary FALSE' \
      'qsort_args NONE' >"$scratch/smp"
    qconf -Ap "$scratch/smp" >/dev/null
  fi
}

queue() {
  SGE_SINGLE_LINE=1 qconf -sq | sed -E -e 's/^(qname) .*/\1 main.q/' -e 's/^(hostlist) .*/\1 localhost/' \
    -e 's/^(load_thresholds) .*/\1 NONE/' -e "s/^(slots) .*/\\1 $slots/" -e 's/^(shell) .*/\1 \/bin\/sh/' \
    -e 's/^(shell_start_mode) .*/\1 unix_behavior/' -e 's/^(pe_list) .*/\1 smp/' -e 's/^(min_cpu_interval) .*/\1 00:00:05/' \
    -e 's/^(processors) .*/\1 UNDEFINED/' -e 's/^(notify) .*/\1 00:00:05/' >"$scratch/queue"
  if qconf -sq main.q >/dev/null 2>&1; then qconf -Mq "$scratch/queue" >/dev/null; else qconf -Aq "$scratch/queue" >/dev/null; fi
}

serves() {
  qstat -f -q main.q 2>/dev/null | awk '/^main.q@/ { exit ($6 == "" || $6 == "d") ? 0 : 1 }' &&
    qhost -h localhost | grep -qE '^localhost +lx-amd64 '
}

up() {
  install -d -o sgeadmin -g sgeadmin /run/gridengine "$spool/qmaster" "$spool/execd"
  echo localhost >"$common/act_qmaster"
  # The names of this machine are one name.
  echo "localhost $({ hostname; hostname -s; hostname -f 2>/dev/null; } | grep -vx localhost | sort -u | tr '\n' ' ')" >"$common/host_aliases"
  chown sgeadmin:sgeadmin "$common/act_qmaster" "$common/host_aliases"
  alive "$master" sge_qmaster || { rm -f "$master"; (cd / && /usr/sbin/sge_qmaster); }
  within 90 qconf -sh || die "sge_qmaster: $(tail -5 "$spool/qmaster/messages")"
  configure
  alive "$daemon" sge_execd || { rm -f "$daemon"; (cd / && /usr/sbin/sge_execd); }
  within 90 qconf -se localhost || die 'sge_execd did not register'
  queue
  within 120 serves || die "sge_execd: $(qstat -f)"
}

# By a name of its own: a qmaster that was killed gives numbers again, and its accounting has the jobs of before by them.
try() {
  local job=try$(date +%s%N)
  (cd / && qsub -terse -N "$job" -b y -j y -o /dev/null /bin/sh -c "'exit 3'" >/dev/null)
  within 120 qacct -j "$job" || die "$(qstat -f -u '*' 2>&1 | tail -5)"
  qacct -j "$job" | grep -qE '^exit_status +3 *$' || die "$(qacct -j "$job")"
}

down() {
  stop_process "$daemon" sge_execd 15 # jobs that run go on
  stop_process "$master" sge_qmaster 30 # writes its state
}

where() {
  printf 'commands: %s\nSGE_ROOT: %s\nSGE_CELL: %s\n' "$(dirname "$(command -v qsub)")" "$SGE_ROOT" "$SGE_CELL"
}

main "$@"
