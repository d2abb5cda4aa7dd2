import type { Header } from '../document.ts';
import { names } from '../vocabulary/names.ts';

const places: ReadonlyMap<string, number> = new Map(
  names.filter(({ kind }) => kind === 'envelope').map(({ name }, place) => [name, place]),
);

/** Canonical headers with others of the envelope in their places; what they say of a name is all that is said of it. */
export function withEnvelope(headers: readonly Header[], said: readonly Header[]): readonly Header[] {
  if (said.length === 0) return headers;
  const all = headers.filter(({ name }) => !said.some((other) => other.name === name));
  for (const header of said) {
    const place = placeOf(header);
    const after = all.findIndex((other) => placeOf(other) > place);
    all.splice(after < 0 ? all.length : after, 0, header);
  }
  return all;
}

/** What is none of the envelope stands behind it. */
function placeOf({ name }: Header): number {
  return places.get(name) ?? Number.POSITIVE_INFINITY;
}
