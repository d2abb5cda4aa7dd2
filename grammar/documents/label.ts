import { dealRowOf } from '../vocabulary/deals.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { Row, Speaker, Subject } from '../vocabulary/row.ts';

/** A header's name, taken apart. */
export interface Label {
  /** In small letters, without `My.`, `Their.` and `?`. */
  readonly name: string;
  /** In the vocabulary's spelling, or as it was written. */
  readonly spelled: string;
  /** Absent where the name is no standard one. */
  readonly row: Row | undefined;
  readonly prefix: 'My' | 'Their' | undefined;
  readonly negotiable: boolean;
}

/** `speaker` is absent where the document says nothing about the one or the other. */
export function labelOf(written: string, speaker?: Speaker): Label {
  const row = rowOf(written) ?? (speaker === 'deal' ? dealRowOf(written) : undefined);
  if (row !== undefined) return plainLabel(written, row);
  const negotiable = written.endsWith('?');
  const dot = written.indexOf('.');
  if (dot < 0 && !negotiable) return plainLabel(written, undefined);
  const base = written.slice(dot + 1, negotiable ? -1 : undefined);
  const prefix = dot < 0 ? undefined : dot === 2 ? 'My' : 'Their';
  return { ...plainLabel(base, rowOf(base)), prefix, negotiable };
}

function plainLabel(written: string, row: Row | undefined): Label {
  const name = written.toLowerCase();
  return { name, spelled: row?.name ?? written, row, prefix: undefined, negotiable: false };
}

/** Whether a clause or an amount is about who speaks. */
export function isAboutSpeaker({ prefix, row }: Label, speaker: Subject): boolean {
  return prefix === undefined ? (row?.about ?? 'teller') === speaker : prefix === 'My';
}

/** The name as it is printed: without a prefix where the bare form says the same. */
export function printedLabel(label: Label, speaker: Speaker | undefined): string {
  const { prefix, row, spelled, negotiable } = label;
  const bareIsOwn = (row?.about ?? 'teller') === speaker;
  const isNeeded = prefix !== undefined && (speaker === undefined || (prefix === 'My') !== bareIsOwn);
  return `${isNeeded ? `${prefix}.` : ''}${spelled}${negotiable ? '?' : ''}`;
}
