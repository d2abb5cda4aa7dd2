import {
  type Document1,
  document1Of,
  durationText,
  type Header,
  sha256,
  stringText,
} from '../grammar/index.ts';
import { saysLeft } from './left.ts';
import type { Node } from './node.ts';

/** How a Tell is told; an answer to an Ask says nothing of it. */
interface Telling {
  readonly seq: number;
  readonly lifeMs: number;
}

/** The Tell of a node, with what is left of it; `broker` is the broker's address. Throws a TypeError where it cannot be said in a document. */
export function nodeTell(node: Node, broker: string, telling?: Telling): Document1 {
  const { name, serves, says, load, disk, left, prices = [] } = node;
  const header = (label: string, value: string): Header => ({ name: label, value });
  const told =
    telling === undefined
      ? []
      : [header('Seq', String(telling.seq)), header('Expires', durationText(telling.lifeMs))];
  const applications = setTexts([...new Set(serves.map(({ application }) => application))].map(stringText));
  return document1Of([
    header('SLA-version', '1.0'),
    header('Action', 'Tell'),
    header('Id', tellId(name, broker)),
    ...told,
    header('Accepts-version', '0.1'),
    header('Broker-IP', broker),
    ...applications.map((text) => header('Application', text)),
    ...understoodOf(node),
    ...saysLeft(says, left).filter(({ name }) => name !== understands),
    ...(disk === undefined ? [] : [header('Disk', disk)]),
    ...(load === undefined ? [] : [header('Load', String(load))]),
    ...prices.map((price) => header('Price', price)),
  ]);
}

const understands = 'Understands';

/** What its owner says that is understood, and what this broker can promise of it. */
function understoodOf({ says, keepsTime }: Node): Header[] {
  const own = says.flatMap(({ name, value }) => (name === understands ? value.split(', ') : []));
  const all = keepsTime === true ? new Set([...own, 'time']) : new Set(own);
  return all.size === 0 ? [] : [{ name: understands, value: [...all].join(', ') }];
}

/** An Id has 128 characters at most. */
const longestId = 128;

/** Brokers of one owner may tell of one node: each by an Id of its own. */
export function tellId(name: string, broker: string): string {
  const id = `${name}@${broker}`;
  return id.length <= longestId ? id : sha256(id);
}

/** A header holds 8 KiB: a longer set stands in several. In characters, of which a few may take more bytes. */
const setLength = 2_000;

function setTexts(members: readonly string[]): string[] {
  const texts: string[] = [];
  for (const member of members) {
    const last = texts.at(-1);
    if (last === undefined || last.length > setLength) texts.push(member);
    else texts[texts.length - 1] = `${last}, ${member}`;
  }
  return texts;
}
