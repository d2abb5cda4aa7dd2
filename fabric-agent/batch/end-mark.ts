import { constants } from 'node:os';
import type { ExitView } from '../../protocol/jobs/job.ts';
import { noExit, type RunEnd } from '../back-ends/back-end.ts';
import { nodeFaults } from '../back-ends/node-faults.ts';

/** How an attempt ended, as the runner says it (`native/program.c`), and the agent where no runner can. */
const kinds = [
  'exited',
  'signalled',
  'timed-out',
  'over-output',
  'over-memory',
  'over-processes',
  'cancelled',
  'too-late',
  'not-started',
  'ended-by-system',
  'lost',
  'refused',
] as const;

export interface EndMark {
  /** `ended-by-system`: the batch system told the job to end; `refused`: it would not take it. */
  readonly kind: (typeof kinds)[number];
  /** The exit code, the signal, or the errno of what could not be started. */
  readonly number: number;
  /** Milliseconds since 1970; 0 where nothing ran. */
  readonly startedMs: number;
  readonly endedMs: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** A sentence, or nothing. */
  readonly why: string;
}

/** An end of which nothing is to be said but its kind and why. */
export function bareEnd(kind: EndMark['kind'], why = ''): EndMark {
  return { kind, number: 0, startedMs: 0, endedMs: 0, cpuMs: 0, rssBytes: 0, why };
}

export function endText({ kind, number, startedMs, endedMs, cpuMs, rssBytes, why }: EndMark): string {
  const words = [kind, number, startedMs, endedMs, cpuMs, rssBytes, why.replaceAll(/\s+/g, ' ').trim()];
  return `${words.join(' ').trim()}\n`;
}

/** A mark that is not whole says that there was an end, of which nothing is known: a machine lost its power. */
export function readEndMark(text: string): EndMark {
  const [, word, numbers, why = ''] = /^([a-z-]+)((?: \d{1,16}){5})(?: (.*))?\n$/.exec(text) ?? [];
  const kind = kinds.find((one) => one === word);
  if (kind === undefined || numbers === undefined)
    return bareEnd('lost', 'what it said of its end is not whole');
  const [number = 0, startedMs = 0, endedMs = 0, cpuMs = 0, rssBytes = 0] = numbers
    .trim()
    .split(' ')
    .map(Number);
  return { kind, number, startedMs, endedMs, cpuMs, rssBytes, why };
}

const { EACCES, ENOENT, ESTALE } = constants.errno;
/** Of a file system that the machines of a cluster share, a file may have gone stale too. */
const faultsOfNodes: ReadonlySet<number> = new Set([...nodeFaults, ESTALE]);
const sentences: Readonly<Record<number, string>> = {
  [ENOENT]: 'its program, or what that is read by, is not on the machine where its job ran',
  [EACCES]: 'its program may not be run on the machine where its job ran',
};

/** What an end is to the agent; `system` is the name of the batch system. */
export function runEndOf(end: EndMark, system: string): RunEnd {
  const why = end.why === '' ? null : end.why;
  switch (end.kind) {
    case 'too-late':
    case 'lost':
      return { state: 'ended', exit: noExit(end.kind), why };
    case 'refused':
      return { state: 'ended', exit: noExit('too-late'), why, isNodesFault: true };
    case 'ended-by-system':
      return { state: 'ended', exit: noExit('lost'), why: why ?? `${system} ended its job` };
    case 'not-started': {
      const isNodesFault = faultsOfNodes.has(end.number);
      const said = why ?? sentences[end.number] ?? `its program could not be started (error ${end.number})`;
      const exit = noExit(isNodesFault ? 'too-late' : 'not-started');
      return { state: 'ended', exit, why: said, ...(isNodesFault ? { isNodesFault } : {}) };
    }
    default:
      return { state: 'ended', exit: ranExit(end.kind, end), why };
  }
}

function ranExit(kind: ExitView['kind'], end: EndMark): ExitView {
  if (end.startedMs === 0) return { ...noExit('lost'), kind };
  const hasCode = kind === 'exited' || kind === 'signalled';
  return {
    kind,
    code: hasCode ? end.number : null,
    startedAt: end.startedMs,
    endedAt: Math.max(end.startedMs, end.endedMs),
    cpuSeconds: end.cpuMs / 1000,
    maxRssBytes: end.rssBytes,
  };
}
