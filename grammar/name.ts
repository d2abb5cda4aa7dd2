/** A header's name: a letter, then letters, digits, `_` and `-`; `My.` or `Their.` may stand before it, `?` after it. */
const name = /(?:(?:My|Their)\.)?[A-Za-z][A-Za-z0-9_-]*\??/iy;
const wholeName = new RegExp(`^${name.source}$`, 'i');

/** Where the colon stands that ends the name at `at`, or -1 where no name and colon stand there. */
export function nameEnd(text: string, at: number): number {
  let end = at;
  while (isNameCode(text.charCodeAt(end))) end += 1;
  // The plain name, which nearly all are, needs no expression.
  if (text.charCodeAt(end) === 0x3a) return isLetter(text.charCodeAt(at)) ? end : -1;
  name.lastIndex = at;
  const length = name.exec(text)?.[0].length ?? 0;
  return length > 0 && text[at + length] === ':' ? at + length : -1;
}

export function isName(text: string): boolean {
  return wholeName.test(text);
}

/** What keeps a line from being a header, as the beginning of a sentence. */
export function nameProblem(line: string): string {
  const colon = line.indexOf(':');
  if (colon < 0) return "a header is 'Name: value', and this line has no colon";
  const before = line.slice(0, colon);
  if (isName(before.trimEnd())) return 'no blank stands before the colon of a header';
  return "a header's name is a letter, then letters, digits, '_' and '-'";
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function isNameCode(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f;
}
