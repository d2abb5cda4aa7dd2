import { type Condition, readCondition } from './conditions.ts';
import { faultOf, Misplaced, SweepError, type SweepFault } from './faults.ts';
import { listOf, rangeOf, type Values } from './ranges.ts';
import { type Sweep, taskNumber } from './sweep.ts';
import { cutWords, parameterName, plainText, type Word } from './words.ts';

interface Parameter {
  readonly name: string;
  readonly values: Values;
}

/** Combinations (a count) of parameters, before conditions choose among them. */
const mostCombinations = 10_000_000;
/** Faults (a count) that are told of one file. */
const mostFaults = 10;
/** Names of parameters (a count), as a job may have. */
const mostParameters = 100;

/** Words that name what stands on their lines. */
const kinds = 'parameter, constraint, input_files, command, output_files';

/** A plan as it is read, line by line. */
class Reading {
  readonly parameters: Parameter[] = [];
  readonly conditions: Condition[] = [];
  readonly inputs: Word[] = [];
  command: readonly Word[] | undefined;
  outputs: Word[] | undefined;
  /** Of all parameters, those too whose values cannot be read: what names them is not told of for that. */
  readonly #names = new Set<string>();

  /** Throws a Misplaced. */
  take(line: string): void {
    const kind = /^[ \t]*([^\s#]+)/.exec(line);
    if (kind === null) return;
    const word = kind[1] ?? '';
    const [at, after] = [kind[0].length - word.length, kind[0].length];
    switch (word) {
      case 'parameter':
        this.#takeParameter(line, after);
        return;
      case 'constraint':
        this.conditions.push(readCondition(line, after, (name) => this.#isKnown(name)));
        return;
      case 'input_files':
        this.inputs.push(...this.#files(line, after, word));
        return;
      case 'output_files':
        this.outputs = [...(this.outputs ?? []), ...this.#files(line, after, word)];
        return;
      case 'command':
        if (this.command !== undefined) throw new Misplaced('there is a command already', at);
        this.command = this.#words(line, after);
        if (this.command[0] === undefined) throw new Misplaced('command says no program', line.length);
        if (plainText(this.command[0]) === undefined)
          throw new Misplaced('the program is the same for all tasks', this.command[0].at);
        return;
      default:
        throw new Misplaced(`'${word.slice(0, 40)}' is none of ${kinds}`, at);
    }
  }

  #takeParameter(line: string, after: number): void {
    const words = cutWords(line, after);
    const [name, how, ...rest] = words.map((word) => {
      const text = plainText(word);
      if (text === undefined) throw new Misplaced('a parameter is made of no other', word.at);
      return text;
    });
    if (name === undefined) throw new Misplaced('parameter says no name', line.length);
    const at = words[0]?.at ?? after;
    if (!parameterName.test(name))
      throw new Misplaced(`'${name.slice(0, 40)}' is no name: letters, digits and _, no digit first`, at);
    if (this.parameters.some((parameter) => parameter.name === name))
      throw new Misplaced(`there is a parameter ${name} already`, at);
    if (name === taskNumber) throw new Misplaced(`${taskNumber} is the number of the task`, at);
    if (this.parameters.length === mostParameters)
      throw new Misplaced(`there are more than ${mostParameters} parameters`, at);
    this.#names.add(name);
    const values =
      how === 'from'
        ? rangeIn(words, rest)
        : how === 'in'
          ? listOf(listed(line, (words[1]?.at ?? 0) + 'in'.length))
          : listOf([...(how === undefined ? [] : [how]), ...rest]);
    if (values.count === 0) throw new Misplaced(`parameter ${name} has no value`, line.length);
    this.parameters.push({ name, values });
  }

  #files(line: string, after: number, kind: string): Word[] {
    const words = this.#words(line, after);
    if (words.length === 0) throw new Misplaced(`${kind} names no file`, line.length);
    for (const word of words)
      if (line.charAt(word.at) === '@')
        throw new Misplaced(
          'a file whose name begins with @ is not filled in: give the program its parameters',
          word.at,
        );
    return words;
  }

  /** The words after the first, whose parameters must be there. */
  #words(line: string, after: number): Word[] {
    const words = cutWords(line, after);
    for (const { pieces } of words)
      for (const piece of pieces)
        if ('name' in piece && piece.name !== taskNumber && !this.#isKnown(piece.name))
          throw new Misplaced(`there is no parameter ${piece.name} before it`, piece.at);
    return words;
  }

  #isKnown(name: string): boolean {
    return this.#names.has(name);
  }
}

function rangeIn(words: readonly Word[], rest: readonly string[]): Values {
  const [from, to, last, step, by, more] = rest;
  const at = (index: number) => words[index + 2]?.at ?? (words.at(-1)?.at ?? 0) + 1;
  if (from === undefined || to !== 'to' || last === undefined)
    throw new Misplaced(
      "a range is written 'from 0 to 9 step 1'",
      at(from === undefined ? 0 : to === 'to' ? 2 : 1),
    );
  if (step !== undefined && (step !== 'step' || by === undefined))
    throw new Misplaced("what follows a range is its step, as in 'step 0.5'", at(3));
  if (more !== undefined) throw new Misplaced(`'${more.slice(0, 40)}' stands behind the step`, at(5));
  const values = rangeOf(from, last, by ?? '1');
  if (typeof values === 'string') throw new Misplaced(values, at(0));
  return values;
}

/** Values with commas between them; one in quotes may have any character. */
function listed(line: string, from: number): string[] {
  const values: string[] = [];
  const item = /[ \t]*(?:"([^"]*)"|'([^']*)'|([^,"'#]*?))[ \t]*(,|#.*$|$)/y;
  for (let at = from; ; ) {
    item.lastIndex = at;
    const match = item.exec(line);
    const spot = at + (/^[ \t]*/.exec(line.slice(at))?.[0].length ?? 0);
    if (match === null)
      throw new Misplaced('values stand with commas between them, as in \'0.1, 0.5, "a, b"\'', spot);
    const [, double, single, plain = '', end = ''] = match;
    const value = double ?? single ?? plain;
    if (value === '' && double === undefined && single === undefined)
      throw new Misplaced('a value is missing', spot);
    values.push(value);
    if (end !== ',') return values;
    at = item.lastIndex;
  }
}

/** Reads a plan of a parameter sweep. Throws a SweepError that says what is wrong with it, with the places. */
export function readPlan(text: string): Sweep {
  const reading = new Reading();
  const faults: SweepFault[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    try {
      reading.take(line);
    } catch (error) {
      if (!(error instanceof Misplaced)) throw error;
      if (faults.length < mostFaults) faults.push(faultOf(error, line, index + 1));
    }
  }
  const { parameters, conditions, inputs, command, outputs } = reading;
  const end = { line: lines.length, column: 1, source: '' };
  const combinations = parameters.reduce((product, { values }) => product * values.count, 1);
  if (faults.length === 0 && parameters.length === 0)
    faults.push({ ...end, message: 'the plan has no parameter' });
  if (faults.length === 0 && combinations > mostCombinations)
    faults.push({
      ...end,
      message: `these are ${combinations} combinations, and a plan has at most ${mostCombinations}`,
    });
  if (faults.length > 0) throw new SweepError(faults);
  const names = parameters.map(({ name }) => name);
  return {
    names,
    rows: () => combined(parameters, conditions),
    command,
    inputs: inputs.flatMap((word) => plainText(word) ?? []),
    ownInputs: inputs.filter((word) => plainText(word) === undefined),
    outputs: outputs?.filter((word) => !isPrinted(word)),
  };
}

/** What a program prints comes back in any case, beside its files. */
function isPrinted(word: Word): boolean {
  return ['stdout', 'stderr'].includes(plainText(word) ?? '');
}

/** Each combination for which the conditions hold; the last parameter changes first. */
function* combined(
  parameters: readonly Parameter[],
  conditions: readonly Condition[],
): Generator<readonly string[]> {
  const names = parameters.map(({ name }) => name);
  const places = parameters.map(() => 0);
  for (;;) {
    const row = parameters.map(({ values }, index) => values.at(places[index] ?? 0));
    const valueFor = (name: string) => row[names.indexOf(name)] ?? '';
    if (conditions.every((condition) => condition.holds(valueFor))) yield row;
    let last = parameters.length - 1;
    while (last >= 0 && (places[last] ?? 0) + 1 === parameters[last]?.values.count) places[last--] = 0;
    if (last < 0) return;
    places[last] = (places[last] ?? 0) + 1;
  }
}
