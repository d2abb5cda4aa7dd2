import type { Bounds } from '../bounds.ts';
import type { Expression } from '../expressions/index.ts';
import { byteCount } from '../utf8.ts';
import type { Fact } from '../values/fact.ts';
import type { Subject } from '../vocabulary/row.ts';
import type { NameLists } from './envelope.ts';
import { FactList } from './fact-list.ts';
import type { Phrase } from './line.ts';
import type { Budget, Clause, Condition, Need, Party, PartyTest, Price, Promised } from './model.ts';
import type { Part, Problem } from './parts.ts';
import type { Word } from './word.ts';

const oneCpu: Fact = { values: [{ kind: 'number', value: 1 }], text: '1' };

/** What one side says to the other, taken in header by header in canonical order. */
export class PartyReader {
  readonly speaker: Subject;
  readonly #bounds: Bounds;
  readonly #isDistinct: boolean;
  readonly #facts: FactList;
  /** What is said in several headers, joined at the end. */
  #repeated: Map<string, Lines> | undefined;
  /** What an Ask needs is its fact too, unless it says otherwise. */
  #needed: Map<string, Fact> | undefined;
  // Most documents have few of these: a list is made for the first that stands in it.
  #tests: readonly PartyTest[] = none;
  #needs: readonly Need[] = none;
  #requires: readonly Condition[] = none;
  #prefers: readonly Condition[] = none;
  #prices: readonly Price[] = none;
  #budgets: readonly Budget[] = none;
  #currencies: Set<string> | undefined;
  #explicit: readonly string[] = none;
  #promises: readonly Promised[] = none;
  #clauses: readonly Clause[] = none;
  #rank: Expression | undefined;
  #count = 1;
  #slots = 1;

  /**
   * `isDistinct` says that it is known of the names that `problemOf` has nothing to say, and that no fact is said twice.
   * `facts` are those that are known before the first header is taken in.
   */
  constructor(speaker: Subject, bounds: Bounds, isDistinct = false, facts = new FactList()) {
    this.speaker = speaker;
    this.#bounds = bounds;
    this.#isDistinct = isDistinct;
    this.#facts = facts;
  }

  /** Why a header of this name cannot stand after the others, whatever its value. */
  problemOf({ role, isOne, label }: Word): Problem | undefined {
    if (!isOne || (role !== 'fact' && role !== 'need')) return undefined;
    const { name } = label;
    if (name === 'slots' && this.speaker === 'asker') return slotsOfAsk;
    if (role === 'fact') return this.#facts.has(name) ? oneTwice : undefined;
    return this.#needed?.has(name) ? needTwice : undefined;
  }

  finish(version: string, id: string | undefined, lists: NameLists, limit: number | undefined): Party {
    for (const [name, { facts }] of this.#repeated ?? []) this.#facts.set(name, joined(facts));
    if (this.speaker === 'asker') {
      const needed = this.#needed ?? new Map<string, Fact>();
      needed.set('cpus', needed.get('cpus') ?? oneCpu);
      for (const [name, fact] of needed) if (!this.#facts.has(name)) this.#facts.set(name, fact);
    }
    return {
      action: this.speaker === 'teller' ? 'Tell' : 'Ask',
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
      understands: lists.understands,
      critical: lists.critical,
      acceptsVersions: lists.acceptsVersions,
      promises: this.#promises,
      walltime: this.speaker === 'asker' ? this.#single('walltime') : undefined,
      tasks: this.speaker === 'asker' ? this.#single('tasks') : undefined,
      clauses: this.#clauses,
    };
  }

  #single(name: string): number | undefined {
    const value = this.#facts.get(name)?.values[0];
    return value?.kind === 'number' || value?.kind === 'quantity' ? value.value : undefined;
  }

  #takeFact(name: string, fact: Fact, offer: Need | undefined): Problem | undefined {
    const said = this.#isDistinct ? undefined : this.#facts.get(name);
    if (said === undefined) this.#facts.add(name, fact);
    else if (this.#repeat(name, said, fact) > this.#bounds.headerBytes) return tooLong(this.#bounds);
    if (offer !== undefined) this.takeOffer(offer);
    return undefined;
  }

  /** Takes in what a Tell has left of an amount. */
  takeOffer(offer: Need): void {
    if (offer.name === 'slots') this.#slots = offer.from;
    else this.#needs = withOne(this.#needs, offer);
  }

  takeTest(test: PartyTest): void {
    this.#addClause('test', this.#tests.length, test.header);
    this.#tests = withOne(this.#tests, test);
  }

  /** Returns the bytes of all lines under the name. */
  #repeat(name: string, first: Fact, fact: Fact): number {
    this.#repeated ??= new Map();
    const lines = this.#repeated.get(name) ?? { facts: [first], bytes: byteCount(first.text) };
    lines.facts.push(fact);
    lines.bytes += separator.length + byteCount(fact.text);
    this.#repeated.set(name, lines);
    return lines.bytes;
  }

