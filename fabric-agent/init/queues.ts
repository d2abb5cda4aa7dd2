import type { FoundBatch } from './found.ts';

type Queues = Pick<FoundBatch, 'queues' | 'usual'>;

/** Queues (a count) that are told of at most. */
const mostQueues = 100;

/** What `sinfo -h -o '%P|%a'` says: the partitions that are up, the usual one with a star. */
export function partitionsIn(output: string): Queues {
  const lines = output.split('\n').map((line) => line.trim().split('|'));
  const up = lines.flatMap(([name = '', state]) => (name !== '' && state === 'up' ? name : []));
  const queues = [...new Set(up.map((name) => name.replace(/\*$/, '')))].slice(0, mostQueues);
  return { queues, usual: up.find((name) => name.endsWith('*'))?.slice(0, -1) };
}

/** What `qconf -sql` of Grid Engine says: a queue a line. None is the usual one: it chooses among them. */
export function gridQueuesIn(output: string): Queues {
  const queues = output.split('\n').flatMap((line) => line.trim() || []);
  return { queues: queues.slice(0, mostQueues), usual: undefined };
}

/** What `qstat -Q` of TORQUE and OpenPBS says: a table, under a line of dashes. */
export function pbsQueuesIn(output: string): Queues {
  const lines = output.split('\n');
  const rows = lines.slice(lines.findIndex((line) => /^-{3,}/.test(line)) + 1);
  const queues = rows.flatMap((line) => line.trim().split(/\s+/)[0] || []);
  return { queues: queues.slice(0, mostQueues), usual: undefined };
}
