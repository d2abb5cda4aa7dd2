import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';

/** How a frame is answered: as one document, or as several, each with an answer of its own. */
export type FrameShape = 'one' | 'several';

/** The answers to the documents of a frame, which go out as one frame, and share its room. */
export class FrameAnswers {
  readonly #frame: number;
  readonly #shape: FrameShape;
  /** Characters of the headers of all documents. */
  readonly #most: number;
  #taken = 0;
  readonly #answers: string[] = [];
  #waitsFor: number;
  #over: PromiseWithResolvers<string> | undefined;

  /** @param frame its number on its connection, from 1 */
  constructor(frame: number, shape: FrameShape, count: number, most: number) {
    this.#frame = frame;
    this.#shape = shape;
    this.#most = most;
    this.#waitsFor = count;
  }

  /** Keeps so much room for an answer, in place of what was kept for it before; throws a Refusal where it is not there. */
  keepRoom(before: number, now: number): void {
    const taken = this.#taken - before + now;
    if (taken > this.#most) throw new Refusal(this.#tooLarge());
    this.#taken = taken;
  }

  /** Takes the answer to the document at this place: the members of an object in JSON. */
  take(index: number, answer: string): void {
    this.#answers[index] = answer;
    this.#waitsFor -= 1;
    if (this.#waitsFor === 0) this.#over?.resolve(this.#whole());
  }

  /** The answering frame, when the last document is answered. */
  whole(): Promise<string> | string {
    if (this.#waitsFor === 0) return this.#whole();
    this.#over ??= Promise.withResolvers<string>();
    return this.#over.promise;
  }

  #whole(): string {
    if (this.#shape === 'one') return `{"frame":${this.#frame},${this.#answers[0]}}`;
    return `{"frame":${this.#frame},"answers":[{${this.#answers.join('},{')}}]}`;
  }

  #tooLarge() {
    const most = `the ${this.#most} bytes that one frame holds`;
    if (this.#shape === 'one') return failure('answer-too-large', `the answer is larger than ${most}`);
    return failure(
      'answer-too-large',
      `with the answers to the other documents of its frame the answer is larger than ${most}`,
      'send the document in a frame of its own',
    );
  }
}
