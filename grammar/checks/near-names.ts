import { quoted } from '../diagnostics.ts';
import type { Header } from '../document.ts';
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

/** Of documents with more headers it is not remembered that their names are right. */
const mostHeaders = 128;

/** A name that is nearly a standard one was likely meant to be it, unless that one stands there too. */
export function newNearNamesCheck(): Check {
  const memo = new Memo<Nearness>(memoBounds);
  /** For each number of headers the last names with nothing wrong: documents of one kind have the same. */
  const right = new Map<number, readonly string[]>();
  return ({ headers }) => {
    if (haveSameNames(headers, right.get(headers.length))) return [];
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
    if (findings.length === 0 && headers.length <= mostHeaders) {
      right.set(
        headers.length,
        headers.map(({ name }) => name),
      );
    }
    return findings;
  };
}

function haveSameNames(headers: readonly Header[], names: readonly string[] | undefined): boolean {
  return names?.every((name, index) => name === headers[index]?.name) ?? false;
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
