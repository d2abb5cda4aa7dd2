import type { Amounts } from '../jobs/assignment.ts';

/** What is taken of a node for a while: held for an Offer, reserved by an agreement, or by what runs. */
export interface Span {
  readonly amounts: Amounts;
  /** In milliseconds since 1970. */
  readonly from: number;
  /** Not included; Infinity where nobody knows. */
  readonly until: number;
}

/**
 * A moment at which something begins or ends, in a tree: earlier ones to the left, and lighter ones above (a treap: Seidel
 * and Aragon, Algorithmica 16, 1996).
 */
interface Knot {
  readonly moment: number;
  readonly weight: number;
  /** How many begin or end here. */
  count: number;
  /** Of each amount four numbers: by how much it changes here; in the tree below by how much in all, and its most and least there. */
  values: number[];
  left: Knot | undefined;
  right: Knot | undefined;
}

type Tree = Knot | undefined;

/** Places of the four numbers of an amount. */
const [change, sum, most, least] = [0, 1, 2, 3];
const each = 4;

/**
 * What is taken of one node, as it changes over time. To add, to remove, what is most taken between two moments, and when
 * it next is more or less than something: each takes steps by the logarithm of how many there are.
 */
export class Profile {
  #root: Tree;
  /** The place of each amount, by name. */
  readonly #places = new Map<string, number>();
  #seed = 1;

  add(span: Span): void {
    this.#note(span, 1);
  }

  /** Takes out what was added before. */
  remove(span: Span): void {
    this.#note(span, -1);
  }

  /** The first moment after one at which anything begins or ends. */
  next(after: number): number | undefined {
    let found: number | undefined;
    for (let knot = this.#root; knot !== undefined; ) {
      if (knot.moment > after) found = knot.moment;
      knot = knot.moment > after ? knot.left : knot.right;
    }
    return found;
  }

  /** How much of an amount is taken at a moment. */
  at(name: string, moment: number): number {
    const place = this.#places.get(name);
    let level = 0;
    if (place === undefined) return level;
    for (let knot = this.#root; knot !== undefined; ) {
      const isPast = knot.moment <= moment;
      if (isPast) level += upTo(knot, place);
      knot = isPast ? knot.right : knot.left;
    }
    return level;
  }

  /** How much of it is taken at most, at any moment from `from` to before `until`. */
  most(name: string, from: number, until: number): number {
    const place = this.#places.get(name);
    let level = 0;
    if (place === undefined) return level;
    // Down to the first knot that lies between them: what is above it is before both, or after both.
    let knot = this.#root;
    while (knot !== undefined && (knot.moment <= from || knot.moment >= until)) {
      const isPast = knot.moment <= from;
      if (isPast) level += upTo(knot, place);
      knot = isPast ? knot.right : knot.left;
    }
    if (knot === undefined) return level;
    const middle = level + upTo(knot, place);
    let highest = middle;
    for (let below = knot.left; below !== undefined; ) {
      const here = level + upTo(below, place);
      if (below.moment <= from) {
        level = here;
        below = below.right;
      } else {
        highest = Math.max(highest, here, here + ofTree(below.right, place, most));
        below = below.left;
      }
    }
    highest = Math.max(highest, level); // as it is at `from`
    level = middle;
    for (let below = knot.right; below !== undefined; ) {
      if (below.moment >= until) {
        below = below.left;
        continue;
      }
      const here = level + upTo(below, place);
      highest = Math.max(highest, here, level + ofTree(below.left, place, most));
      level = here;
      below = below.right;
    }
    return highest;
  }

