#!/bin/bash
# Slurm 22.05 of Debian on this machine alone: munged, slurmctld, slurmd. One node that claims more processors than
# there are, since their number bounds how many jobs one pass of the scheduler starts.
. "$(dirname "$0")/lib.sh"

cpus=64
host=$(hostname -s)
munged=/run/munge/munged.pid
controller=/run/slurmctld.pid
daemon=/run/slurmd.pid
logs=/var/log/slurm

provide() { packages munge slurmctld slurmd slurm-client; }

configure() {
  install -d -m 755 /etc/slurm /var/spool/slurmd
  install -d -o slurm -g slurm -m 755 /var/spool/slurmctld "$logs"
  install -d -o munge -g munge -m 700 /etc/munge /var/lib/munge /var/log/munge
  install -d -o munge -g munge -m 755 /run/munge
  [ -s /etc/munge/munge.key ] || head -c 1024 /dev/urandom >/etc/munge/munge.key
  chown munge:munge /etc/munge/munge.key
  chmod 400 /etc/munge/munge.key
  touch "$logs/jobcomp.log"
  chown slurm:slurm "$logs/jobcomp.log"
  # Without control groups (proctrack/linuxproc, task/none). Jobs that have ended are told of for a minute by the
  # controller, then by jobcomp.log alone: so tests see both.
  cat >/etc/slurm/slurm.conf.new <<C
ClusterName=ogm
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=6817
SlurmdPort=6818
AuthType=auth/munge
CredType=cred/munge
SlurmUser=slurm
SlurmdUser=root
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
SlurmctldPidFile=$controller
SlurmdPidFile=$daemon
SlurmctldLogFile=$logs/slurmctld.log
SlurmdLogFile=$logs/slurmd.log
SlurmctldDebug=info
SlurmdDebug=info
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=5,sched_min_interval=10000,bf_interval=5,default_queue_depth=2000,max_rpc_cnt=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
KillWait=2
BatchStartTimeout=10
MessageTimeout=30
MinJobAge=60
MaxJobCount=50000
MaxArraySize=20001
JobCompType=jobcomp/filetxt
JobCompLoc=$logs/jobcomp.log
AccountingStorageType=accounting_storage/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$(awk '/MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo) State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE DefaultTime=60 OverSubscribe=NO State=UP
C
  if ! cmp -s /etc/slurm/slurm.conf.new /etc/slurm/slurm.conf; then
    stop_process "$daemon" slurmd 15
    stop_process "$controller" slurmctld 30
  fi
  mv /etc/slurm/slurm.conf.new /etc/slurm/slurm.conf
}

serves() { sinfo -h -o %t | grep -qE '^(idle|mix|alloc)$'; }

up() {
  configure
  alive "$munged" munged || setpriv --reuid munge --regid munge --clear-groups /usr/sbin/munged
  within 60 sh -c 'munge -n | unmunge' || die munge
  alive "$controller" slurmctld || /usr/sbin/slurmctld
  within 90 scontrol ping || die "slurmctld: $(tail -5 "$logs/slurmctld.log")"
  alive "$daemon" slurmd || /usr/sbin/slurmd
  within 30 serves || scontrol update nodename="$host" state=resume || true
  within 60 serves || die "slurmd: $(tail -5 "$logs/slurmd.log")"
}

try() {
  local job
  job=$(cd / && sbatch --parsable -o /dev/null --wrap 'exit 3')
  within 120 sh -c "scontrol -o show job $job | grep -q 'JobState=FAILED .*ExitCode=3:0'" || die "$(scontrol -o show job "$job")"
}

down() {
  stop_process "$daemon" slurmd 15
  stop_process "$controller" slurmctld 30
  stop_process "$munged" munged 10
}

where() { echo "commands: $(dirname "$(command -v sbatch)")"; }

main "$@"
