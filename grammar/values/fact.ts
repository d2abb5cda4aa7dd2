import type { Value } from './value.ts';

/** What one side says of himself under a name. */
export interface Fact {
  /** One or more: a set. A single value is a set of one. */
  readonly values: readonly Value[];
  /** Canonical. */
  readonly text: string;
}

/** The canonical text of one member of a fact. */
export function memberText({ text, values }: Fact, index: number): string {
  return values.length === 1 ? text : (membersOf(text)[index]?.trim() ?? '');
}

/** The parts of a text between the commas that stand outside of quotes, with the blanks around them. */
export function membersOf(text: string): string[] {
  if (!text.includes('"')) return text.split(',');
  const members: string[] = [];
  let begin = 0;
  let inQuotes = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inQuotes && character === '\\') at += 1;
    else if (character === '"') inQuotes = !inQuotes;
    else if (character === ',' && !inQuotes) {
      members.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  members.push(text.slice(begin));
  return members;
}
