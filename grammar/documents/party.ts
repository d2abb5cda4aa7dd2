import type { DiagnosticCode } from '../diagnostics.ts';
import { type Expression, readExpression } from '../expressions/index.ts';
import { printTest } from '../tests/print.ts';
import { readTest } from '../tests/read.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { Wanted } from '../values/phrase.ts';
import { readValue } from '../values/read.ts';
import { type FactFault, readFact } from '../values/read-fact.ts';
import type { ClauseType, Row, Subject } from '../vocabulary/row.ts';
import { type NameLists, namesOf } from './envelope.ts';
import { isAboutSpeaker, type Label } from './label.ts';
import type { Budget, Clause, Condition, Need, Party, PartyTest, Price, Promised } from './model.ts';
import { needOf } from './needs.ts';
import { readBudget, readPrice } from './terms.ts';

/** The canonical text of a value, or what is wrong with it as what follows the header's name in a sentence. */
export type PartReading = { readonly text: string } | Problem;

export interface Problem {
  readonly problem: string;
  /** Where in the value; absent where it is the header as a whole. */
  readonly at?: number | undefined;
  readonly code?: DiagnosticCode | undefined;
}

/** The terms that each side may say. A Price of an Ask is a test. */
const termsOf: Readonly<Record<Subject, readonly string[]>> = {
  teller: ['Requires', 'Prefer', 'Rank', 'Price', 'Explicit'],
  asker: ['Requires', 'Prefer', 'Rank', 'Price', 'Budget', 'Count', 'Deadline', 'Start', 'Guarantee'],
};

const oneCpu: Fact = { values: [{ kind: 'number', value: 1 }], text: '1' };

/** What one side says to the other, taken in header by header in canonical order. */
export class PartyReader {
  readonly #speaker: Subject;
  readonly #facts = new Map<string, Fact>();
  /** What an Ask needs is its fact too, unless it says otherwise. */
  readonly #needed = new Map<string, Fact>();
  readonly #tests: PartyTest[] = [];
  readonly #needs: Need[] = [];
  readonly #requires: Condition[] = [];
  readonly #prefers: Condition[] = [];
  readonly #prices: Price[] = [];
  readonly #budgets: Budget[] = [];
  readonly #explicit: string[] = [];
  readonly #promises: Promised[] = [];
  readonly #clauses: Clause[] = [];
  #rank: Expression | undefined;
  #count = 1;
  #slots = 1;

  constructor(speaker: Subject) {
    this.#speaker = speaker;
  }

