import { Misplaced } from './faults.ts';

/** A part of a word: text as it is, or a parameter by its name, where it stands. */
export type Piece = { readonly text: string } | { readonly name: string; readonly at: number };

/** A word in which parameters are filled in once it was cut out: what they hold is never cut. */
export interface Word {
  readonly pieces: readonly Piece[];
  /** Where it begins in its line. */
  readonly at: number;
}

const blank = /[ \t]/;
const parameter = /^\$\{([^}]*)\}/;
export const parameterName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Cuts a line into words, from an offset on: at blanks, but for those between quotes or after a backslash. In words, but
 * not between single quotes, `${name}` is a parameter. A `#` that begins a word begins a comment.
 */
export function cutWords(line: string, from = 0): Word[] {
  const words: Word[] = [];
  for (let at = from; at < line.length; ) {
    if (blank.test(line.charAt(at))) at += 1;
    else if (line.charAt(at) === '#') break;
    else {
      const { word, end } = cutWord(line, at);
      words.push(word);
      at = end;
    }
  }
  return words;
}

/** A word of a command line, which was cut already. */
export function wholeWord(text: string): Word {
  return cutWord(text, 0, true).word;
}

function cutWord(
  line: string,
  begin: number,
  isWhole = false,
): { readonly word: Word; readonly end: number } {
  const pieces: Piece[] = [];
  let text = '';
  let quote = '';
  let opened = begin;
  let at = begin;
  const flush = () => {
    if (text !== '') pieces.push({ text });
    text = '';
  };
  while (at < line.length) {
    const character = line.charAt(at);
    if (quote === '' && !isWhole && blank.test(character)) break;
    const name = quote === "'" ? undefined : parameter.exec(line.slice(at, at + longestPlace))?.[1];
    if (name !== undefined) {
      if (!parameterName.test(name)) throw new Misplaced(`\${${name}} is no name of a parameter`, at);
      flush();
      pieces.push({ name, at });
      at += name.length + 3;
    } else if (!isWhole && quote === '' && (character === "'" || character === '"')) {
      [quote, opened] = [character, at];
      at += 1;
    } else if (!isWhole && character === quote) {
      quote = '';
      at += 1;
    } else if (!isWhole && character === '\\' && quote !== "'") {
      if (at + 1 === line.length) throw new Misplaced('a backslash stands before nothing', at);
      text += line.charAt(at + 1);
      at += 2;
    } else {
      text += character;
      at += 1;
    }
  }
  if (quote !== '') throw new Misplaced('the quote that begins here has no end', opened);
  flush();
  return { word: { pieces, at: begin }, end: at };
}

/** Characters of `${name}` at most. */
const longestPlace = 120;

/** The word, where no parameter stands in it. */
export function plainText({ pieces }: Word): string | undefined {
  let text = '';
  for (const piece of pieces) {
    if ('name' in piece) return undefined;
    text += piece.text;
  }
  return text;
}

/** The word with its parameters filled in. */
export function filledWord({ pieces }: Word, valueFor: (name: string) => string): string {
  return pieces.map((piece) => ('name' in piece ? valueFor(piece.name) : piece.text)).join('');
}
