import type { Bounds } from '../bounds.ts';
import { quoted } from '../diagnostics.ts';
import { byteCount } from '../utf8.ts';
import type { Fact } from '../values/fact.ts';
import { mismatch } from '../values/phrase.ts';
import { readValue } from '../values/read.ts';
import { readFact } from '../values/read-fact.ts';
import type { Row } from '../vocabulary/row.ts';
import type { Deal } from './model.ts';
import type { Problem } from './parts.ts';
import { oneValue, type Size, sizeOfFact } from './size.ts';
import { readBudget, readPrice } from './terms.ts';
import type { Word } from './word.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Canonical text of a value, or what is wrong with it. */
type Taken = { readonly text: string; readonly size: Size } | Problem;

/** What a deal's document says of the deal, taken in header by header in canonical order. */
export class DealReader {
  readonly #bounds: Bounds;
  readonly #facts = new Map<string, Fact>();
  readonly #deal: Mutable<Omit<Deal, 'facts'>> = {
    price: undefined,
    count: undefined,
    start: undefined,
    deadline: undefined,
    tell: undefined,
    offer: undefined,
    agreement: undefined,
    state: undefined,
    isFinal: false,
    until: undefined,
    estimate: undefined,
    total: undefined,
  };

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  finish(): Deal {
    return { ...this.#deal, facts: this.#facts };
  }

  /** Takes in a header; `text` is its value. */
  take(word: Word, text: string): Taken {
    const { row } = word.label;
    if (row?.kind === 'deal') return this.#takeAbout(row, text);
    if (row?.kind === 'term') return this.#takeTerm(row, text);
    return this.#takeFact(word, text);
  }

  #takeFact({ wanted, isOne, label: { name } }: Word, text: string): Taken {
    const before = this.#facts.get(name);
    if (isOne && before !== undefined)
      return { problem: 'takes one value, and it stands twice', code: 'header-repeated' };
    const fact = readFact(wanted, text, isOne);
    if ('problem' in fact) return fact.isTest ? testInDeal(wanted?.example, text, fact.at) : fact;
    if (isOne && sizeOf(fact) < 0) return { problem: `is not below zero; found '${fact.text}'`, at: 0 };
    const whole = before === undefined ? fact : joined(before, fact);
    if (byteCount(whole.text) > this.#bounds.headerBytes) {
      const problem = `has more than ${this.#bounds.headerBytes} bytes in all its lines`;
      return { problem, code: 'header-too-large' };
    }
    this.#facts.set(name, whole);
    return { text: fact.text, size: sizeOfFact(fact) };
  }

  #takeTerm(row: Row, text: string): Taken {
    const deal = this.#deal;
    switch (row.name) {
      case 'Price': {
        const read = readPrice(row, text);
        if ('problem' in read) return read;
        if (deal.price !== undefined)
          return { problem: 'stands twice: a deal has one currency', code: 'header-repeated' };
        const { currency, rates } = read;
        deal.price = { currency, rates, header: `Price: ${read.text}` };
        return { text: read.text, size: { ...oneValue, values: rates.length } };
      }
      case 'Count': {
        const read = readValue('whole', text);
        const count = 'value' in read && read.value.kind === 'number' ? read.value.value : 0;
        if (count < 1)
          return { problem: `is a whole number from 1, such as '${row.example}'; found '${text}'`, at: 0 };
        deal.count = count;
        return { text, size: oneValue };
      }
      case 'Start':
      case 'Deadline': {
        const read = momentOf(row, text);
        if ('problem' in read) return read;
        deal[row.name === 'Start' ? 'start' : 'deadline'] = read.moment;
        return read;
      }
      case 'Guarantee':
        return { text, size: oneValue };
      default:
        return { problem: 'is for who looks for a deal: say what is agreed', code: 'side-refused' };
    }
  }

  #takeAbout(row: Row, text: string): Taken {
    const deal = this.#deal;
    switch (row.name) {
      case 'Tell':
      case 'Offer':
      case 'Agreement': {
        if (!/^[\x21-\x7e]{1,128}$/.test(text))
          return at0(
            `is 1 to 128 visible characters of ASCII, such as '${row.example}'; found ${quoted(text)}`,
          );
        deal[row.name.toLowerCase() as 'tell' | 'offer' | 'agreement'] = text;
        return { text, size: oneValue };
      }
      case 'State':
        if (!/^[a-z]+(?:-[a-z]+)*$/.test(text))
          return at0(`is one word in small letters, such as '${row.example}'; found ${quoted(text)}`);
        deal.state = text;
        return { text, size: oneValue };
      case 'Final':
        if (text !== 'true' && text !== 'false')
          return at0(`is true or false, such as '${row.example}'; found ${quoted(text)}`);
        deal.isFinal = text === 'true';
        return { text, size: oneValue };
      case 'Until': {
        const read = momentOf(row, text);
        if ('problem' in read) return read;
        deal.until = read.moment;
        return read;
      }
      case 'Estimate':
      case 'Total': {
        const read = readBudget(row, text);
        if ('problem' in read) return read;
        deal[row.name === 'Estimate' ? 'estimate' : 'total'] = read.money;
        return { text: read.text, size: oneValue };
      }
      default:
        return { text, size: oneValue };
    }
  }
}

function momentOf({ example }: Row, text: string): (Taken & { readonly moment: number }) | Problem {
  const read = readValue('timestamp', text);
  if ('problem' in read) return at0(mismatch({ type: 'timestamp', example }, text, read.problem));
  const { value } = read;
  if (value.kind !== 'timestamp') return at0(mismatch({ type: 'timestamp', example }, text, 'which is none'));
  return { text: read.text, size: oneValue, moment: value.value };
}

function testInDeal(example: string | undefined, text: string, at: number): Problem {
  const such = example === undefined ? '' : `, such as '${example}'`;
  const problem = `is agreed: say what it is${such}; found '${text.slice(at, at + 60)}', a test. (A text that looks like a test stands in quotes.)`;
  return { problem, at, code: 'side-refused' };
}

/** Of a fact about something that has one size. */
function sizeOf({ values: [value] }: Fact): number {
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : 0;
}

function joined(before: Fact, more: Fact): Fact {
  return { values: [...before.values, ...more.values], text: `${before.text}, ${more.text}` };
}

function at0(problem: string): Problem {
  return { problem, at: 0 };
}
