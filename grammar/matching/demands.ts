import type { Party, Promised } from '../documents/model.ts';
import { compile, type Expression, truthOf } from '../expressions/index.ts';
import { holds } from '../tests/evaluate.ts';
import { type Bounded, type Check, SharedCheck, type Verdict } from './check.ts';
import { bindRows, keyOfFacts } from './conditions.ts';
import { textEffort } from './effort.ts';
import { other, pointOf } from './measures.ts';
import { RowCheck } from './row-check.ts';
import type { Supply } from './supply.ts';
import { both, type Code, codeOf, isFalse, isTrue } from './truth.ts';
import type { Demand, Manners, Wants } from './wants.ts';

/** What Tells want of the Ask, and whether they know the promises that are critical to it. */
export class Demands {
  readonly #ask: Party;
  readonly #supply: Supply;
  readonly #checks = new Map<Wants, SharedCheck>();
  /** Verdicts on conditions, which take far longer to make than to use, while Tells have them. */
  readonly #compiled = new WeakMap<Demand, Verdict>();
  /** Absent where nothing is critical, so that all do. */
  readonly #manners: SharedCheck | undefined;
  /** What it took so far to find what Tells of single rows want. */
  effort = 0;

  constructor(ask: Party, supply: Supply) {
    this.#ask = ask;
    this.#supply = supply;
    const critical = ask.promises.filter((term) => isCritical(ask, term));
    if (critical.length === 0) return;
    this.#manners = new SharedCheck(
      'Manners',
      `Critical: ${critical.join()}`,
      () => ({
        things: supply.manners,
        numbersAt: (row) => supply.mannersAt(row),
        at: (row) => supply.mannerOf(row),
      }),
      (number) => this.#understands(number),
    );
  }

  forget(): void {
    for (const check of this.#checks.values()) check.forget();
    this.#manners?.forget();
  }

  /**
   * What must be TRUE of a row that has slots: a check for each column of wants that many rows have, and one for all
   * that few have.
   */
  checks(): Check[] {
    const dense = this.#supply.wants.filter(({ isDense }) => isDense);
    const checks: Check[] = dense.map((wants) => this.check(wants));
    if (this.#manners !== undefined) checks.push(this.#manners);
    if (this.#supply.wants.some(({ isDense, rows }) => !isDense && rows > 0)) {
      checks.push(this.#sparse(new Set(dense)));
    }
    return checks;
  }

  #sparse(dense: ReadonlySet<Wants>): Check {
    let effort = 0;
    const isMet = (row: number, wants: Wants): boolean => {
      const check = this.check(wants);
      const before = check.effort;
      const code = check.at(row);
      effort += check.effort - before;
      return code === isTrue;
    };
    return new RowCheck(
      undefined,
      (row) => {
        effort = 1;
        const { wants: all } = this.#supply.shapeOf(row);
        return all.every((wants) => dense.has(wants) || isMet(row, wants)) ? isTrue : isFalse;
      },
      () => effort,
    );
  }

  /** TRUE if all that the Tell of a row wants is, FALSE where anything is not: nothing asks for more. */
  at(row: number): Code {
    return this.#isMet(row, (check) => check.at(row)) ? isTrue : isFalse;
  }

  afresh(row: number): Code {
    return this.#isMet(row, (check) => check.afresh(row)) ? isTrue : isFalse;
  }

  #isMet(row: number, codeOfCheck: (check: Check) => Code): boolean {
    const supply = this.#supply;
    return (
      supply.slotsOf(row) > 0 &&
      supply.shapeOf(row).wants.every((wants) => this.#count(this.check(wants), codeOfCheck) === isTrue) &&
      (this.#manners === undefined || codeOfCheck(this.#manners) === isTrue)
    );
  }

  #count(check: Check, codeOfCheck: (check: Check) => Code): Code {
    const before = check.effort;
    const code = codeOfCheck(check);
    this.effort += check.effort - before;
    return code;
  }

  /** Whether there is anything that a Tell has to know. */
  get isAnyCritical(): boolean {
    return this.#manners !== undefined;
  }

  /** Whether the Tell of a row knows what is critical. */
  isUnderstood(row: number): boolean {
    return this.#manners === undefined || this.#manners.at(row) === isTrue;
  }

  /** The check of one column of wants. */
  check(wants: Wants): SharedCheck {
    const known = this.#checks.get(wants);
    if (known !== undefined) return known;
    const facts = wants.kind === 'explicit' ? tested(this.#ask) : keyOfFacts(wants.names, this.#ask.facts);
    const check = new SharedCheck(
      `Wants ${wants.kind} ${wants.names.join()}`,
      facts,
      () => wants,
      (number) => this.#verdict(wants, number),
      wants.kind === 'explicit' ? 1 : textEffort(facts),
      this.#bounded(wants),
    );
    this.#checks.set(wants, check);
    return check;
  }

  #bounded(wants: Wants): Bounded | undefined {
    const [name] = wants.names;
    const fact = wants.kind === 'test' && name !== undefined ? this.#ask.facts.get(name) : undefined;
    const against = fact && pointOf(fact);
    if (against === undefined || against.kind === other) return undefined;
    return { measured: () => wants.measured, against };
  }

  #verdict(wants: Wants, number: number): Verdict {
    const want = wants.things.at(number);
    if (want === undefined) return isTrue;
    const verdicts = want.demands.map((demand) => this.verdict(demand));
    const [first] = verdicts;
    if (verdicts.length === 1 && first !== undefined) return first;
    const at = (row: number) =>
      verdicts.reduce<Code>(
        (code, verdict) => both(code, typeof verdict === 'function' ? verdict(row) : verdict),
        isTrue,
      );
    return verdicts.some((verdict) => typeof verdict === 'function') ? at : at(0);
  }

  /** The verdict on one demand for this Ask: of all rows, or of each. */
  verdict(demand: Demand): Verdict {
    const { facts } = this.#ask;
    switch (demand.kind) {
      case 'test':
        return codeOf(holds(demand.test.test, facts.get(demand.test.name)));
      case 'explicit':
        return codeOf(demand.names.every((name) => tests(this.#ask, name)));
      case 'requires': {
        const known = this.#compiled.get(demand);
        if (known !== undefined) return known;
        const verdict = this.#compile(demand.expression);
        this.#compiled.set(demand, verdict);
        return verdict;
      }
    }
  }

  #compile({ root }: Expression): Verdict {
    const compiled = compile(root, bindRows(this.#supply, 'my', this.#ask.facts));
    if (compiled.isConstant) return codeOf(truthOf(compiled.value));
    const { at } = compiled;
    return (row) => codeOf(truthOf(at(row)));
  }

  /** Whether a Tell of these manners understands what is critical. */
  #understands(number: number): Code {
    const manners = this.#supply.manners.at(number);
    const isMissing =
      manners !== undefined && missing(this.#ask, manners).some((term) => isCritical(this.#ask, term));
    return isMissing ? isFalse : isTrue;
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

/** All names that an Ask tests. */
function tested({ tests, needs }: Party): string {
  return [...new Set([...tests, ...needs].map(({ name }) => name))].sort().join();
}
