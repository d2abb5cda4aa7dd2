/** What each code means, for a catalogue of errors. Codes are stable; sentences may get better. */
export const diagnosticCodes = {
  'not-sla': 'The conversation does not begin as one in the SLA language.',
  'version-missing': 'The document does not begin with SLA-version or RESOURCE-version.',
  'version-misplaced': 'A version header stands inside a document.',
  'version-not-understood': 'The document is of a version that is not read here.',
  'document-too-large': 'The document has more bytes than a document may have.',
  'too-many-headers': 'The document has more headers than a document may have.',
  'header-too-large': 'A header, or what is said under one name, has more bytes than a header may have.',
  'too-many-values': 'The document has more values, or larger regular expressions, than a document may have.',
  'invalid-utf8': 'A byte is no part of UTF-8.',
  'control-character': 'A control character other than tab stands in the text.',
  'not-a-header': 'A line is neither a header nor a continuation nor a comment.',
  'nothing-to-continue': 'A continuation line has no header above it.',
  'wrong-shape': 'The JSON value is no object of header to string or to an array of strings.',
  'empty-value': 'A header has no value.',
  'header-missing': 'A header that the document needs is not there.',
  'header-repeated': 'A header that may stand once stands again.',
  'value-refused': 'A value is not of the type that its header has.',
  'side-refused': 'A header says of one side what only the other may say, or asks where it has to tell.',
  'near-name': 'A name that nobody knows is nearly one that is known.',
  'never-holds': 'A test or condition can never hold, whatever the other side says.',
  'always-holds': 'A test or condition holds whatever the other side says.',
  'no-condition': 'A part of a condition that can be neither TRUE nor FALSE stands where one of them must.',
  'exact-test': 'A plain value asks for exactly that of the other side, where a bound was likely meant.',
  'tests-waived': 'A Tell that accepts version 0.1 waives tests or terms for its Asks.',
  'decides-nothing': 'A header decides nothing where it stands.',
  'more-diagnostics': 'There is more to say about the document than was said.',
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;

/** A place in text as it was sent. */
export interface Position {
  /** Counted from 1 at the start of the connection or file. */
  readonly line: number;
  /** Counted from 1, in characters (Unicode code points); a tab is one. */
  readonly column: number;
  /** The whole line, without its end. */
  readonly source: string;
}

/** What is wrong with a document, or likely to be. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  /** A sentence for a person, without the position: what was found and what was expected. */
  readonly message: string;
  /** The header it is about, in the vocabulary's spelling where it has one. */
  readonly header?: string | undefined;
  /** Absent where the document was no text. */
  readonly position?: Position | undefined;
}

/** One sentence with its position: `line 4, column 12: Broker-IP is an address …`. */
export function diagnosticSentence({ position, message }: Diagnostic): string {
  return position === undefined ? message : `line ${position.line}, column ${position.column}: ${message}`;
}

/** How diagnostics stand on a text connection: comments that begin with `# error:` or `# warning:`, a line each. */
export function diagnosticLines(diagnostics: Iterable<Diagnostic>): string {
  let lines = '';
  for (const diagnostic of diagnostics) {
    lines += `# ${diagnostic.severity}: ${diagnosticSentence(diagnostic)}\n`;
  }
  return lines;
}

/** For a terminal: the sentence, the line as it was written, and a caret under the spot. */
export function annotatedDiagnostic(diagnostic: Diagnostic): string {
  const headline = `${diagnostic.severity}: ${diagnosticSentence(diagnostic)}\n`;
  const { position } = diagnostic;
  if (position === undefined) return headline;
  const characters = Array.from(position.source, visible);
  const from = Math.max(0, position.column - 1 - charactersBefore);
  const shown = characters.slice(from, from + charactersShown).join('');
  const under = characters
    .slice(from, position.column - 1)
    .map((character) => (character === '\t' ? '\t' : ' '));
  const margin = String(position.line);
  return `${headline} ${margin} | ${shown}\n ${' '.repeat(margin.length)} | ${under.join('')}^\n`;
}

/** The errors first-hand, the rest counted: nobody reads the hundredth, and a peer must not be able to ask for it. */
export function boundedDiagnostics(diagnostics: readonly Diagnostic[], count: number): Diagnostic[] {
  const ordered = diagnostics.toSorted(byPosition);
  if (ordered.length <= count) return ordered;
  const errors = ordered.filter(({ severity }) => severity === 'error');
  const warnings = ordered.filter(({ severity }) => severity === 'warning');
  const kept = [...errors, ...warnings].slice(0, count).sort(byPosition);
  const message = `${ordered.length - count} more errors and warnings about this document are not shown`;
  const severity = errors.length > count ? 'error' : 'warning';
  return [...kept, { severity, code: 'more-diagnostics', message }];
}

/** Text of a peer as a sentence quotes it: short, and harmless on a terminal. */
export function quoted(text: string): string {
  const characters = Array.from(text.slice(0, 2 * charactersQuoted + 2).replaceAll('\t', ' '), visible);
  const cut = characters.length > charactersQuoted;
  return `'${characters.slice(0, charactersQuoted).join('')}${cut ? '…' : ''}'`;
}

const charactersQuoted = 60;
const charactersShown = 120;
const charactersBefore = 80;

const control = /[\p{Cc}\p{Cs}]/u;

function visible(character: string): string {
  return character !== '\t' && control.test(character) ? '\uFFFD' : character;
}

/** What has no position stands last, in the order in which it was found. */
function byPosition(a: Diagnostic, b: Diagnostic): number {
  const [one, other] = [a.position, b.position];
  if (one === undefined || other === undefined)
    return Number(one === undefined) - Number(other === undefined);
  return one.line - other.line || one.column - other.column;
}
