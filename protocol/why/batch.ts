import type { Situations } from './situation.ts';

/** Why a task waits in the queue of a batch system, by that system's own word. */
export const batchSituations = {
  'slurm-Resources': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says Resources, too little is free for it{start}',
    next: 'wait; or ask for fewer Cpus, less Memory or a shorter Walltime, so that it fits in sooner',
  },
  'slurm-Priority': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says Priority, others are before it{start}',
    next: 'wait for those; squeue there tells which they are',
  },
  'slurm-JobHeldUser': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says JobHeldUser, it is held',
    next: 'have the owner of the agent release it (scontrol release), or mend agent.submit-options, which asks for that',
  },
  'slurm-JobHeldAdmin': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says JobHeldAdmin, an administrator holds it',
    next: 'ask the administrators of the cluster to release it, or cancel it and name another resource',
  },
  'slurm-BeginTime': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says BeginTime{start}',
    next: 'wait until then, or have the owner of the agent mend agent.submit-options',
  },
  'slurm-Dependency': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says Dependency, another job is to end before',
    next: 'wait for that one; scontrol show job {job} there tells which it is',
  },
  'slurm-DependencyNeverSatisfied': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says DependencyNeverSatisfied, what it waits for can no more happen',
    next: 'cancel the job: it never begins there; then submit it again without that dependency',
  },
  'slurm-PartitionConfig': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says PartitionConfig, it asks for more than the partition has',
    next: 'cancel the job: it never begins there; ask for less, or have the owner of the agent mend agent.submit-options',
  },
  'slurm-PartitionTimeLimit': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says PartitionTimeLimit, it may run longer than its partition lets any job',
    next: 'cancel the job: it never begins there; say a shorter Walltime in its Ask (ogm node {node} tells how long one may run), or name another resource',
  },
  'slurm-partition-shut': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says {word}, its partition begins no jobs just now',
    next: 'wait until administrators open it again (sinfo there tells its state), or cancel the job and name another resource',
  },
  'slurm-nodes-away': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says {word}{text}: machines that it needs are away{start}',
    next: 'wait until they are back (sinfo -R there tells why they are away); before a maintenance, say a Walltime in its Ask by which it ends sooner',
  },
  'slurm-Reservation': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says Reservation, that in which it is to run has not begun{start}',
    next: 'wait until it begins (scontrol show reservation there tells when), or have the owner of the agent mend agent.submit-options',
  },
  'slurm-Licenses': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says Licenses, none is free of one that it asks for{start}',
    next: 'wait until others give theirs back; scontrol show licenses there tells how many there are and are used',
  },
  'slurm-limit': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says {word}, the user or account of the agent has there as much as it may{start}',
    next: 'wait until jobs of that account end; or have the owner of the agent name another (agent.account), or ask the administrators of the cluster for more (sacctmgr show assoc, sacctmgr show qos)',
  },
  'slurm-other': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Slurm says {word}{text}{start}',
    next: 'see under that word in squeue(1), "JOB REASON CODES", or ask the administrators of the cluster',
  },
  'sge-error': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Grid Engine is in state {word}: {text}',
    next: 'have what it says mended on the cluster, then qmod -cj {job}; or cancel the job',
  },
  'sge-held': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Grid Engine is in state {word}, it is held',
    next: 'have the owner of the agent release it (qrls {job}), or mend agent.submit-options, which asks for that',
  },
  'sge-predecessor': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Grid Engine is in state {word}, and {text}',
    next: 'wait for those to end, or have the owner of the agent mend agent.submit-options',
  },
  'sge-not-before': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Grid Engine is in state {word}, {text}',
    next: 'wait until then, or have the owner of the agent mend agent.submit-options',
  },
  'sge-unsuitable': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of Grid Engine is in state {word}: {text}',
    next: 'wait where that passes, such as slots that are taken; else ask for less, or have the owner of the agent mend agent.submit-options',
  },
  'batch-other': {
    of: 'task',
    says: 'task {task} waits on {node} for {for}: job {job} of {system} is in state {word}{text}',
    next: 'wait; qstat -f {job} there tells more',
  },
} as const satisfies Situations;