  /** `printed` is the header's name as it is printed. */
  take(label: Label, printed: string, text: string): PartReading {
    if (label.row?.kind === 'term') return this.#takeTerm(label.row, printed, text);
    if (isAboutSpeaker(label, this.#speaker)) return this.#takeFact(label, printed, text);
    if (label.row?.kind === 'amount') return this.#takeAmount(label, printed, text);
    return this.#takeTest(label, printed, text);
  }

  finish(version: string, id: string | undefined, lists: NameLists, limit: number | undefined): Party {
    if (this.#speaker === 'asker') {
      this.#needed.set('cpus', this.#needed.get('cpus') ?? oneCpu);
      for (const [name, fact] of this.#needed) if (!this.#facts.has(name)) this.#facts.set(name, fact);
    }
    return {
      action: this.#speaker === 'teller' ? 'Tell' : 'Ask',
      version,
      id,
      facts: this.#facts,
      tests: this.#tests,
      needs: this.#needs,
      slots: this.#slots,
      requires: this.#requires,
      prefers: this.#prefers,
      rank: this.#rank,
      prices: this.#prices,
      budgets: this.#budgets,
      explicit: this.#explicit,
      count: this.#count,
      limit: limit ?? usualLimit,
      ...lists,
      promises: this.#promises,
      walltime: this.#speaker === 'asker' ? this.#single('walltime') : undefined,
      tasks: this.#speaker === 'asker' ? this.#single('tasks') : undefined,
      clauses: this.#clauses,
    };
  }

  #single(name: string): number | undefined {
    const value = this.#facts.get(name)?.values[0];
    return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
  }

  #takeFact({ name, spelled, row, negotiable }: Label, printed: string, text: string): PartReading {
    const isAmount = row?.kind === 'amount';
    if (name === 'slots' && this.#speaker === 'asker') return slotsOfAsk;
    const isOne = isAmount || name === 'walltime' || name === 'tasks';
    const said = this.#facts.get(name);
    if (isOne && said !== undefined)
      return { problem: 'takes one value, and it stands twice', code: 'header-repeated' };
    const fact = readFact(wantedOf(row), text, isOne);
    if ('problem' in fact) return fact.isTest ? this.#testForFact(row, text, fact) : fact;
    const size = isOne ? sizeOf(fact) : 0;
    if (size < 0) return { problem: `is not below zero; found '${fact.text}'`, at: 0 };
    this.#facts.set(name, said === undefined ? fact : joined(said, fact));
    if (isAmount && this.#speaker === 'teller') {
      if (name === 'slots') this.#slots = size;
      else {
        const header = `${printed}: ${fact.text}`;
        const dimension = row.type === 'bytes' ? 'bytes' : undefined;
        this.#needs.push({
          name,
          spelled,
          dimension,
          from: size,
          upTo: size,
          exact: false,
          header,
          negotiable,
        });
      }
    }
    return { text: fact.text };
  }