  /** Puts what a header says beside what the others said; returns why it cannot stand there. */
  take({ label: { name } }: Word, { fact, offer, part }: Phrase): Problem | undefined {
    return fact === undefined ? this.#takePart(name, part) : this.#takeFact(name, fact, offer);
  }

  #takePart(name: string, part: Part): Problem | undefined {
    switch (part.kind) {
      case 'fact':
        return this.#takeFact(name, part.fact, part.offer);
      case 'test':
        this.takeTest(part.test);
        return undefined;
      case 'need':
        this.#needed ??= new Map();
        this.#needed.set(name, part.fact);
        this.#addClause('need', this.#needs.length, part.need.header);
        this.#needs = withOne(this.#needs, part.need);
        return undefined;
      case 'expression':
        this.#addExpression(name, part);
        return undefined;
      case 'price':
        if (!this.#isNew(part.price)) return twiceIn(part.price.currency);
        this.#prices = withOne(this.#prices, part.price);
        return undefined;
      case 'budget':
        if (this.#budgets.length === 0) this.#addClause('budgets', 0, part.budget.header);
        if (!this.#isNew(part.budget)) return twiceIn(part.budget.currency);
        this.#budgets = withOne(this.#budgets, part.budget);
        return undefined;
      case 'explicit':
        this.#addClause('explicit', this.#explicit.length, part.header);
        for (const one of part.names) this.#explicit = withOne(this.#explicit, one);
        return undefined;
      case 'count':
        this.#count = part.count;
        return undefined;
      case 'promise':
        this.#promises = withOne(this.#promises, part.term);
        return undefined;
    }
  }

  #addClause(kind: Clause['kind'], index: number, header: string): void {
    if (this.speaker === 'asker') this.#clauses = withOne(this.#clauses, { kind, index, header });
  }

  #addExpression(name: string, { expression, header }: Condition): void {
    if (name === 'rank') this.#rank = expression;
    else if (name === 'prefer') this.#prefers = withOne(this.#prefers, { expression, header });
    else {
      this.#addClause('requires', this.#requires.length, header);
      this.#requires = withOne(this.#requires, { expression, header });
    }
  }

  /** Whether no Price or Budget of its currency came before. */
  #isNew({ currency }: { readonly currency: string }): boolean {
    this.#currencies ??= new Set();
    if (this.#currencies.has(currency)) return false;
    this.#currencies.add(currency);
    return true;
  }
}

/** One for all lists in which nothing stands. */
const none: readonly never[] = Object.freeze([]);

/** The same list with one more. */
function withOne<T>(list: readonly T[], one: T): readonly T[] {
  if (list === none) return [one];
  (list as T[]).push(one);
  return list;
}

const usualLimit = 10;

const slotsOfAsk: Problem = {
  problem: 'is what a Tell says; an Ask says by Count how many slots it wants at once',
  code: 'side-refused',
};

const oneTwice: Problem = { problem: 'takes one value, and it stands twice', code: 'header-repeated' };

const needTwice: Problem = {
  problem: 'stands twice: an amount is a need; to cap the size of the slot write Requires',
  code: 'header-repeated',
};

/** What is said under one name in several headers. */
interface Lines {
  readonly facts: Fact[];
  /** Of their canonical text, joined. */
  bytes: number;
}

const separator = ', ';

function joined(facts: readonly Fact[]): Fact {
  const text = facts.map((fact) => fact.text).join(separator);
  return { values: facts.flatMap(({ values }) => values), text };
}

function tooLong({ headerBytes }: Bounds): Problem {
  return { problem: `has more than ${headerBytes} bytes in all its lines`, code: 'header-too-large' };
}

function twiceIn(currency: string): Problem {
  return { problem: `stands twice in ${currency}, and may once for each currency`, code: 'header-repeated' };
}
