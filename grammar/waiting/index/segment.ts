import { clearBit, listPlaces, noBits, segmentWords, setBit } from './bits.ts';
import type { Clue, Looked, Sought } from './clue.ts';
import { type FactAt, Said } from './said.ts';
import { type Scratch, type Step, take } from './step.ts';
import { Wanted } from './wanted.ts';

/** Indexes of one segment at most, by what Asks want and by what they say. */
const mostWanted = 32;
const mostSaid = 16;
/** The part of all Asks that the index which is asked first leaves out: another takes its place where it is less. */
const usual = 0.9;
/** An index is made when it was missed so often. */
const missedOften = 32;
/** Keys of indexes that are missed, of which it is counted how often. */
const mostMissed = 1024;
/** What it costs to look at one word of a step, to test one Ask, and to ask an index for its step, in the same unit. */
const [wordCost, askCost, stepCost] = [1, 12, 50];

/** What one index leaves out. */
interface Narrower {
  /** How many places, about. */
  readonly leftOut: number;
  /** Undefined where it leaves all. */
  step(): Step | undefined;
}

/**
 * Leaves out Asks of one segment that a Tell cannot match. It never leaves out another: an Ask of which an index says
 * nothing is left in, so that indexes may be made, taken away and be behind.
 */
export class Segment {
  readonly #live = noBits();
  readonly #wanted = new Map<string, Wanted>();
  readonly #said = new Map<string, Said>();
  readonly #missed = new Map<string, number>();
  readonly #factAt: FactAt;
  /** Keys of indexes that Asks before these had. */
  readonly #usual: ReadonlySet<string>;
  /** The index by what Asks want that left out most when all were asked; it is asked first. */
  #best: Wanted | undefined;
  #count = 0;
  /** One more than the highest place that was ever used. */
  #places = 0;

  constructor(factAt: FactAt, usual: Iterable<string>) {
    this.#factAt = factAt;
    this.#usual = new Set(usual);
  }

  /** Of its indexes by what Asks want. */
  get keys(): Iterable<string> {
    return this.#wanted.keys();
  }

