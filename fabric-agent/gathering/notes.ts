import type { Log } from '../../platform/log.ts';
import type { MessageLevel, ToGathering } from '../../protocol/agent/gathering.ts';

/** Messages (a count) that wait for a line; the oldest go first. */
const mostWaiting = 20;
/** Characters of one message. */
const mostCharacters = 1_000;

type Note = ToGathering & { readonly type: 'message' };

/**
 * What people who look after the node should know of it: what its log says of warnings and errors goes to infogather too,
 * without the fields, which may say what is nobody else's business.
 */
export class Notes {
  #waiting: Note[] = [];
  #say: ((note: Note) => void) | undefined;

  /** A log whose warnings and errors are told, too. */
  over(log: Log): Log {
    const told =
      (level: MessageLevel & ('warn' | 'error')): Log['warn'] =>
      (message, fields) => {
        log[level](message, fields);
        this.#note(level, message);
      };
    return {
      error: told('error'),
      warn: told('warn'),
      info: (message, fields) => log.info(message, fields),
      debug: (message, fields) => log.debug(message, fields),
      enabled: (level) => log.enabled(level),
      child: (fields) => this.over(log.child(fields)),
    };
  }

  /** There is a line: what waits is said over it, and what comes until the line is closed. */
  opened(say: (note: Note) => void): void {
    this.#say = say;
    for (const note of this.#waiting.splice(0)) say(note);
  }

  closed(): void {
    this.#say = undefined;
  }

  #note(level: MessageLevel, message: string): void {
    const note: Note = { type: 'message', level, text: message.slice(0, mostCharacters) };
    if (this.#say !== undefined) {
      this.#say(note);
      return;
    }
    this.#waiting.push(note);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
  }
}
