import type { Party, Promised } from '../documents/model.ts';
import { compile, truthOf } from '../expressions/index.ts';
import { holds } from '../tests/evaluate.ts';
import type { Check } from './check.ts';
import { bindRows } from './conditions.ts';
import type { Demand, Manners, Supply } from './supply.ts';
import { type Code, codeOf, isFalse, isTrue } from './truth.ts';

/** Of a demand whose verdict depends on the row. */
const byRow = 4;

/** What a Tell wants of the Ask, and whether it knows the promises that are critical to it. */
export class DemandCheck implements Check {
  readonly #ask: Party;
  readonly #supply: Supply;
  #known = new Uint8Array(0);
  #manners = new Uint8Array(0);
  #byRow: ((row: number) => Code)[] = [];
  effort = 0;

  constructor(ask: Party, supply: Supply) {
    this.#ask = ask;
    this.#supply = supply;
    this.forget();
  }

  forget(): void {
    this.#known = new Uint8Array(this.#supply.demands.size);
    this.#manners = new Uint8Array(this.#supply.manners.size);
    this.#byRow = [];
  }

  /** TRUE if all is, FALSE where anything is not: nothing asks for more. */
  at(row: number): Code {
    return this.#isMet(row) ? isTrue : isFalse;
  }

  fill(from: number, until: number, codes: Uint8Array): void {
    for (let row = from; row < until; row += 1) codes[row - from] = this.at(row);
  }

  keep(rows: Int32Array, count: number): number {
    const { slots, wanted, mannerNumbers } = this.#supply;
    const { items, begins, ends } = wanted;
    let [known, manners] = [this.#known, this.#manners];
    let kept = 0;
    scan: for (let index = 0; index < count; index += 1) {
      const row = rows[index] as number;
      if (!((slots[row] as number) > 0)) continue;
      const end = ends[row] as number;
      for (let at = begins[row] as number; at < end; at += 1) {
        const number = items[at] as number;
        let code: number | undefined = known[number];
        if (code === undefined || code === 0 || code === byRow) {
          code = this.#find(number, row);
          known = this.#known;
        }
        if (code !== isTrue) continue scan;
      }
      const manner = mannerNumbers[row] as number;
      if (manners[manner] !== isTrue) {
        if (this.understands(manner) !== isTrue) continue;
        manners = this.#manners;
      }
      rows[kept++] = row;
    }
    return kept;
  }

  #isMet(row: number): boolean {
    const supply = this.#supply;
    if (!(supply.slotsOf(row) > 0)) return false;
    for (const number of supply.wanted.of(row)) {
      if (this.verdict(number, row) !== isTrue) return false;
    }
    return this.understands(supply.mannerOf(row)) === isTrue;
  }

  /** Of one demand, by its number. */
  verdict(number: number, row: number): Code {
    const known = this.#known[number];
    if (known !== undefined && known > 0 && known < byRow) return known as Code;
    return this.#find(number, row);
  }

  #find(number: number, row: number): Code {
    this.effort += 1;
    const known = this.#byRow[number];
    if (known !== undefined) return known(row);
    const demand = this.#supply.demands.at(number);
    if (demand === undefined) return isTrue;
    const verdict = this.#compiled(demand);
    if (number >= this.#known.length) this.#known = longer(this.#known, number);
    if (typeof verdict === 'number') {
      this.#known[number] = verdict;
      return verdict;
    }
    this.#known[number] = byRow;
    this.#byRow[number] = verdict;
    return verdict(row);
  }

  /** The verdict for this Ask: of all rows, or of each. */
  #compiled(demand: Demand): Code | ((row: number) => Code) {
    const { facts } = this.#ask;
    switch (demand.kind) {
      case 'test':
        return codeOf(holds(demand.test.test, facts.get(demand.test.name)));
      case 'explicit':
        return codeOf(demand.names.every((name) => tests(this.#ask, name)));
      case 'requires': {
        const compiled = compile(demand.expression.root, bindRows(this.#supply, 'my', facts));
        if (compiled.isConstant) return codeOf(truthOf(compiled.value));
        const { at } = compiled;
        return (row) => codeOf(truthOf(at(row)));
      }
    }
  }

  /** Whether a Tell of these manners understands what is critical. */
  understands(number: number): Code {
    const known = this.#manners[number];
    if (known !== undefined && known > 0) return known as Code;
    if (number >= this.#manners.length) this.#manners = longer(this.#manners, number);
    const manners = this.#supply.manners.at(number);
    const isMissing =
      manners !== undefined && missing(this.#ask, manners).some((term) => isCritical(this.#ask, term));
    const code = isMissing ? isFalse : isTrue;
    this.#manners[number] = code;
    return code;
  }
}

/** The promises in an Ask that a Tell does not know, and that are left out for it unless they are critical. */
export function missing(ask: Party, { understands }: Manners): Promised[] {
  return ask.promises.filter(
    (term) => !understands.includes(term.toLowerCase()) && !understands.includes(profiles[term]),
  );
}

/** Whether the Ask cannot do without a promise. */
export function isCritical({ critical }: Party, term: Promised): boolean {
  return critical.includes(term.toLowerCase()) || critical.includes(profiles[term]);
}

const profiles: Readonly<Record<Promised, string>> = {
  Deadline: 'time',
  Start: 'time',
  Guarantee: 'guarantee',
};

/** Whether an Ask tests a name by a header. */
function tests(ask: Party, name: string): boolean {
  return ask.tests.some((test) => test.name === name) || ask.needs.some((need) => need.name === name);
}

function longer(from: Uint8Array<ArrayBuffer>, number: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(2 * number + 2);
  to.set(from);
  return to;
}
