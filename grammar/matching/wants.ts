import type { Party, PartyTest } from '../documents/model.ts';
import type { Expression } from '../expressions/index.ts';
import { Column } from './column.ts';
import type { Epoch } from './dictionary.ts';
import { charactersAnEffort } from './fact-column.ts';
import { Measured } from './measured.ts';
import { type Bounds, boundsOf, other } from './measures.ts';

/** Something that a Tell wants of an Ask. */
export type Demand =
  | { readonly kind: 'test'; readonly test: PartyTest }
  | { readonly kind: 'requires'; readonly expression: Expression }
  | { readonly kind: 'explicit'; readonly names: readonly string[] };

/** All that a Tell wants of an Ask's facts under the same names. */
export interface Want {
  /** Tells of the same keys want the same. */
  readonly key: string;
  readonly demands: readonly Demand[];
}

/** What Tells want of an Ask's facts under some names: each row one of the different wants. */
export class Wants extends Column<Want> {
  readonly kind: Demand['kind'];
  /** The names of an Ask's facts that decide it, sorted; of `explicit` all that it tests. */
  readonly names: readonly string[];
  /** By number the bounds of those that are one comparison. */
  readonly measured = new Measured<Want>(this.things, boundsOfWant);

  constructor(epoch: Epoch, kind: Demand['kind'], names: readonly string[]) {
    super(epoch);
    this.kind = kind;
    this.names = names;
  }

  /** What it takes to compare a want: the text of a large one is long. */
  effortOf(number: number): number {
    return 1 + Math.floor((this.things.at(number)?.key.length ?? 0) / charactersAnEffort);
  }

  want(row: number, want: Want): void {
    this.set(row, want.key, (number) => this.#take(number, want));
  }

  #take(number: number, want: Want): Want {
    if (this.measured.isWanted) this.measured.set(number, boundsOfWant(want));
    return want;
  }
}

function boundsOfWant({ demands }: Want): Bounds {
  const [demand] = demands;
  if (demands.length !== 1 || demand?.kind !== 'test') return { kind: other, low: 0, high: 0 };
  return boundsOf(demand.test.test);
}

/** What a Tell wants, by the name of the column where it stands. */
export function wantsOf(tell: Party): Map<string, NamedWant> {
  const wants = new Map<string, NamedWant>();
  const add = (
    column: string,
    kind: Demand['kind'],
    names: readonly string[],
    key: string,
    demand: Demand,
  ) => {
    const before = wants.get(column)?.want;
    const want =
      before === undefined
        ? { key, demands: [demand] }
        : { key: `${before.key}\n${key}`, demands: [...before.demands, demand] };
    wants.set(column, { kind, names, want });
  };
  for (const test of tell.tests) add(test.name, 'test', [test.name], test.header, { kind: 'test', test });
  if (tell.explicit.length > 0) {
    add('Explicit', 'explicit', [], tell.explicit.join(), { kind: 'explicit', names: tell.explicit });
  }
  for (const { expression, header } of tell.requires) {
    const names = expression.names.flatMap(({ side, name }) => (side === 'their' ? [name] : [])).sort();
    // A name of the vocabulary has small letters only, so that none is like these.
    add(`Requires ${names.join()}`, 'requires', names, header, { kind: 'requires', expression });
  }
  return wants;
}

export interface NamedWant {
  readonly kind: Demand['kind'];
  readonly names: readonly string[];
  readonly want: Want;
}

/** What a Tell says of the versions and promises that it takes. */
export interface Manners {
  readonly version: string;
  readonly understands: readonly string[];
  readonly acceptsVersions: readonly string[];
}

export function mannersOf({ version, understands, acceptsVersions }: Party): Manners {
  return { version, understands, acceptsVersions };
}

export function mannersKey({ version, understands, acceptsVersions }: Party): string {
  return `${version} ${understands.join()} ${acceptsVersions.join()}`;
}