  /** Adds an Ask, whose facts are there already. */
  add(place: number, clues: Iterable<Clue>): void {
    for (const clue of clues) {
      const wanted = this.#wanted.get(clue.key) ?? this.#newWanted(clue);
      wanted?.add(place, clue);
    }
    for (const said of this.#said.values()) said.add(place);
    setBit(this.#live, place);
    this.#count += 1;
    this.#places = Math.max(this.#places, place + 1);
  }

  remove(place: number): void {
    for (const wanted of this.#wanted.values()) wanted.delete(place);
    for (const said of this.#said.values()) said.delete(place);
    clearBit(this.#live, place);
    this.#count -= 1;
  }

  /** The places of Asks that a Tell may match, ascending, each with `first` more. */
  candidates(tell: Looked, first: number, scratch: Scratch): Int32Array {
    const few = this.#fewOf(tell, first);
    if (few !== undefined) return few;
    const { left, places } = scratch;
    left.set(this.#live);
    const best = this.#best?.step(tell);
    const count = best === undefined ? this.#count : take(best, scratch);
    if (count * askCost >= this.#wanted.size * stepCost) this.#takeAll(tell, count, scratch);
    return places.slice(0, listPlaces(left, first, places));
  }

  /** What the best index leaves, where it says something of all and has a list of these few: no other place is looked at. */
  #fewOf(tell: Looked, first: number): Int32Array | undefined {
    const best = this.#best;
    const lists = best?.count === this.#count ? best.listsOf(tell) : undefined;
    if (lists === undefined) return undefined;
    const count = lists.reduce((sum, list) => sum + list.length, 0);
    return count * askCost < this.#wanted.size * stepCost ? placesIn(lists, count, first) : undefined;
  }

  /** Takes the steps of indexes that leave out most, but that of the best, which was taken. */
  #takeAll(tell: Looked, from: number, scratch: Scratch): void {
    let count = from;
    // Of what is left an index leaves out about as large a part as of all; how many are left is counted.
    const worth = () => (segmentWords * wordCost * this.#count) / (count * askCost);
    for (const { leftOut, step } of this.#narrowers(tell, worth())) {
      if (leftOut < worth()) return;
      const one = step();
      if (one !== undefined) count = take(one, scratch);
    }
  }

  /** Those that leave out so many, those that leave out most first. */
  #narrowers(tell: Looked, least: number): Narrower[] {
    const narrowers: Narrower[] = [];
    const first = this.#best;
    // One that leaves out nearly all of most Tells stays where another leaves out more of a single one.
    const already = first?.leftOut(tell) ?? 0;
    let most = already < usual * this.#count ? already : this.#count;
    for (const wanted of this.#wanted.values()) {
      if (wanted === first) continue;
      const leftOut = wanted.leftOut(tell);
      if (leftOut >= least) narrowers.push(byWants(wanted, tell, leftOut));
      if (leftOut <= most) continue;
      most = leftOut;
      this.#best = wanted;
    }
    for (const sought of tell.sought) {
      const said = this.#saidOf(sought);
      if (said === undefined) continue;
      said.takeIn(this.#live);
      const leftOut = said.leftOut(sought, this.#count);
      if (leftOut >= least) narrowers.push(bySaid(said, sought, leftOut));
    }
    return narrowers.sort((a, b) => b.leftOut - a.leftOut);
  }

  #newWanted(clue: Clue): Wanted | undefined {
    const isFull = this.#wanted.size >= mostWanted;
    if ((isFull || !this.#usual.has(clue.key)) && !this.#isMissedOften(clue.key)) return undefined;
    if (isFull) {
      const [key, least] = [...this.#wanted].reduce((a, b) => (b[1].count < a[1].count ? b : a));
      if (least.count >= missedOften) return undefined;
      this.#wanted.delete(key);
      if (least === this.#best) this.#best = undefined;
    }
    const wanted = new Wanted(clue);
    this.#wanted.set(clue.key, wanted);
    return wanted;
  }

  #saidOf({ name, narrowing }: Sought): Said | undefined {
    const unit = narrowing.keys === undefined ? narrowing.span?.unit : undefined;
    if (narrowing.keys === undefined && unit === undefined) return undefined;
    const key = `said ${unit ?? ''} ${name}`;
    const known = this.#said.get(key);
    if (known !== undefined) {
      // The last of the map is the one that was looked at last.
      this.#said.delete(key);
      this.#said.set(key, known);
      return known;
    }
    if (!this.#isMissedOften(key)) return undefined;
    const [oldest] = this.#said.keys();
    if (this.#said.size >= mostSaid && oldest !== undefined) this.#said.delete(oldest);
    const said = new Said(name, unit, this.#live, this.#places, this.#factAt);
    this.#said.set(key, said);
    return said;
  }

  #isMissedOften(key: string): boolean {
    const missed = (this.#missed.get(key) ?? 0) + 1;
    if (missed < missedOften) {
      if (this.#missed.size >= mostMissed) this.#missed.clear();
      this.#missed.set(key, missed);
      return false;
    }
    this.#missed.delete(key);
    return true;
  }
}

/** The places in some lists, ascending, each once and with `first` more; `count` is how many stand there. */
function placesIn(lists: readonly (readonly number[])[], count: number, first: number): Int32Array {
  const places = new Int32Array(count);
  let end = 0;
  for (const list of lists) for (const place of list) places[end++] = first + place;
  places.sort();
  return lists.length < 2 ? places : places.filter((place, at) => place !== places[at - 1]);
}

// Functions of their own, so that nothing is made for an index that leaves out little.
function byWants(wanted: Wanted, tell: Looked, leftOut: number): Narrower {
  return { leftOut, step: () => wanted.step(tell) };
}

function bySaid(said: Said, sought: Sought, leftOut: number): Narrower {
  return { leftOut, step: () => said.step(sought) };
}
