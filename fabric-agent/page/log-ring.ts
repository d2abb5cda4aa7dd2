import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { type Level, textLine } from '../../platform/log-line.ts';

/** Characters of one line that is kept. */
const mostCharacters = 2_000;

export interface RingLine {
  /** Counts the lines since the agent started, from 1. */
  readonly number: number;
  readonly level: Level;
  /** As the log writes it for people. */
  readonly text: string;
}

/** The last lines of a log, for who looks at the agent. Secrets stand in no log, and so not here. */
export class LogRing {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #lines: RingLine[] = [];
  #last = 0;

  /** @param most lines (a count) that are kept */
  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /** A log whose lines are kept here too, as far as it tells them at all. */
  over(log: Log, standing: Readonly<Record<string, unknown>> = {}): Log {
    const kept =
      (level: Level): Log['info'] =>
      (message, fields) => {
        log[level](message, fields);
        if (log.enabled(level)) this.#keep(level, message, { ...standing, ...fields });
      };
    return {
      error: kept('error'),
      warn: kept('warn'),
      info: kept('info'),
      debug: kept('debug'),
      enabled: (level) => log.enabled(level),
      child: (fields) => this.over(log.child(fields), { ...standing, ...fields }),
    };
  }

  /** The lines after the one with this number, and of those the last so many at most. */
  after(number: number, most: number): RingLine[] {
    return this.#lines.filter((line) => line.number > number).slice(-most);
  }

  get last(): number {
    return this.#last;
  }

  #keep(level: Level, message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#last += 1;
    const entry = { time: this.#clock.now(), level, message, fields };
    this.#lines.push({
      number: this.#last,
      level,
      text: textLine(entry, false, false).slice(0, mostCharacters),
    });
    if (this.#lines.length > this.#most) this.#lines.shift();
  }
}
