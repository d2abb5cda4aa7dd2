import { type Header, rowOf, toJson1 } from '../grammar/index.ts';
import type { NodeState } from '../protocol/agent/gathering.ts';
import type { NodeEntry } from '../protocol/nodes.ts';
import { readPollName } from './agents/name.ts';
import { isResource, type Registered } from './answer.ts';
import type { Resource } from './resources/resource.ts';

/** What is known of the node of a registration beside what that says. */
export interface Known {
  readonly pollable: boolean;
  /** What was wrong with the last poll. */
  readonly fault: string | undefined;
  /** What its agent says over its socket. */
  readonly agent: NodeState | undefined;
}

/** A registration as it is listed at `now`, in milliseconds since 1970: once for each application that it offers. */
export function entriesOf(registered: Registered, known: Known, now: number): NodeEntry[] {
  const { host, poll, toldAt, heardAt } = registered;
  const common = {
    host,
    poll: (poll === undefined ? undefined : readPollName(poll).address) ?? null,
    pollable: known.pollable,
    toldAgoMs: Math.max(0, now - toldAt),
    heardAgoMs: heardAt === undefined ? null : Math.max(0, now - heardAt),
    fault: known.fault ?? null,
    agent: known.agent ?? null,
    agentKey: (poll === undefined ? undefined : readPollName(poll).agent) ?? null,
  };
  if (isResource(registered)) {
    const transport = registered.document.headers.find(({ name }) => name === 'Transport')?.value ?? null;
    const says = toJson1({ headers: saidOf(registered) });
    const said = { ...loadOf(registered), id: registered.id, says, transport };
    return registered.applications.map((application) => ({ application, ...common, ...said }));
  }
  const { application, document } = registered;
  const { cpuLoad = null, date = null } = document;
  return [{ application, ...common, cpuLoad, date, id: null, says: null, transport: null }];
}

/** Load and processors of a node, as a registration says; null where it does not. */
export function factsOf(one: Registered): { readonly load: number | null; readonly cpus: number | null } {
  if (!isResource(one)) return { load: one.document.cpuLoad ?? null, cpus: null };
  const cpus = one.party.facts.get('cpus')?.values[0];
  return { load: loadOf(one).cpuLoad, cpus: cpus?.kind === 'number' ? cpus.value : null };
}

function loadOf({ party }: Resource): Pick<NodeEntry, 'cpuLoad' | 'date'> {
  const load = (party.facts.get('load') ?? party.facts.get('cpu-load'))?.values[0];
  const date = party.facts.get('date')?.values[0];
  return {
    cpuLoad: load?.kind === 'number' ? load.value : null,
    date: date?.kind === 'timestamp' ? date.value / 1000 : null,
  };
}

/** What it says of the node and of who may use it: all but what is about the document. */
export function saidOf({ document }: Resource): Header[] {
  return document.headers.filter(({ name }) => rowOf(name)?.kind !== 'envelope');
}
