import type { Address } from './document.ts';
import { SyntaxError as PeggySyntaxError, parse, type Values } from './generated/values.js';

/** A value as its rule reads it, or what is wrong with it. */
export type Value<R extends keyof Values> = { readonly value: Values[R] } | ValueFault;

export interface ValueFault {
  /** What a person may want to know beside what was expected, such as `which has no port`. */
  readonly hint: string | undefined;
}

/**
 * Reads the whole text by the rule of `values.peggy`. The values that nearly all documents have take a short path:
 * Peggy alone reads less than half as many documents a second.
 */
export function readValue<R extends keyof Values>(rule: R, text: string): Value<R> {
  const value = plain[rule](text);
  return value === undefined ? readByRule(rule, text) : { value };
}

/** The long path, which decides what the short one has to say. */
export function readByRule<R extends keyof Values>(rule: R, text: string): Value<R> {
  try {
    return { value: parse(text, { startRule: rule }) };
  } catch (error) {
    if (!(error instanceof PeggySyntaxError)) throw error;
    // What Peggy expected is a list of tokens: it says nothing to a person. What the grammar says by itself does.
    return { hint: error.expected === null ? error.message : undefined };
  }
}

/** For each rule what a plain literal says, nothing where the text is none. */
const plain: { readonly [R in keyof Values]: (text: string) => Values[R] | undefined } = {
  action: (text) => (text === 'Tell' || text === 'Ask' ? text : undefined),
  address: plainAddress,
  load: plainNumber,
  seconds: plainNumber,
};

const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const fourNumbers = new RegExp(`^(${octet}\\.${octet}\\.${octet}\\.${octet}):([1-9][0-9]{0,4})$`);

function plainAddress(text: string): Address | undefined {
  const [, host, digits] = fourNumbers.exec(text) ?? [];
  const port = Number(digits);
  return host !== undefined && port < 65536 ? { host, port } : undefined;
}

function plainNumber(text: string): number | undefined {
  return /^[0-9]{1,15}(?:\.[0-9]{1,15})?$/.test(text) ? Number(text) : undefined;
}

/** `host:port`, with IPv6 in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Reads `host:port`; nothing where the text is no address with a port. */
export function parseAddress(text: string): Address | undefined {
  const read = readValue('address', text);
  return 'value' in read ? read.value : undefined;
}
