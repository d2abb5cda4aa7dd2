/** The first code that is not of ASCII. */
const beyond = 0x80;

/**
 * Whether a text has another in it, capital letters or not, without making a string. Of what is not ASCII it is not known
 * here how capitals are written, so that a text with such a character has everything, and such a part is in everything.
 */
export function hasIgnoringCase(text: string, part: string): boolean {
  const last = text.length - part.length;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) >= beyond || (at <= last && isAt(text, at, part))) return true;
  }
  return part.length === 0 || isBeyond(part);
}

function isAt(text: string, from: number, part: string): boolean {
  for (let at = 0; at < part.length; at += 1) {
    if (small(text.charCodeAt(from + at)) !== small(part.charCodeAt(at))) return false;
  }
  return true;
}

function isBeyond(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= beyond) return true;
  return false;
}

/** The code of the small letter, where it is that of a capital. */
function small(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}
