import type { PushedFrame } from '../protocol/frames.ts';
import type { Reply } from './reply.ts';

/** A document in a frame. */
export type Framed = PushedFrame['pushed'][number];

/** Documents as frames hold them, in one encoding. */
export class FrameWriting {
  readonly write: (document: Reply) => Framed;
  /** Characters of the headers of the documents of one frame. */
  readonly most: number;

  constructor(write: (document: Reply) => Framed, most: number) {
    this.write = write;
    this.most = most;
  }

  /** As many documents to a frame as may stand in an answer, and at least one. */
  *pushed(documents: readonly Reply[]): Generator<string> {
    let pushed: Framed[] = [];
    let size = 0;
    for (const document of documents) {
      const one = taken(document);
      size += sizeOf(one);
      if (size > this.most && pushed.length > 0) {
        yield JSON.stringify({ pushed } satisfies PushedFrame);
        pushed = [];
        size = sizeOf(one);
      }
      pushed.push(this.write(one));
    }
    if (pushed.length > 0) yield JSON.stringify({ pushed } satisfies PushedFrame);
  }
}

/** The headers of an answer may be made each time that they are asked for. */
export function taken(document: Reply): Reply {
  return 'application' in document || 'text' in document ? document : { headers: document.headers };
}

/** Characters of the headers of a document. */
export function sizeOf({ headers }: Reply): number {
  let size = 0;
  for (const { name, value } of headers) size += name.length + value.length;
  return size;
}