  #testForFact(row: Row | undefined, text: string, { at }: FactFault): Problem {
    const about = this.#speaker === 'asker' ? 'your work' : 'what you offer';
    const example = row === undefined ? '' : `, such as '${row.example}'`;
    const found = `found '${text.slice(at, at + 60)}', a test`;
    const problem = `is about ${about}: say what it is${example}; ${found}. (A text that looks like a test stands in quotes.)`;
    return { problem, at, code: 'side-refused' };
  }

  #takeTest({ name, spelled, row, negotiable }: Label, printed: string, text: string): PartReading {
    const read = readTest(wantedOf(row), text);
    if ('problem' in read) return read;
    return this.#addTest(name, spelled, negotiable, printed, read.test);
  }

  #addTest(name: string, spelled: string, negotiable: boolean, printed: string, test: Test): PartReading {
    const text = printTest(test);
    const header = `${printed}: ${text}`;
    this.#clauses.push({ kind: 'test', index: this.#tests.length, header });
    this.#tests.push({ name, spelled, test, header, negotiable });
    return { text };
  }

  #takeAmount(label: Label, printed: string, text: string): PartReading {
    const { name, spelled, row, negotiable } = label;
    if (this.#speaker === 'teller') return this.#takeTest(label, printed, text);
    if (name === 'slots') return slotsOfAsk;
    if (this.#needed.has(name)) {
      const problem = 'stands twice: an amount is a need; to cap the size of the slot write Requires';
      return { problem, code: 'header-repeated' };
    }
    const read = readTest(wantedOf(row), text);
    if ('problem' in read) return read;
    const need = needOf(read.test);
    if ('problem' in need) return { ...need, at: 0 };
    const { fact, ...bounds } = need;
    this.#needed.set(name, fact);
    const canonical = printTest(read.test);
    const header = `${printed}: ${canonical}`;
    const dimension = row?.type === 'bytes' ? 'bytes' : undefined;
    this.#clauses.push({ kind: 'need', index: this.#needs.length, header });
    this.#needs.push({ name, spelled, dimension, ...bounds, header, negotiable });
    return { text: canonical };
  }

  #takeTerm(row: Row, printed: string, text: string): PartReading {
    if (!termsOf[this.#speaker].includes(row.name)) {
      const [own, other] = this.#speaker === 'teller' ? ['a Tell', 'an Ask'] : ['an Ask', 'a Tell'];
      return { problem: `stands in ${other}, not in ${own}`, code: 'side-refused' };
    }
    switch (row.type) {
      case 'expression':
        return this.#takeExpression(row, printed, text);
      case 'price':
        return this.#takePrice(row, printed, text);
      case 'money':
        return this.#takeBudget(row, printed, text);
      case 'names':
        return this.#takeExplicit(row, printed, text);
      case 'whole':
        return this.#takeCount(row, text);
      default:
        return this.#takePromise(row, text);
    }
  }

  #takeExpression({ name }: Row, printed: string, text: string): PartReading {
    const read = readExpression(text, name === 'Rank' ? 'rank' : 'condition');
    if ('problem' in read) return read;
    const { expression } = read;
    const canonical = expression.text;
    const condition = { expression, header: `${printed}: ${canonical}` };
    if (name === 'Rank') this.#rank = expression;
    else if (name === 'Prefer') this.#prefers.push(condition);
    else {
      this.#clauses.push({ kind: 'requires', index: this.#requires.length, header: condition.header });
      this.#requires.push(condition);
    }
    return { text: canonical };
  }

  #takePrice(row: Row, printed: string, text: string): PartReading {
    if (this.#speaker === 'asker') {
      const read = readTest({ type: 'money', example: '<= 0.05 EUR/cpu-h' }, text);
      return 'problem' in read
        ? read
        : this.#addTest('price', row.name, printed.endsWith('?'), printed, read.test);
    }
    const read = readPrice(row, text);
    if ('problem' in read) return read;
    const { currency, rates } = read;
    if (this.#prices.some((price) => price.currency === currency)) return twiceIn(currency);
    this.#prices.push({ currency, rates, header: `${printed}: ${read.text}` });
    return read;
  }

  #takeBudget(row: Row, printed: string, text: string): PartReading {
    const read = readBudget(row, text);
    if ('problem' in read) return read;
    const { currency, nano } = read.money;
    if (this.#budgets.some((budget) => budget.currency === currency)) return twiceIn(currency);
    const header = `${printed}: ${read.text}`;
    if (this.#budgets.length === 0) this.#clauses.push({ kind: 'budgets', index: 0, header });
    this.#budgets.push({ currency, nano, header });
    return read;
  }

  #takeExplicit(row: Row, printed: string, text: string): PartReading {
    const read = namesOf(row, text);
    if ('problem' in read) return read;
    const canonical = read.names.join(', ');
    const header = `${printed}: ${canonical}`;
    this.#clauses.push({ kind: 'explicit', index: this.#explicit.length, header });
    this.#explicit.push(...read.names.map((name) => name.toLowerCase()));
    return { text: canonical };
  }

  #takeCount(row: Row, text: string): PartReading {
    const read = readValue('whole', text);
    const count = 'value' in read && read.value.kind === 'number' ? read.value.value : 0;
    if (count < 1)
      return { problem: `is a whole number from 1, such as '${row.example}'; found '${text}'`, at: 0 };
    this.#count = count;
    return { text };
  }

  #takePromise({ name, type, example }: Row, text: string): PartReading {
    this.#promises.push(name as Promised);
    if (type !== 'timestamp') return { text };
    const read = readFact({ type, example }, text, true);
    return 'problem' in read ? read : { text: read.text };
  }
}

const usualLimit = 10;

const slotsOfAsk: Problem = {
  problem: 'is what a Tell says; an Ask says by Count how many slots it wants at once',
  code: 'side-refused',
};

/** How the values of a clause or an amount are read. */
function wantedOf(row: Row | undefined): Wanted | undefined {
  return row === undefined ? undefined : { type: row.type as ClauseType, example: row.example };
}

function sizeOf({ values: [value] }: Fact): number {
  return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : 0;
}

function joined(a: Fact, b: Fact): Fact {
  return { values: [...a.values, ...b.values], text: `${a.text}, ${b.text}` };
}

function twiceIn(currency: string): Problem {
  return { problem: `stands twice in ${currency}, and may once for each currency`, code: 'header-repeated' };
}
