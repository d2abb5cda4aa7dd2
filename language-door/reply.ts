import {
  type Action1,
  type Document,
  type Document1,
  type Header,
  type JsonDocument,
  type Language,
  names,
  printDocument,
  printDocument1,
  toJson,
  toJson1,
} from '../grammar/index.ts';
import type { ReasonWord } from '../protocol/decline-words.ts';

/** A document of version 1.0 on its way out: its headers in canonical text and order. */
export interface Written {
  readonly headers: readonly Header[];
  /** The same as text, where that is at hand. */
  readonly text?: string;
}

/** A document that answers another. */
export type Reply = Document | Written;

export function printReply(reply: Reply): string {
  return 'application' in reply ? printDocument(reply) : printDocument1(reply);
}

export function replyToJson(reply: Reply): JsonDocument {
  return 'application' in reply ? toJson(reply) : toJson1(reply);
}

/** What the answers of a service have in common. */
export interface Answering {
  readonly language: Language;
  /** The Id of what is answered, where it has one. */
  readonly id: string | undefined;
}

export function answering({ language, envelope: { id } }: Document1): Answering {
  return { language, id };
}

const places: ReadonlyMap<string, number> = new Map(names.map(({ name }, place) => [name, place]));

/** An answer of version 1.0; its other headers may come in any order, those of one name in theirs. */
export function written(
  action: Action1,
  { language, id }: Answering,
  headers: readonly Header[] = [],
): Written {
  const all: Header[] = [
    { name: `${language}-version`, value: '1.0' },
    { name: 'Action', value: action },
  ];
  if (id !== undefined) all.push({ name: 'In-reply-to', value: id });
  let last = placeOf('In-reply-to');
  let isInOrder = true;
  for (const header of headers) {
    const place = placeOf(header.name);
    if (place < last) isInOrder = false;
    last = place;
    all.push(header);
  }
  return { headers: isInOrder ? all : all.sort((a, b) => placeOf(a.name) - placeOf(b.name)) };
}

function placeOf(name: string): number {
  return places.get(name) ?? 0;
}

export type { ReasonWord };

/** Says no, and why: a word for programs, then text for people. */
export function declined(to: Answering, word: ReasonWord, text: string): Written {
  return written('Decline', to, [{ name: 'Reason', value: `${word} ${text}` }]);
}

/** Says no to a document of a version that is not spoken here. */
export function notUnderstood(to: Answering): Written {
  return declined(to, 'not-understood', `${to.language}-version`);
}

/** What became of a Tell of version 1.0; `expires` is what its Ack says. */
export type Telling =
  | { readonly became: 'told' | 'renewed'; readonly expires: string }
  | { readonly became: 'stale'; readonly seq: number }
  | { readonly became: 'past' };

export function tellingReply(telling: Telling, to: Answering): Written {
  switch (telling.became) {
    case 'stale':
      return declined(
        to,
        'stale',
        `another text of this Id is told with Seq ${telling.seq}; say a higher one to replace it`,
      );
    case 'past':
      return declined(to, 'too-late', 'the Tell had expired when it came');
    default:
      return written('Ack', to, [{ name: 'Expires', value: telling.expires }]);
  }
}