  /** The first moment from `from` on at which more than so much of it is taken. */
  firstAbove(name: string, limit: number, from: number): number | undefined {
    if (this.at(name, from) > limit) return from;
    const place = this.#places.get(name);
    return place === undefined ? undefined : firstIn(this.#root, { place, limit, from, isAbove: true }, 0);
  }

  /** The first moment from `from` on at which no more than so much of it is taken. */
  firstWithin(name: string, limit: number, from: number): number | undefined {
    if (this.at(name, from) <= limit) return from;
    const place = this.#places.get(name);
    return place === undefined ? undefined : firstIn(this.#root, { place, limit, from, isAbove: false }, 0);
  }

  #note({ amounts, from, until }: Span, sign: 1 | -1): void {
    if (from >= until) return;
    for (const name of amounts.keys()) if (!this.#places.has(name)) this.#widen(name);
    const changes = new Array<number>(this.#places.size).fill(0);
    for (const [name, amount] of amounts) changes[this.#places.get(name) as number] = sign * amount;
    this.#root = this.#changed(this.#root, from, changes, sign);
    for (const [place, by] of changes.entries()) changes[place] = -by;
    this.#root = this.#changed(this.#root, until, changes, sign);
  }

  /** An amount that was not known before: nothing of it is taken anywhere. */
  #widen(name: string): void {
    this.#places.set(name, this.#places.size);
    widen(this.#root);
  }

  /** The tree with other changes at a moment; `by` is how many more begin or end there. */
  #changed(tree: Tree, moment: number, changes: readonly number[], by: 1 | -1): Tree {
    if (tree === undefined) return this.#knot(moment, changes);
    if (moment < tree.moment) {
      tree.left = this.#changed(tree.left, moment, changes, by);
      return settled(tree, tree.left);
    }
    if (moment > tree.moment) {
      tree.right = this.#changed(tree.right, moment, changes, by);
      return settled(tree, tree.right);
    }
    tree.count += by;
    if (tree.count === 0) return joined(tree.left, tree.right);
    for (const [place, more] of changes.entries())
      tree.values[place * each + change] = numberOf(tree, place, change) + more;
    return reckoned(tree);
  }

  #knot(moment: number, changes: readonly number[]): Knot {
    // Any order that has nothing to do with the moments will do (xorshift: Marsaglia, J. Stat. Softw. 8(14), 2003).
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    const values = changes.flatMap((by) => [by, 0, 0, 0]);
    return reckoned({ moment, weight: this.#seed, count: 1, values, left: undefined, right: undefined });
  }
}

/** What is looked for: when more, or no more, is taken than a limit. */
interface Sought {
  readonly place: number;
  readonly limit: number;
  /** After this moment. */
  readonly from: number;
  readonly isAbove: boolean;
}

function firstIn(tree: Tree, sought: Sought, before: number): number | undefined {
  if (tree === undefined) return undefined;
  const { place, limit, from, isAbove } = sought;
  const isNowhere = isAbove
    ? before + numberOf(tree, place, most) <= limit
    : before + numberOf(tree, place, least) > limit;
  if (isNowhere) return undefined;
  const here = before + upTo(tree, place);
  if (tree.moment <= from) return firstIn(tree.right, sought, here);
  const found = firstIn(tree.left, sought, before);
  if (found !== undefined) return found;
  return here > limit === isAbove ? tree.moment : firstIn(tree.right, sought, here);
}

function numberOf({ values }: Knot, place: number, which: number): number {
  return values[place * each + which] as number;
}

function ofTree(tree: Tree, place: number, which: number): number {
  if (tree !== undefined) return numberOf(tree, place, which);
  return which === sum ? 0 : which === most ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** By how much an amount changes in a tree up to its root, and with it. */
function upTo(tree: Knot, place: number): number {
  return ofTree(tree.left, place, sum) + numberOf(tree, place, change);
}

/** Reckons anew what a knot says of the tree below it. */
function reckoned(tree: Knot): Knot {
  const { values, left, right } = tree;
  for (let place = 0; place * each < values.length; place += 1) {
    const [at, here] = [place * each, upTo(tree, place)];
    values[at + sum] = here + ofTree(right, place, sum);
    values[at + most] = Math.max(here, ofTree(left, place, most), here + ofTree(right, place, most));
    values[at + least] = Math.min(here, ofTree(left, place, least), here + ofTree(right, place, least));
  }
  return tree;
}

/** A knot one of whose sides was changed: the lighter of both comes above. */
function settled(tree: Knot, side: Tree): Knot {
  if (side === undefined || side.weight >= tree.weight) return reckoned(tree);
  if (side === tree.left) {
    tree.left = side.right;
    side.right = reckoned(tree);
  } else {
    tree.right = side.left;
    side.left = reckoned(tree);
  }
  return reckoned(side);
}

/** Two trees of which one is wholly before the other. */
function joined(before: Tree, after: Tree): Tree {
  if (before === undefined) return after;
  if (after === undefined) return before;
  if (before.weight < after.weight) {
    before.right = joined(before.right, after);
    return reckoned(before);
  }
  after.left = joined(before, after.left);
  return reckoned(after);
}

function widen(tree: Tree): void {
  if (tree === undefined) return;
  tree.values.push(0, 0, 0, 0);
  widen(tree.left);
  widen(tree.right);
}
