import { type Piece, TestFault, type TestMaker } from './make.ts';
import type { Operator, Test } from './test.ts';

/**
 * Reads a test without the grammar, with what it makes of the parts: a short path, which says nothing where something is
 * wrong, or of a regular expression. A property test holds what it says equal to what the grammar says.
 */
export function scanTest(text: string, make: TestMaker): Test | undefined {
  try {
    return new Scanner(text, make).whole();
  } catch (error) {
    if (error instanceof TestFault) return undefined;
    throw error;
  }
}

/** Names that are no text, unless more of a word follows. */
const words = /(?:not|any|unsaid|has)(?![\p{L}\p{N}_.+/:-])/uy;
const operators = /==|!=|<=|>=|<|>/y;
const quoted = /"(?:[^"\\]|\\.)*"/y;
const plain = /[^,|()"<>=!~ \t][^,|()"]*/y;

class Scanner {
  readonly #text: string;
  readonly #make: TestMaker;
  #at = 0;

  constructor(text: string, make: TestMaker) {
    this.#text = text;
    this.#make = make;
  }

  whole(): Test | undefined {
    this.#blanks();
    const test = this.#list();
    return this.#at === this.#text.length ? test : undefined;
  }

  /** Up to what is neither a blank nor joins another test. */
  #list(): Test | undefined {
    const begin = this.#at;
    const first = this.#item();
    if (first === undefined) return undefined;
    const rest: { separator: string; test: Test }[] = [];
    for (;;) {
      this.#blanks();
      const separator = this.#text.charAt(this.#at);
      if (separator !== ',' && separator !== '|') break;
      this.#at += 1;
      this.#blanks();
      const test = this.#item();
      if (test === undefined) return undefined;
      rest.push({ separator, test });
    }
    return this.#make.list(first, rest, begin);
  }

  #item(): Test | undefined {
    const begin = this.#at;
    if (this.#text.charAt(begin) === '(') return this.#group();
    const word = this.#take(words);
    if (word !== undefined) return this.#said(word, begin);
    const operator = this.#take(operators);
    if (operator !== undefined) {
      this.#blanks();
      const piece = this.#piece();
      return piece && this.#make.compare(operator as Operator, piece, begin);
    }
    const piece = this.#piece();
    if (piece === undefined) return undefined;
    this.#blanks();
    return this.#text.charAt(this.#at) === '(' ? this.#versioned(piece) : this.#make.plain(piece);
  }

  #group(): Test | undefined {
    this.#make.deeper(this.#at);
    const test = this.#inBrackets();
    return test && this.#make.group(test);
  }

  #versioned(name: Piece): Test | undefined {
    this.#make.enter(name, this.#at);
    const test = this.#inBrackets();
    return test && this.#make.versioned(name, test);
  }

  #inBrackets(): Test | undefined {
    this.#at += 1;
    this.#blanks();
    const test = this.#list();
    if (test === undefined || this.#text.charAt(this.#at) !== ')') return undefined;
    this.#at += 1;
    this.#make.shallower();
    return test;
  }

  #said(word: string, begin: number): Test | undefined {
    if (word === 'any' || word === 'unsaid') return this.#make.said(word, begin);
    this.#blanks();
    if (word === 'has') {
      const piece = this.#piece();
      return piece && this.#make.has(piece);
    }
    this.#make.deeper(this.#at);
    const test = this.#item();
    return test && this.#make.not(test);
  }

  #piece(): Piece | undefined {
    const at = this.#at;
    if (this.#text.charAt(at) === '"') {
      const text = this.#take(quoted);
      return text === undefined ? undefined : { text, at };
    }
    const text = this.#take(plain);
    return text === undefined ? undefined : { text: text.trimEnd(), at };
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#text) ?? [];
    if (text !== undefined) this.#at += text.length;
    return text;
  }

  #blanks(): void {
    for (;;) {
      const next = this.#text.charAt(this.#at);
      if (next !== ' ' && next !== '\t') return;
      this.#at += 1;
    }
  }
}
