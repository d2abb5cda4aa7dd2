import { labelOf, printedLabel } from '../../grammar/documents/label.ts';
import { type AnyDocument, textOf } from './readings.ts';

/**
 * The canonical text of documents with the comments of the text that they were read from: each stands before the header
 * that it stood before or in, or at the document's end. (Canonical text itself has none.)
 */
export function textWithComments(text: string, documents: readonly AnyDocument[]): string {
  const rest = documents.values();
  return blocksOf(text)
    .map((lines) => {
      if (lines.every(isComment)) return lines.map((line) => `${line}\n`).join('');
      const { value: document } = rest.next();
      return document === undefined ? '' : withComments(lines, document);
    })
    .join('\n');
}

/** Lines that stand together, without the blanks at their ends. */
function blocksOf(text: string): string[][] {
  const blocks: string[][] = [[]];
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const kept = line.trimEnd();
    if (kept !== '') blocks.at(-1)?.push(kept);
    else if (blocks.at(-1)?.length !== 0) blocks.push([]);
  }
  return blocks.filter((lines) => lines.length > 0);
}

function withComments(lines: readonly string[], document: AnyDocument): string {
  const before = commentsOf(lines, document);
  const counts = new Map<string, number>();
  let text = '';
  for (const line of textOf(document).trimEnd().split('\n')) {
    for (const comment of before.get(numbered(counts, line.slice(0, line.indexOf(':')))) ?? []) {
      text += `${comment}\n`;
    }
    text += `${line}\n`;
  }
  for (const comment of before.get(atEnd) ?? []) text += `${comment}\n`;
  return text;
}

const atEnd = '';

/** By a header's name and which of that name it is. */
function commentsOf(lines: readonly string[], document: AnyDocument): Map<string, string[]> {
  const before = new Map<string, string[]>();
  const counts = new Map<string, number>();
  let open: string[] = [];
  let last = '';
  const settle = (key: string): void => {
    if (open.length > 0) before.set(key, [...(before.get(key) ?? []), ...open]);
    open = [];
  };
  for (const line of lines) {
    if (isComment(line)) open.push(line);
    else if (/^[ \t]/.test(line)) settle(last);
    else {
      last = numbered(counts, printedName(line.slice(0, line.indexOf(':')), document));
      settle(last);
    }
  }
  settle(atEnd);
  return before;
}

function printedName(written: string, document: AnyDocument): string {
  if (!('envelope' in document)) return written;
  const action = document.party?.action;
  const speaker = action === undefined ? undefined : action === 'Tell' ? 'teller' : 'asker';
  return printedLabel(labelOf(written), speaker);
}

function numbered(counts: Map<string, number>, name: string): string {
  const lower = name.toLowerCase();
  const number = (counts.get(lower) ?? 0) + 1;
  counts.set(lower, number);
  return `${lower} ${number}`;
}

function isComment(line: string): boolean {
  return line.startsWith('#');
}
