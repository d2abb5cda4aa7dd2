import type { Party, PartyTest } from '../documents/model.ts';
import type { Expression } from '../expressions/index.ts';
import type { Memo } from '../memo.ts';
import { Column } from './column.ts';
import type { Epoch } from './dictionary.ts';
import { charactersATest, conditionEffort, testEffort } from './effort.ts';
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

  /** What it takes to put a want to a short fact. */
  effortOf(number: number): number {
    const { key = '', demands = [] } = this.things.at(number) ?? {};
    if (key.length < charactersATest && !key.includes('~')) return 1;
    return demands.reduce((sum, demand) => sum + effortOfDemand(demand), 0) || 1;
  }

  want(row: number, { key, demands }: Want): void {
    this.set(row, this.things.take(key) || this.#put({ key, demands }));
  }

  #put(want: Want): number {
    const number = this.things.put(want.key, want);
    if (this.measured.isWanted) this.measured.set(number, boundsOfWant(want));
    return number;
  }
}

function effortOfDemand(demand: Demand): number {
  switch (demand.kind) {
    case 'test':
      return testEffort(demand.test.header, demand.test.test);
    case 'requires':
      return conditionEffort(demand.expression.text);
    case 'explicit':
      return demand.names.length;
  }
}

function boundsOfWant({ demands }: Want): Bounds {
  const [demand] = demands;
  if (demands.length !== 1 || demand?.kind !== 'test') return { kind: other, low: 0, high: 0 };
  return boundsOf(demand.test.test);
}

/** Something that a Tell wants, and the name of the column where it stands. */
export interface NamedWant extends Want {
  readonly column: string;
  readonly demands: readonly [Demand, ...Demand[]];
}

/** The columns of conditions, by their headers: many Tells have the same ones. */
export type ConditionColumns = Memo<{ readonly column: string }>;

/** Of so few columns, as nearly all Tells want something in, a list is quicker than a map. */
const fewColumns = 16;

/** What a Tell wants, one for each column. */
export function wantsOf({ tests, requires, explicit }: Party, columns: ConditionColumns): NamedWant[] {
  const isLong = tests.length + requires.length >= fewColumns;
  const wants: Listed = { all: [], places: isLong ? new Map() : undefined };
  for (const test of tests) add(wants, test.name, test.header, { kind: 'test', test });
  if (explicit.length > 0) add(wants, 'Explicit', explicit.join(), { kind: 'explicit', names: explicit });
  for (const { expression, header } of requires) {
    const demand: Demand = { kind: 'requires', expression };
    // A name of the vocabulary has small letters only, so that none is like these.
    const { column } = columns.of('', header, () => ({ column: `Requires ${namesOf(demand).join()}` }));
    add(wants, column, header, demand);
  }
  return wants.all;
}

interface Listed {
  readonly all: NamedWant[];
  /** By column its place among all, where they may be many. */
  readonly places: Map<string, number> | undefined;
}

/** Adds a demand to what is wanted under its column. */
function add({ all, places }: Listed, column: string, key: string, demand: Demand): void {
  const place = places === undefined ? placeIn(all, column) : (places.get(column) ?? -1);
  const before = all[place];
  if (before === undefined) {
    places?.set(column, all.length);
    all.push({ column, key, demands: [demand] });
  } else all[place] = { column, key: `${before.key}\n${key}`, demands: [...before.demands, demand] };
}

function placeIn(all: readonly NamedWant[], column: string): number {
  let place = all.length - 1;
  while (place >= 0 && all[place]?.column !== column) place -= 1;
  return place;
}

/** The names of an Ask's facts that decide a demand, sorted; none of `explicit`, which all that it tests decide. */
export function namesOf(demand: Demand): string[] {
  if (demand.kind === 'test') return [demand.test.name];
  if (demand.kind === 'explicit') return [];
  return demand.expression.names.flatMap(({ side, name }) => (side === 'their' ? [name] : [])).sort();
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
