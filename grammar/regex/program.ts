import type { RegexBounds } from './bounds.ts';
import { type CharacterClass, lookupsOf } from './character-class.ts';
import { type Assertion, RegexFault, type Syntax } from './syntax.ts';

/** One step: a character is taken, an assertion holds, both ways are gone, or the expression is found. */
export type Instruction =
  | { readonly kind: 'take'; readonly of: CharacterClass }
  | { readonly kind: 'assert'; readonly assertion: Assertion; next: number }
  | { readonly kind: 'fork'; next: number; other: number }
  | { readonly kind: 'found' };

/** A program of Thompson's construction. After `take` at n comes n + 1. It begins at 0. */
export type Program = readonly Instruction[];

/** A program and its size in steps: its instructions, and what its different classes look up. */
export interface Compiled {
  readonly program: Program;
  readonly steps: number;
}

/**
 * Compiles, or throws a RegexFault where the program or a repetition of repetitions gets too large beside what is
 * spent already.
 */
export function compileProgram(syntax: Syntax, bounds: RegexBounds, spent: number): Compiled {
  const program: Instruction[] = [];
  const classes = new Set<CharacterClass>();
  let steps = 0;
  const spend = (more: number): void => {
    steps += more;
    if (spent + steps > bounds.steps) throw tooLarge(bounds.steps, spent > 0);
  };
  const add = (instruction: Instruction): number => {
    spend(1);
    return program.push(instruction) - 1;
  };
  const emit = (part: Syntax): void => {
    switch (part.kind) {
      case 'empty':
        return;
      case 'character':
        if (!classes.has(part.of)) spend(lookupsOf(part.of));
        classes.add(part.of);
        add({ kind: 'take', of: part.of });
        return;
      case 'assertion': {
        const at = add({ kind: 'assert', assertion: part.assertion, next: 0 });
        jump(at, at + 1);
        return;
      }
      case 'sequence':
        for (const item of part.items) emit(item);
        return;
      case 'either':
        emitEither(part.items);
        return;
      case 'repeat':
        emitRepeat(part.item, part.least, part.most);
    }
  };
  const jump = (from: number, to: number, other = to): void => {
    const instruction = program[from];
    if (instruction?.kind === 'fork') [instruction.next, instruction.other] = [to, other];
    else if (instruction?.kind === 'assert') instruction.next = to;
  };
  const fork = (): number => add({ kind: 'fork', next: 0, other: 0 });
  const emitEither = (items: readonly Syntax[]): void => {
    const exits: number[] = [];
    for (const [index, item] of items.entries()) {
      if (index === items.length - 1) {
        emit(item);
        continue;
      }
      const choice = fork();
      emit(item);
      exits.push(fork());
      jump(choice, choice + 1, program.length);
    }
    for (const exit of exits) jump(exit, program.length);
  };
  const emitRepeat = (item: Syntax, least: number, most: number): void => {
    for (let count = 0; count < least; count += 1) {
      const before = program.length;
      emit(item);
      // What takes no step need not be written a thousand times.
      if (program.length === before) return;
    }
    if (most === Number.POSITIVE_INFINITY) {
      const choice = fork();
      emit(item);
      jump(fork(), choice);
      jump(choice, choice + 1, program.length);
      return;
    }
    const exits: number[] = [];
    for (let count = least; count < most; count += 1) {
      const before = program.length;
      exits.push(fork());
      emit(item);
      if (program.length === before + 1) break;
    }
    for (const exit of exits) jump(exit, exit + 1, program.length);
  };
  emit(syntax);
  add({ kind: 'found' });
  return { program, steps };
}

function tooLarge(steps: number, areSeveral: boolean): RegexFault {
  const what = areSeveral
    ? 'the expressions of one header are too large: written out without repetitions they have'
    : 'the expression is too large: written out without its repetitions it has';
  return new RegexFault(`${what} more than ${steps} steps`, 0);
}
