import {
  type Address,
  type Document1,
  document1Of,
  durationText,
  formatAddress,
  type Header,
  type ResourceTell,
  resourceTell,
  sha256,
  stringText,
} from '../grammar/index.ts';
import type { Machine, Moment } from './machine.ts';

/** An application as it is told. */
export interface Told {
  readonly name: string;
  /** Of its Host door; nothing where it has none. */
  readonly address: Address | undefined;
}

/** What of a node stays as it is while the agent runs. */
export interface Node {
  /** What the Ids of its Tells begin with. */
  readonly name: string;
  readonly applications: readonly Told[];
  /** Nothing where it has no Poll door. */
  readonly poll: Address | undefined;
  readonly machine: Machine;
}

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

/** A Tell of version 0.1 for each application of a node that has a Host door, without which it cannot be said. */
export function oldTells({ applications, poll }: Node, { load, at }: Moment): ResourceTell[] {
  const date = Math.floor(at / 1000);
  return applications.flatMap(({ name, address }) =>
    address === undefined
      ? []
      : resourceTell({ application: name, host: address, poll, cpuLoad: load, date }),
  );
}

/**
 * A Tell of version 1.0 for each application of a node, since each has a Host of its own. `seq` is higher than that of
 * any told before; they live for `lifeMs` milliseconds. Those that stand alone, nothing being told beside them in
 * version 0.1, are found by who asks in that, where that can say what they say.
 */
export function newTells(
  node: Node,
  moment: Moment,
  seq: number,
  lifeMs: number,
  standAlone = false,
): Document1[] {
  return node.applications.map(({ name, address }) =>
    document1Of([
      header('RESOURCE-version', '1.0'),
      header('Action', 'Tell'),
      header('Id', idOf(node, name)),
      header('Seq', String(seq)),
      header('Expires', durationText(lifeMs)),
      ...(standAlone && address !== undefined ? [header('Accepts-version', '0.1')] : []),
      ...placeHeaders(node, address),
      ...(node.poll === undefined ? [] : [header('Poll', formatAddress(node.poll))]),
      header('Application', stringText(name)),
      ...machineHeaders(node.machine, moment.diskBytes),
      ...momentHeaders(moment),
    ]),
  );
}

/** Where work is sent. A node without Host doors takes it as jobs of a broker, so its Host is a name that is nobody's. */
function placeHeaders({ name }: Node, address: Address | undefined): Header[] {
  if (address !== undefined) return [header('Host', formatAddress(address))];
  return [header('Host', `${name}.invalid`), header('Transport', 'job')];
}

function momentHeaders({ load, at }: Moment): Header[] {
  const date = `${new Date(at).toISOString().slice(0, -'.000Z'.length)}Z`;
  return [header('Load', String(load)), header('Date', date)];
}

/** What a machine has, as headers of version 1.0; `diskBytes` is what is left where programs run. */
export function machineHeaders(
  { cpus, memoryBytes, arch, os, also = [] }: Machine,
  diskBytes: number | undefined,
): Header[] {
  return [
    header('Arch', stringText(arch)),
    header('Os', stringText(os)),
    header('Cpus', String(cpus)),
    header('Memory', memoryText(memoryBytes)),
    ...(diskBytes === undefined ? [] : [header('Disk', diskText(diskBytes))]),
    ...also,
  ];
}

/** Takes a Tell of version 1.0 back. */
export function untellOf({ envelope: { id = '' } }: Document1): Document1 {
  return document1Of([header('RESOURCE-version', '1.0'), header('Action', 'Untell'), header('Id', id)]);
}

/**
 * What answers a poll: the Tells of version 0.1, which everybody reads. What changes of version 1.0 beside load and
 * date stands in them as a header that version 0.1 does not know.
 */
export function pollTells(node: Node, moment: Moment): ResourceTell[] {
  const { diskBytes } = moment;
  const also = diskBytes === undefined ? [] : [header('Disk', diskText(diskBytes))];
  return oldTells(node, moment).map((tell) => ({ ...tell, headers: [...tell.headers, ...also] }));
}

/** What answers a poll over the agent's own line: in version 1.0, and nothing that polls do not bring. */
export function linePollTells(node: Node, moment: Moment): Document1[] {
  const { diskBytes } = moment;
  return node.applications.map(({ name, address }) =>
    document1Of([
      header('RESOURCE-version', '1.0'),
      header('Action', 'Tell'),
      header('Id', idOf(node, name)),
      ...placeHeaders(node, address),
      ...(diskBytes === undefined ? [] : [header('Disk', diskText(diskBytes))]),
      ...momentHeaders(moment),
    ]),
  );
}

/** An Id has 128 characters at most, of visible ASCII. */
const longestName = 100;

function idOf({ name: node }: Node, application: string): string {
  const plain = application.replaceAll(/[^\x21-\x7e]|%/gu, encodeURIComponent);
  if (plain.length <= longestName) return `${node}/${plain}`;
  const hash = sha256(application).slice(0, 16);
  return `${node}/${plain.slice(0, longestName - hash.length - 1)}~${hash}`;
}

function header(name: string, value: string): Header {
  return { name, value };
}

/** Never more than there is: a tenth of a GiB is the least that is told of. */
function memoryText(bytes: number): string {
  if (bytes < gibibyte) return `${Math.floor(bytes / mebibyte)} MiB`;
  return `${Math.floor((10 * bytes) / gibibyte) / 10} GiB`;
}

/** In whole GiB, so that not every small file changes it. */
function diskText(bytes: number): string {
  return bytes < 10 * gibibyte ? memoryText(bytes) : `${Math.floor(bytes / gibibyte)} GiB`;
}
