import type { Header } from '../document.ts';
import { names } from '../vocabulary/names.ts';

const places: ReadonlyMap<string, number> = new Map(
  names.filter(({ kind }) => kind === 'envelope').map(({ name }, place) => [name, place]),
);

/** Canonical headers with others of the envelope in their places; what they say of a name is all that is said of it. */
export function withEnvelope(headers: readonly Header[], said: readonly Header[]): readonly Header[] {
  if (said.length === 0) return headers;
  const isSaid = new Set(said.map(({ name }) => name));
  const kept = headers.filter(({ name }) => !isSaid.has(name));
  const envelope = [...kept.filter(isEnvelope), ...said];
  envelope.sort((a, b) => (places.get(a.name) ?? 0) - (places.get(b.name) ?? 0));
  return [...envelope, ...kept.filter((header) => !isEnvelope(header))];
}

function isEnvelope({ name }: Header): boolean {
  return places.has(name);
}
