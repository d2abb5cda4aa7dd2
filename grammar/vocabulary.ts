import type { Action, Language } from './document.ts';

/** Which part a header has in a document: about the document itself, or a fact or test of one of the two who meet. */
type Kind = 'envelope' | 'clause';

/** How a value is read. All but `string`, which takes any text, are rules of `values.peggy`. */
export type ValueType = 'version' | 'action' | 'string' | 'address' | 'load' | 'seconds';

/** A header that has a meaning. */
export interface Term {
  /** In the spelling in which it is printed. */
  readonly name: string;
  readonly kind: Kind;
  readonly type: ValueType;
  /** What it says, for a person. */
  readonly sentence: string;
  readonly example: string;
}

/** Every header that version 0.1 knows. A name's kind and type never change once released. */
export const vocabulary = [
  {
    name: 'SLA-version',
    kind: 'envelope',
    type: 'version',
    sentence: 'Begins a document between users, brokers and the market, and says its version.',
    example: '0.1',
  },
  {
    name: 'RESOURCE-version',
    kind: 'envelope',
    type: 'version',
    sentence: 'Begins a document between nodes, brokers and infogather, and says its version.',
    example: '0.1',
  },
  {
    name: 'Action',
    kind: 'envelope',
    type: 'action',
    sentence: 'Tell offers something, Ask looks for it.',
    example: 'Ask',
  },
  {
    name: 'Application',
    kind: 'clause',
    type: 'string',
    sentence:
      'The program that is offered or wanted. Two match where this is the same text, letter for letter.',
    example: 'gcc4.0.2',
  },
  {
    name: 'Broker-IP',
    kind: 'envelope',
    type: 'address',
    sentence: 'Where the broker takes Asks.',
    example: '193.10.66.141:7685',
  },
  {
    name: 'Host',
    kind: 'envelope',
    type: 'address',
    sentence: 'Where the node takes the work: a tarball in, a tarball out.',
    example: '193.10.66.20:8483',
  },
  {
    name: 'Poll',
    kind: 'envelope',
    type: 'address',
    sentence: 'Where the node says its load whenever one connects.',
    example: '193.10.66.20:8484',
  },
  {
    name: 'CPU-Load',
    kind: 'clause',
    type: 'load',
    sentence: "The node's load; in an Ask, what the load must be less than.",
    example: '0.2',
  },
  {
    name: 'Date',
    kind: 'clause',
    type: 'seconds',
    sentence: 'When the load was taken; in an Ask, what that must be later than.',
    example: '34857934',
  },
] as const satisfies readonly Term[];

export type TermName = (typeof vocabulary)[number]['name'];

/** What a header of each type is, as the middle of a sentence. */
export function typePhrase({ type, example }: Term): string {
  if (type === 'action') return "'Tell' or 'Ask'";
  if (type === 'address') return `an address with a port, such as '${example}'`;
  if (type === 'load') return `a number, zero or more, such as '${example}'`;
  if (type === 'seconds') return `a number of seconds, such as '${example}'`;
  return `a text such as '${example}'`;
}

/** The headers that each language knows in version 0.1, in the order in which they are printed. */
export const printed: Readonly<Record<Language, readonly TermName[]>> = {
  SLA: ['SLA-version', 'Action', 'Application', 'Broker-IP', 'Host'],
  RESOURCE: ['RESOURCE-version', 'Action', 'Application', 'Host', 'Poll', 'CPU-Load', 'Date'],
};

/** What a document cannot do without. */
export const needed: Readonly<Record<Language, Readonly<Record<Action, readonly TermName[]>>>> = {
  SLA: { Tell: ['Application', 'Broker-IP'], Ask: ['Application'] },
  RESOURCE: { Tell: ['Application', 'Host'], Ask: ['Application'] },
};

const byName = new Map(vocabulary.map((term) => [term.name as string, term]));
const bySpelling: Readonly<Record<Language, ReadonlyMap<string, TermName>>> = {
  SLA: spellings('SLA'),
  RESOURCE: spellings('RESOURCE'),
};

/** The row of a name in the vocabulary's spelling. */
export function term(name: TermName): Term {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`the vocabulary has no ${name}`);
  return found;
}

/** What a language calls a header, however its letters are written; nothing where it does not know the name. */
export function knownName(language: Language, name: string): TermName | undefined {
  const spelled = bySpelling[language];
  return spelled.get(name) ?? spelled.get(name.toLowerCase());
}

/** The language that a version header begins; nothing where it is no version header. */
export function languageOf(name: string): Language | undefined {
  // Asked of every header of every document: nearly all are told apart by their length.
  if (name.length !== 'SLA-version'.length && name.length !== 'RESOURCE-version'.length) return undefined;
  const lower = name.toLowerCase();
  if (lower === 'sla-version') return 'SLA';
  return lower === 'resource-version' ? 'RESOURCE' : undefined;
}

function spellings(language: Language): ReadonlyMap<string, TermName> {
  return new Map(
    printed[language].flatMap((name) => [
      [name, name],
      [name.toLowerCase(), name],
    ]),
  );
}
