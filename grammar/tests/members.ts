import { order } from '../values/compare.ts';
import type { Truth, Value, VersionValue } from '../values/value.ts';
import type { Comparison, Has, Range } from './test.ts';
import { versionBehind } from './version-behind.ts';

/** The versions behind a name, and whether the name stands alone too. */
export interface Versions {
  readonly versions: readonly VersionValue[];
  readonly isBare: boolean;
}

/**
 * The members of a large set, so ordered that a test of one value finds what passes without a look at each. What they
 * come to is what `holds` says of them one by one; a property test holds the two equal.
 */
export class Members {
  readonly #values: readonly Value[];
  #known: ReadonlyMap<string, Group> | undefined;
  readonly #versions = new Map<string, Versions>();

  constructor(values: readonly Value[]) {
    this.#values = values;
  }

  /** Members that compare with each other, by what they are. */
  get #groups(): ReadonlyMap<string, Group> {
    this.#known ??= groupsOf(this.#values);
    return this.#known;
  }

  /** What stands behind a name in the members that begin with it. */
  versionsOf(name: string): Versions {
    const known = this.#versions.get(name);
    if (known !== undefined) return known;
    const found = this.#values.map((value) => versionBehind(name, value));
    const versions = {
      versions: found.filter((version) => typeof version === 'object'),
      isBare: found.includes('bare'),
    };
    this.#versions.set(name, versions);
    return versions;
  }

  /** Whether a member passes; UNKNOWN if none does and one does not compare. `!=` is turned round by who calls. */
  pass(test: Comparison | Range | Has): Truth {
    const literal = test.kind === 'range' ? (test.from ?? test.to)?.value : test.value;
    if (literal === undefined) return undefined;
    const groups = this.#groups;
    const truth = groups.get(kindOf(literal))?.pass(test);
    return truth === false && groups.size > 1 ? undefined : truth;
  }
}

function groupsOf(values: readonly Value[]): ReadonlyMap<string, Group> {
  const byKind = new Map<string, Value[]>();
  for (const value of values) {
    const kind = kindOf(value);
    const group = byKind.get(kind);
    if (group === undefined) byKind.set(kind, [value]);
    else group.push(value);
  }
  return new Map(Array.from(byKind, ([kind, group]) => [kind, new Group(group)]));
}

/** What compares with what has one text. */
function kindOf(value: Value): string {
  if (value.kind === 'quantity') return value.dimension;
  return value.kind === 'money' ? `${value.currency}/${value.per ?? ''}` : value.kind;
}

/** Members of one kind. */
class Group {
  readonly #texts: ReadonlySet<string | boolean> | undefined;
  /** From the lowest to the highest, where they have an order. */
  readonly #sorted: readonly Value[];

  constructor(values: readonly Value[]) {
    const [first] = values;
    const hasOrder = first?.kind !== 'string' && first?.kind !== 'boolean';
    this.#texts = hasOrder ? undefined : new Set(values.map(textOf));
    this.#sorted = hasOrder ? values.toSorted((a, b) => order(a, b) ?? 0) : [];
  }

  pass(test: Comparison | Range | Has): Truth {
    if (test.kind === 'range') return this.#isWithin(test);
    const operator = test.kind === 'has' ? '=' : test.operator;
    const isEquality = operator === '=' || operator === '==' || operator === '!=';
    if (this.#texts !== undefined) return isEquality ? this.#texts.has(textOf(test.value)) : undefined;
    const [lowest, highest] = [this.#sorted[0], this.#sorted.at(-1)];
    if (lowest === undefined || highest === undefined) return false;
    switch (operator) {
      case '<':
        return (order(lowest, test.value) ?? 0) < 0;
      case '<=':
        return (order(lowest, test.value) ?? 1) <= 0;
      case '>':
        return (order(highest, test.value) ?? 0) > 0;
      case '>=':
        return (order(highest, test.value) ?? -1) >= 0;
      default: {
        const found = this.#firstFrom(test.value);
        return found !== undefined && order(found, test.value) === 0;
      }
    }
  }

  #isWithin({ from, to }: Range): Truth {
    if (this.#texts !== undefined) return undefined;
    const found = from === undefined ? this.#sorted[0] : this.#firstFrom(from.value);
    if (found === undefined) return false;
    return to === undefined || (order(found, to.value) ?? 1) <= 0;
  }

  /** The lowest member that is not below. */
  #firstFrom(value: Value): Value | undefined {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((order(this.#sorted[middle] as Value, value) ?? 0) < 0) low = middle + 1;
      else high = middle;
    }
    return this.#sorted[low];
  }
}

function textOf(value: Value): string | boolean {
  return value.kind === 'string' ? value.text : value.kind === 'boolean' && value.value;
}
