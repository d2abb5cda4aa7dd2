import type { Header, Sliced } from '../grammar/index.ts';
import type { NodeEntry } from '../protocol/nodes.ts';
import { type Left, leftOf } from './left.ts';

/** An application, and where a node serves it, as `address:port`. */
export interface Served {
  readonly application: string;
  readonly host: string;
  /** How work is sent there: `tar` unless said; `job` as a job of a broker, and not to that address. */
  readonly transport: string;
}

/** A node that speaks version 1.0, or what of it says the same of itself. */
export interface Node {
  /** Known by this among the nodes of this broker. */
  readonly name: string;
  readonly serves: readonly Served[];
  /** What it says of itself and of who may use it; not its Application, and nothing that polls bring. */
  readonly says: readonly Header[];
  /** The same in one text: two nodes say the same where it is the same. */
  readonly saysText: string;
  /** As polls bring them; nothing where it does not say. */
  readonly load: number | undefined;
  readonly disk: string | undefined;
  /** What is left of it, as its agent says; nothing where no agent says so. */
  readonly left: Left | undefined;
  /** The key of its agent, where that has a line to infogather. */
  readonly agentKey?: string | undefined;
  /** What it costs now, one Price a currency, where it does not say so itself. */
  readonly prices?: readonly string[] | undefined;
  /** Which part of it this broker has given out: 0 to 1; nothing where its agent is not enrolled here. */
  readonly share?: number | undefined;
  /** Whether this broker can promise times there. */
  readonly keepsTime?: boolean | undefined;
}

/** What comes from polls, or is said once for each application. */
const changing: ReadonlySet<string> = new Set(['Application', 'Load', 'CPU-Load', 'Date', 'Disk']);

/** Registrations of one node that say the same of it. */
interface Group {
  readonly says: readonly Header[];
  readonly saysText: string;
  readonly entries: NodeEntry[];
}

/** How many registrations are looked at in one slice. */
const entriesASlice = 500;

/**
 * The nodes of registrations of version 1.0. Those whose Ids are the same up to the first `/` are one node; where they
 * do not all say the same of it, one for each thing that is said.
 */
export function* nodesOf(entries: readonly NodeEntry[]): Sliced<Node[]> {
  const named = new Map<string, Map<string, Group>>();
  for (const [index, entry] of entries.entries()) {
    if (index % entriesASlice === entriesASlice - 1) yield;
    if (entry.id === null || entry.says === null) continue;
    const [name = ''] = entry.id.split('/', 1);
    const says = lastingOf(entry.says);
    const saysText = says.map((header) => `${header.name}: ${header.value}\n`).join('');
    const groups = named.get(name) ?? new Map<string, Group>();
    const group = groups.get(saysText);
    if (group === undefined) groups.set(saysText, { says, saysText, entries: [entry] });
    else group.entries.push(entry);
    named.set(name, groups);
  }
  return [...named].flatMap(([name, groups]) =>
    [...groups.values()].flatMap((group) => partsOf(groups.size === 1 ? name : firstId(group), group)),
  );
}

/** Bytes of the applications of one Tell, of which the language takes 8192 under one name. */
const applicationBytes = 8000;

/** A node whose applications are more than one Tell can say is several. */
function partsOf(name: string, { says, saysText, entries }: Group): Node[] {
  const newest = entries.reduce((a, b) => (ageOf(b) < ageOf(a) ? b : a));
  const disk = newest.says?.Disk;
  const load = newest.cpuLoad ?? undefined;
  const left = newest.agent === null ? undefined : leftOf(newest.agent);
  const about = {
    says,
    saysText,
    load,
    disk: typeof disk === 'string' ? disk : undefined,
    left,
    agentKey: newest.agentKey ?? undefined,
  };
  const parts: Served[][] = [];
  let bytes = applicationBytes;
  for (const { application, host, transport } of entries) {
    const size = utf8.encode(JSON.stringify(application)).length + ', '.length;
    if (bytes + size > applicationBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push({ application, host, transport: transport ?? 'tar' });
    bytes += size;
  }
  return parts.map((serves, part) => ({ name: part === 0 ? name : `${name}+${part}`, serves, ...about }));
}

const utf8 = new TextEncoder();

function lastingOf(says: NonNullable<NodeEntry['says']>): Header[] {
  return Object.entries(says)
    .filter(([name]) => !changing.has(name))
    .flatMap(([name, values]) =>
      typeof values === 'string' ? { name, value: values } : values.map((value) => ({ name, value })),
    );
}

function firstId({ entries }: Group): string {
  const [first = ''] = entries.flatMap(({ id }) => id ?? []).sort();
  return first;
}

/** How old is what is known of it, in milliseconds. */
function ageOf({ heardAgoMs, toldAgoMs }: NodeEntry): number {
  return Math.min(heardAgoMs ?? Number.POSITIVE_INFINITY, toldAgoMs);
}
