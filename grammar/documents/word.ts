import type { Wanted } from '../values/phrase.ts';
import { names } from '../vocabulary/names.ts';
import type { ClauseType, Row, Speaker } from '../vocabulary/row.ts';
import { languageOf } from '../vocabulary.ts';
import { isAboutSpeaker, type Label, labelOf, printedLabel } from './label.ts';

/**
 * What a header is in the mouth of who speaks. `text` is a clause or a term of a document that says nothing to another
 * side; `agreed` is one of a document of a deal, and `deal` what such a document says about the deal itself.
 */
export type Role = 'envelope' | 'term' | 'fact' | 'need' | 'test' | 'text' | 'agreed' | 'deal';

/** A header's name as one side says it: all that is known before its value is looked at. */
export interface Word {
  readonly label: Label;
  readonly role: Role;
  /** The name as it is printed. */
  readonly printed: string;
  /** Of two headers with the same key the second repeats the first. */
  readonly key: string;
  /** Where it stands in the envelope; nothing for what stands after it. */
  readonly place: number | undefined;
  readonly standsOnce: boolean;
  /** Whether it takes one value, of a size that is not below zero. */
  readonly isOne: boolean;
  readonly beginsDocument: boolean;
  /** How a value of a clause or an amount is read. */
  readonly wanted: Wanted | undefined;
  /** Why it cannot stand in any document. */
  readonly fault: string | undefined;
}

const places: ReadonlyMap<string, number> = new Map(
  names.filter(({ kind }) => kind === 'envelope').map(({ name }, place) => [name, place]),
);

/** `speaker` is absent where the document says nothing about the one or the other. */
export function wordOf(written: string, speaker: Speaker | undefined): Word {
  const label = labelOf(written, speaker);
  const { row, name, spelled } = label;
  const printed = printedLabel(label, speaker);
  const isPlain = row?.kind === 'envelope' || row?.kind === 'term' || row?.kind === 'deal';
  return {
    label,
    role: roleOf(label, speaker),
    printed,
    key: keyOf(label, printed),
    place: places.get(spelled),
    standsOnce: isPlain && !row.repeats,
    isOne: row?.kind === 'amount' || name === 'walltime' || name === 'tasks',
    beginsDocument: languageOf(spelled) !== undefined,
    wanted: wantedOf(row),
    fault: isPlain ? faultOf(label, row) : speaker === 'deal' ? faultInDeal(label) : undefined,
  };
}

function roleOf(label: Label, speaker: Speaker | undefined): Role {
  const kind = label.row?.kind;
  if (kind === 'envelope') return 'envelope';
  if (speaker === undefined) return 'text';
  if (speaker === 'deal') return kind === 'deal' ? 'deal' : 'agreed';
  if (kind === 'term') return 'term';
  if (isAboutSpeaker(label, speaker)) return 'fact';
  return kind === 'amount' && speaker === 'asker' ? 'need' : 'test';
}

/** Of what stands once the name without a `?` too. */
function keyOf({ row, name }: Label, printed: string): string {
  const standsOnce = row !== undefined && !row.repeats && row.kind !== 'amount';
  return standsOnce ? name : printed.toLowerCase();
}

function wantedOf(row: Row | undefined): Wanted | undefined {
  return row === undefined ? undefined : { type: row.type as ClauseType, example: row.example };
}

function faultOf({ prefix, negotiable, spelled }: Label, { kind }: Row): string | undefined {
  if (prefix !== undefined) return `${spelled} has no '${prefix}.' before it: that is for facts and tests`;
  if (negotiable && kind !== 'term') {
    const about = kind === 'envelope' ? 'document' : 'deal';
    return `${spelled} has no '?' after it: it is about the ${about}, and nothing to negotiate`;
  }
  return undefined;
}

/** In a deal a name stands for itself, and for both. */
function faultInDeal({ prefix, negotiable, spelled }: Label): string | undefined {
  if (prefix !== undefined) return `${spelled} has no '${prefix}.' before it: what is agreed is both sides'`;
  return negotiable ? `${spelled} has no '?' after it: what is agreed is said as it is` : undefined;
}
