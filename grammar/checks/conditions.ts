import type { Party } from '../documents/model.ts';
import {
  type Bind,
  type Compiled,
  cellOf,
  compile,
  constant,
  type Expression,
  truthOf,
  varying,
} from '../expressions/index.ts';
import { Memo, type MemoBounds } from '../memo.ts';
import type { Check, Finding } from './finding.ts';

const unknown = varying<undefined>(() => undefined);

/** Conditions that Tells go on using: some thousand. */
const memoBounds: MemoBounds = { characters: 128 * 1024, longest: 256 };

/** What a condition comes to where that is the same for all; nothing where it is not. */
interface Outcome {
  readonly isTrue: boolean | undefined;
}

/**
 * A Requires or Prefer that comes to the same whatever the other side says. What an Ask says of itself counts; what a Tell
 * does not, for it is told anew when that changes.
 */
export function newConditionsCheck(): Check {
  const memo = new Memo<Outcome>(memoBounds);
  return ({ headers, party }) => {
    if (party === undefined || (party.requires.length === 0 && party.prefers.length === 0)) return [];
    const same = sameForAll(party, memo);
    if (same.size === 0) return [];
    return headers.flatMap(({ name, value }, header): Finding[] => {
      const said = `${name}: ${value}`;
      const isTrue = same.get(said);
      if (isTrue === undefined) return [];
      return isTrue
        ? [{ code: 'always-holds', message: `${name} can never fail: '${said}' decides nothing`, header }]
        : [{ code: 'never-holds', message: `${name} can never hold: '${said}'`, header }];
    });
  };
}

/** By header the conditions that come to the same for all, and whether that is TRUE. */
function sameForAll(party: Party, memo: Memo<Outcome>): ReadonlyMap<string, boolean> {
  const same = new Map<string, boolean>();
  const bind = bindOwn(party);
  for (const { expression, header } of [...party.requires, ...party.prefers]) {
    const find = () => outcomeOf(expression, bind);
    // Of a Tell nothing counts but the condition itself.
    const { isTrue } = party.action === 'Tell' ? memo.of('', header, find) : find();
    if (isTrue !== undefined) same.set(header, isTrue);
  }
  return same;
}

function outcomeOf({ root }: Expression, bind: Bind<undefined>): Outcome {
  const compiled = compile(root, bind);
  return { isTrue: compiled.isConstant ? truthOf(compiled.value) === true : undefined };
}

/** What is said is known, what is not may be added on the way. */
function bindOwn({ action, facts }: Party): Bind<undefined> {
  const bound = new Map<string, Compiled<undefined>>();
  return ({ side, name }) => {
    if (action === 'Tell' || side === 'their') return unknown;
    const fact = facts.get(name);
    const known = bound.get(name) ?? (fact === undefined ? unknown : constant(cellOf(fact)));
    bound.set(name, known);
    return known;
  };
}
