import type { Header } from '../document.ts';
import type { FactOrText } from '../values/fact-text.ts';
import type { Line } from './line.ts';
import type { Need } from './model.ts';
import type { Name } from './name.ts';
import { PlainTest } from './plain-test.ts';

/** What the headers of a Tell say, each as it is printed, taken in one after another as they were sent. */
export class Taken {
  readonly headers: Header[];
  /** All that are facts. */
  readonly facts: FactOrText[];
  /** What the Tell has left of amounts, by some of the facts. */
  readonly offers: Need[] = [];
  /** The headers that say no fact. */
  readonly others: (Line | PlainTest)[] = [];
  /** How many values the facts and the plain tests have, and one for each of the others. */
  values = 0;
  /** How many headers there are. */
  count = 0;
  #facts = 0;

  /** `headers` and `facts` are how many there will be, or nearly so: lists that grow are copied again and again. */
  constructor(headers: number, facts: number) {
    this.headers = new Array<Header>(headers);
    this.facts = new Array<FactOrText>(facts);
  }

  /** Takes in a line, unless it says a fact otherwise than in canonical text. */
  takeLine(line: Line, isFact: boolean): boolean {
    this.headers[this.count++] = line;
    if (!isFact) {
      this.others.push(line);
      this.values += 1;
      return true;
    }
    const { told } = line;
    if (told === undefined) return false;
    this.facts[this.#facts++] = told;
    this.values += line.values;
    if (line.offer !== undefined) this.offers.push(line.offer);
    return true;
  }

  /** Takes in a fact of so many values, written as it is printed. */
  takeFact(name: string, value: string, fact: FactOrText, values: number): void {
    this.headers[this.count++] = { name, value };
    this.facts[this.#facts++] = fact;
    this.values += values;
  }

  /** Takes in a plain test of so many values. */
  takeTest(known: Name, value: string, values: number): void {
    this.headers[this.count++] = { name: known.written, value };
    this.others.push(new PlainTest(known, value));
    this.values += values;
  }

  /** Nothing more comes. */
  close(): void {
    if (this.headers.length !== this.count) this.headers.length = this.count;
    if (this.facts.length !== this.#facts) this.facts.length = this.#facts;
  }
}
