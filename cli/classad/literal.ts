/** A value of a ClassAd that says something by itself, or what else stands there. */
export type Literal =
  | { readonly kind: 'string'; readonly text: string }
  /** `text` is `-?digits[.digits][e±digits]`. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'undefined' }
  /** Of strings, numbers and booleans; one at least. */
  | { readonly kind: 'list'; readonly items: readonly Literal[] }
  | { readonly kind: 'other'; readonly what: string };

const words: Readonly<Record<string, Literal>> = {
  true: { kind: 'boolean', value: true },
  false: { kind: 'boolean', value: false },
  undefined: { kind: 'undefined' },
  error: { kind: 'other', what: 'an error' },
};

const expression: Literal = { kind: 'other', what: 'an expression' };
const number = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** Reads a value in the syntax of old ClassAds, which `condor_status -long` prints; it has no blanks around it. */
export function readLiteral(text: string): Literal {
  const lower = text.length <= 9 ? text.toLowerCase() : '';
  const word = Object.hasOwn(words, lower) ? words[lower] : undefined;
  if (word !== undefined) return word;
  if (text.startsWith('"')) return readString(text);
  if (text.startsWith('{')) return readList(text);
  if (text.startsWith('[')) return { kind: 'other', what: 'a nested ad' };
  return number.test(text) ? { kind: 'number', text: plainNumber(text) } : expression;
}

/** `.5` and `1.` are reals of ClassAds, and `+1` is a number there. */
function plainNumber(text: string): string {
  return text
    .replace(/^\+/, '')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=$|[eE])/, '');
}

/** A quote ends the string, unless a backslash stands before it and something after it. All other backslashes stay. */
function readString(text: string): Literal {
  const end = stringEnd(text, 0);
  if (end !== text.length) return expression;
  return { kind: 'string', text: text.slice(1, -1).replaceAll('\\"', '"') };
}

/** Where the string ends that begins at `begin`; beyond the text where it does not. */
function stringEnd(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at += 1) {
    if (text[at] !== '"') continue;
    if (text[at - 1] !== '\\' || at - 1 === begin || at === text.length - 1) return at + 1;
  }
  return text.length + 1;
}

function readList(text: string): Literal {
  if (!text.endsWith('}')) return expression;
  const inner = text.slice(0, -1);
  const items: Literal[] = [];
  let begin = 1;
  for (let at = 1; at <= inner.length; at += 1) {
    const character = inner[at];
    if (character === '"') at = stringEnd(inner, at) - 1;
    else if (character === '{' || character === '[' || character === '(') {
      return { kind: 'other', what: 'a list of more than literals' };
    }
    if (at < inner.length && character !== ',') continue;
    items.push(readLiteral(inner.slice(begin, at).trim()));
    begin = at + 1;
  }
  if (items.length === 1 && inner.trim() === '{') return { kind: 'other', what: 'an empty list' };
  const isPlain = items.every(({ kind }) => kind === 'string' || kind === 'number' || kind === 'boolean');
  return isPlain ? { kind: 'list', items } : { kind: 'other', what: 'a list of more than literals' };
}
