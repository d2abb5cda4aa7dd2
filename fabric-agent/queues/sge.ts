import type { QueueJob } from './facts.ts';
import { inUtc, type QueueSystem, spanMs, untilMs } from './system.ts';

/** Cluster queues of Grid Engine. */
export const sgeQueue: QueueSystem = {
  cluster: () => ['qconf', '-sss'],
  clusterIn(output, { SGE_CELL = 'default', SGE_ROOT = '' }) {
    const [host = ''] = output.trim().split(/\s/);
    if (host === '') throw new Error('qconf does not say which cluster this is');
    return `${SGE_CELL}@${host}${SGE_ROOT}`;
  },
  shape: ({ queue }) => ['qstat', '-g', 'c', '-xml', ...(queue === undefined ? [] : ['-q', queue])],
  shapeIn(output, { queue }) {
    const all = blocks(output, 'cluster_queue_summary').map((xml) => ({
      name: element(xml, 'name') ?? '',
      total: Number(element(xml, 'total') ?? Number.NaN),
      free: Number(element(xml, 'available') ?? Number.NaN),
    }));
    const sum = (of: 'total' | 'free') => all.reduce((most, one) => most + one[of], 0);
    const [first] = all;
    if (first === undefined || !(sum('total') > 0 && sum('free') >= 0))
      throw new Error(`qstat tells of no slot: ${output.slice(0, 200)}`);
    return { name: queue ?? all.map(({ name }) => name).join(','), total: sum('total'), free: sum('free') };
  },
  jobs: ({ queue }) =>
    inUtc([
      'qstat',
      '-xml',
      '-r',
      '-u',
      '*',
      '-g',
      'd',
      '-s',
      'pr',
      ...(queue === undefined ? [] : ['-q', queue]),
    ]),
  jobsIn(output, _queue, now) {
    if (!output.includes('</job_info>'))
      throw new Error(`qstat says what cannot be understood: ${output.slice(0, 200)}`);
    return blocks(output, 'job_list').flatMap((xml) => jobOf(xml, now));
  },
  limits: (queue) => ['qconf', '-sq', queue],
  limitsIn(output) {
    // A job that names none of several queues comes into one that lets it run for so long.
    const all = [...output.matchAll(/^h_rt\s+(\S+)/gm)].map(([, time = '']) => timeMs(time));
    const isBounded = all.length > 0 && !all.includes(undefined);
    return { walltimeMs: isBounded ? Math.max(...all.map((ms = 0) => ms)) : null, mostQueued: null };
  },
};

function timeMs(time: string): number | undefined {
  return /^\d+$/.test(time) ? Number(time) * 1000 : spanMs(time);
}

function blocks(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}\\b[^>]*>([\\s\\S]*?)</${name}>`, 'g'))].map(
    ([, one = '']) => one,
  );
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

/** A parallel job that runs is told of once for each of its queue instances; one that is held is nobody's way. */
function jobOf(xml: string, now: number): QueueJob[] {
  const state = element(xml, 'state') ?? '';
  const slots = Number(element(xml, 'slots') ?? 1);
  if (state.includes('h') || state.includes('E')) return [];
  if (state.includes('q')) return [{ waits: true, slots }];
  const [, limit] = /<hard_request name="h_rt"[^>]*>(\d+)</.exec(xml) ?? [];
  const began = untilMs(element(xml, 'JAT_start_time')?.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length) ?? '', now);
  const leftMs = limit === undefined || began === undefined ? undefined : began + Number(limit) * 1000;
  return [{ waits: false, slots, leftMs }];
}
