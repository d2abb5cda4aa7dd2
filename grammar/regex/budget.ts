import { type RegexBounds, regexBounds } from './bounds.ts';
import { compileRegex, type Regex, type RegexProblem } from './index.ts';

/** The regular expressions of one header, which are bounded together: one text may be searched for all of them. */
export class RegexBudget {
  readonly #bounds: RegexBounds;
  #spent = 0;

  constructor(bounds: RegexBounds = regexBounds) {
    this.#bounds = bounds;
  }

  read(source: string, insensitive: boolean): Regex | RegexProblem {
    const regex = compileRegex(source, insensitive, this.#spent, this.#bounds);
    if ('steps' in regex) this.#spent += regex.steps + this.#bounds.stepsEach;
    return regex;
  }
}
