import type { QueueReason } from '../../protocol/agent/standing.ts';
import { batchSituations } from '../../protocol/why/batch.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { because } from '../../protocol/why/situations.ts';
import { momentText } from '../../protocol/why/texts.ts';

/** Of a task that waits in a queue: its number, its node, and for how long. */
export interface Queued {
  readonly task: number;
  readonly node: string;
  readonly for: string;
}

type SlurmWord = Extract<keyof typeof batchSituations, `slurm-${string}`>;

/** Words of Slurm that say the same to who waits, such as those of its many limits of accounts and of qualities of service. */
const families: readonly (readonly [RegExp, SlurmWord])[] = [
  [/^Partition(?:Down|Inactive)$/, 'slurm-partition-shut'],
  [/^(?:ReqNodeNotAvail$|Nodes required for job are)/, 'slurm-nodes-away'],
  [/^(?:Assoc|QOS|Max\w+Per(?:User|Account)$)/, 'slurm-limit'],
];

/** Why a task waits in the queue of a batch system, by what that says of its job; `now` in milliseconds since 1970. */
export function whyQueued(queued: Queued, reason: QueueReason, now: number): Cause {
  const { system, job, word, says, startsInMs } = reason;
  const known = { ...queued, job, word, text: says };
  if (system === 'Slurm') {
    const start = startsInMs === null ? '' : `; it expects to begin it ${momentText(now + startsInMs)}`;
    const own = `slurm-${word}`;
    const text = says === '' ? '' : `, ${says}`;
    const situation = isOfSlurm(own)
      ? own
      : (families.find(([words]) => words.test(word))?.[1] ?? 'slurm-other');
    return because(situation, { ...known, start, text });
  }
  if (system === 'Grid Engine') {
    if (word.includes('E')) return because('sge-error', known);
    if (says.startsWith('waits for the jobs')) return because('sge-predecessor', known);
    if (word.includes('h')) return because('sge-held', known);
    if (says.startsWith('not before')) return because('sge-not-before', known);
    if (/cannot run|no suitable/.test(says)) return because('sge-unsuitable', known);
  }
  return because('batch-other', { ...known, system, text: says === '' ? '' : `: ${says}` });
}

function isOfSlurm(situation: string): situation is SlurmWord {
  return Object.hasOwn(batchSituations, situation);
}
