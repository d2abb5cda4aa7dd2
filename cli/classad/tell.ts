import { quoted } from '../../grammar/diagnostics.ts';
import { type Bounds, type Document1, defaultBounds, fromAnyJson, rowOf } from '../../grammar/index.ts';
import { carriedAs, features, saidOtherwise, spelledAs } from './attributes.ts';
import type { Attribute, ClassAd } from './read.ts';
import { factText } from './value.ts';

/** An attribute that the Tell does not say, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

export type Told =
  | { readonly tell: Document1; readonly leftOut: readonly LeftOut[] }
  /** Why the ad as a whole gives no Tell. */
  | { readonly why: string };

/** Each header that is refused is to be named, so that all the others can stand. */
const bounds: Bounds = { ...defaultBounds, diagnostics: defaultBounds.headers };

/** For what the envelope says. */
const reservedBytes = 1024;
const reservedHeaders = 16;

/** A machine's ad as a Tell of version 1.0; `brokerAddress` is its Broker-IP. */
export function tellOf(ad: ClassAd, brokerAddress: string): Told {
  const type = stringOf(ad.get('mytype'));
  if (type !== undefined && type.toLowerCase() !== 'machine') return { why: `its MyType is ${quoted(type)}` };
  const id = stringOf(ad.get('name')) ?? stringOf(ad.get('machine'));
  if (id === undefined) return { why: 'it has no Name' };
  const { facts, names, leftOut } = factsOf(ad);
  for (;;) {
    const read = fromAnyJson(
      {
        'SLA-version': '1.0',
        Action: 'Tell',
        Id: id,
        'Broker-IP': brokerAddress,
        ...Object.fromEntries(facts),
      },
      bounds,
    );
    if ('document' in read) {
      if ('envelope' in read.document) return { tell: read.document, leftOut };
      throw new TypeError('a document of version 1.0 was made');
    }
    const refused = read.diagnostics.map(({ header = '' }) => header).filter((header) => facts.has(header));
    if (refused.length === 0) return { why: read.diagnostics[0]?.message ?? 'it is refused' };
    for (const header of refused) {
      facts.delete(header);
      leftOut.push({ name: names.get(header) ?? header, why: 'no value of the type that the name has' });
    }
  }
}

function factsOf(ad: ClassAd) {
  /** By header, in the order of the ad. */
  const facts = new Map<string, string>();
  const names = new Map<string, string>();
  const leftOut: LeftOut[] = [];
  let left = defaultBounds.documentBytes - reservedBytes;
  const say = (name: string, header: string, text: string): void => {
    const label = headerOf(header);
    const bytes = new TextEncoder().encode(`${label}: ${text}\n`).length;
    if (facts.has(label)) leftOut.push({ name, why: `${label} is said by another attribute` });
    else if (bytes > defaultBounds.headerBytes) leftOut.push({ name, why: 'longer than a header may be' });
    else if (bytes > left || facts.size >= defaultBounds.headers - reservedHeaders) {
      leftOut.push({ name, why: 'more than a document holds' });
    } else {
      left -= bytes;
      facts.set(label, text);
      names.set(label, name);
    }
  };
  const able = [...features].filter(([name]) => isTrue(ad.get(name))).map(([, feature]) => feature);
  if (able.length > 0) say('Features', 'Features', able.join(', '));
  if (!isAvailable(ad)) say('State', 'Slots', '0');
  const version = systemVersion(ad);
  if (version !== undefined) say('OpSysVer', 'Os-Version', version);
  for (const [lower, { name, value }] of ad) {
    if (saidOtherwise.has(lower) || features.has(lower) || value.kind === 'undefined') continue;
    if (policies.has(lower) && value.kind !== 'other') continue;
    if (lower === 'opsysver' && version !== undefined) continue;
    const { header = rowOf(name)?.name ?? name, unit } = carriedAs(name);
    const why = whyNot(name, header);
    const fact = why === undefined ? factText(header, spelled(header, value), unit) : { why };
    if ('why' in fact) leftOut.push({ name, why: fact.why });
    else say(name, header, fact.text);
  }
  return { facts, names, leftOut };
}

function spelled(header: string, value: Attribute['value']): Attribute['value'] {
  return value.kind === 'string' ? { kind: 'string', text: spelledAs(header, value.text) } : value;
}

/** A literal of these restricts nothing; that they are false is said by Slots. */
const policies: ReadonlySet<string> = new Set(['start', 'requirements', 'rank']);

function whyNot(name: string, header: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(header)) return 'a name that no header can have';
  const kind = rowOf(header)?.kind;
  const isTaken = (kind === 'envelope' || kind === 'term') && !policies.has(name.toLowerCase());
  return isTaken ? 'a name that the language has for something else' : undefined;
}

/** What is about the asker by its name is said to be about the machine. */
function headerOf(header: string): string {
  return rowOf(header)?.about === 'asker' ? `My.${header}` : header;
}

/** A slot that is claimed, drained, offline, used by its owner or never starts a job has nothing left. */
function isAvailable(ad: ClassAd): boolean {
  const state = stringOf(ad.get('state'))?.toLowerCase() ?? 'unclaimed';
  const never = [...policies].some((name) => isFalse(ad.get(name)));
  return (state === 'unclaimed' || state === 'backfill') && !isTrue(ad.get('offline')) && !never;
}

/** HTCondor joins the two parts of a version to one number: 2204 is 22.04, 900 is 9. */
function systemVersion(ad: ClassAd): string | undefined {
  const value = ad.get('opsysver')?.value;
  const number = value?.kind === 'number' && /^[0-9]{3,6}$/.test(value.text) ? value.text : undefined;
  return number?.replace(/(..)$/, '.$1').replace(/\.00$/, '');
}

function stringOf(attribute: Attribute | undefined): string | undefined {
  return attribute?.value.kind === 'string' ? attribute.value.text : undefined;
}

function isTrue(attribute: Attribute | undefined): boolean {
  return attribute?.value.kind === 'boolean' && attribute.value.value;
}

function isFalse(attribute: Attribute | undefined): boolean {
  return attribute?.value.kind === 'boolean' && !attribute.value.value;
}
