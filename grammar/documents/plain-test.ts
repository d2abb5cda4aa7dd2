import { readTest } from '../tests/read.ts';
import type { Test } from '../tests/test.ts';
import type { PartyTest } from './model.ts';
import type { Name } from './name.ts';

/**
 * A test of which no more is known yet than that it can be read, is written in canonical text, and is a bound or words one of
 * which is wanted: so it holds of some facts and not of all. It is read when somebody asks for it; who has met its
 * header before need not.
 */
export class PlainTest implements PartyTest {
  readonly name: string;
  readonly header: string;
  readonly #known: Name;
  #test: Test | undefined;

  /** Of a Tell. */
  constructor(known: Name, value: string) {
    const { printed, label } = known.word('teller');
    this.name = label.name;
    // Joined and not added up: whoever keeps it may not hold on to the document.
    this.header = [printed, separator, value].join('');
    this.#known = known;
  }

  get spelled(): string {
    return this.#known.word('teller').label.spelled;
  }

  get negotiable(): boolean {
    return this.#known.word('teller').label.negotiable;
  }

  get test(): Test {
    this.#test ??= this.#read();
    return this.#test;
  }

  #read(): Test {
    const { printed, wanted } = this.#known.word('teller');
    const read = readTest(wanted, this.header.slice(printed.length + separator.length), this.#known.items);
    if ('problem' in read) throw new TypeError(`this is no plain test: ${this.header}`);
    return read.test;
  }
}

const separator = ': ';
