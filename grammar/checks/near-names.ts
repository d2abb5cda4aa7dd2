import { quoted } from '../diagnostics.ts';
import type { Header } from '../document.ts';
import { FactList } from '../documents/fact-list.ts';
import { labelOf } from '../documents/label.ts';
import { Memo, type MemoBounds } from '../memo.ts';
import { nearestFirst } from '../near.ts';
import { names } from '../vocabulary/names.ts';
import type { Check, Finding } from './finding.ts';

/** Names that documents go on using: some two thousand. */
const memoBounds: MemoBounds = { characters: 128 * 1024, longest: 64 };

/** What a header's name is to the vocabulary. */
interface Nearness {
  readonly spelled: string;
  /** The standard names that it nearly is, the nearest first; none of a standard name. */
  readonly meant: readonly string[];
}

/** Of documents with more headers it is not remembered what was found. */
const mostHeaders = 128;

/** What was found of the names of a document. */
interface Found {
  readonly names: readonly string[];
  /** Those among them that say facts: documents whose names stand in the same list have the same headers. */
  facts: readonly string[] | undefined;
  readonly findings: readonly Finding[];
}

/** A name that is nearly a standard one was likely meant to be it, unless that one stands there too. */
export function newNearNamesCheck(): Check {
  const memo = new Memo<Nearness>(memoBounds);
  /** By number of headers, of the last document: those of one kind have the same names. */
  const last = new Map<number, Found>();
  return ({ headers, party }) => {
    const facts = party?.facts instanceof FactList ? party.facts.names : undefined;
    const known = last.get(headers.length);
    if (known !== undefined && facts !== undefined && known.facts === facts) return known.findings;
    if (known !== undefined && haveNames(headers, known.names)) {
      known.facts = facts;
      return known.findings;
    }
    const findings = findingsOf(headers, memo);
    if (headers.length <= mostHeaders) {
      last.set(headers.length, { names: headers.map(({ name }) => name), facts, findings });
    }
    return findings;
  };
}

function findingsOf(headers: readonly Header[], memo: Memo<Nearness>): readonly Finding[] {
  const findings: Finding[] = [];
  let said: ReadonlySet<string> | undefined;
  for (const [header, { name }] of headers.entries()) {
    const { spelled, meant } = memo.of('', name, nearnessOf);
    if (meant.length === 0) continue;
    said ??= new Set(headers.map((other) => memo.of('', other.name, nearnessOf).spelled));
    const unsaid = meant.find((candidate) => !said?.has(candidate));
    if (unsaid === undefined) continue;
    const message = `${quoted(spelled)} is no standard name, and is taken for a fact or test of its own; did you mean ${unsaid}?`;
    findings.push({ code: 'near-name', message, header, isName: true });
  }
  return findings;
}

function haveNames(headers: readonly Header[], names: readonly string[]): boolean {
  for (let index = 0; index < names.length; index += 1) {
    if (headers[index]?.name !== names[index]) return false;
  }
  return true;
}

const standard = names.map(({ name }) => ({ name, ...endsOf(name.toLowerCase()) }));

/** No more slips than this make a name of another. */
const mostSlips = 2;

function nearnessOf(written: string): Nearness {
  const { row, name, spelled } = labelOf(written);
  if (row !== undefined) return { spelled, meant: [] };
  const { first, last } = endsOf(name);
  // Hardly a slip changes both ends of a word, and most names are told apart by them at once.
  const candidates = standard.filter(
    (other) =>
      Math.abs(other.name.length - name.length) <= mostSlips &&
      (other.first === first || other.last === last),
  );
  return {
    spelled,
    meant: nearestFirst(
      spelled,
      candidates.map((other) => other.name),
    ),
  };
}

function endsOf(name: string): { readonly first: number; readonly last: number } {
  return { first: name.charCodeAt(0), last: name.charCodeAt(name.length - 1) };
}
