import type { AttemptKey, BackEnd, EndListener, RunEnd } from './back-end.ts';

/**
 * What stands before the tasks of one broker in the names of their runs, so that no two brokers ever have the same: a
 * task of the first broker, which has no mark, is never let begin with one.
 */
const mark = /^b[0-9a-f]{16}-/;

/** The mark of a broker, by the hash of its key: so much of it that nobody makes a key with the same. */
export function markOf(hash: string): string {
  return `b${hash.slice(0, 16)}-`;
}

export function isMarked(task: string): boolean {
  return mark.test(task);
}

/** The mark of the broker of a run by this name; empty of the first broker's. */
export function brokerMark(task: string): string {
  return mark.exec(task)?.[0] ?? '';
}

/** Whether a run by this name is of the broker with a mark. */
export function isOf(task: string, own: string): boolean {
  return own === '' ? !isMarked(task) : task.startsWith(own);
}

/** Who sees what is given to a back end, and how it ends. */
export interface RunObserver {
  given(key: AttemptKey): void;
  ended(key: AttemptKey, end: RunEnd): void;
}

/**
 * One back end as several brokers have it: each sees its own runs alone, by the names that it gave them. It is started and
 * stopped by who has it, not by these.
 *
 * @param marks one for each broker; at most one of them is empty
 */
export function shareBackEnd(
  backEnd: BackEnd,
  marks: readonly string[],
  observer?: RunObserver,
): ReadonlyMap<string, BackEnd> {
  const listeners = new Map<string, EndListener>();
  let isHeard = false;
  const listen = (own: string, listener: EndListener) => {
    listeners.set(own, listener);
    if (isHeard) return;
    isHeard = true;
    backEnd.listen((key, end) => {
      observer?.ended(key, end);
      const theirs = brokerMark(key.task);
      listeners.get(theirs)?.(withoutMark(key, theirs), end);
    });
  };
  return new Map(
    marks.map((own) => [own, viewOf(backEnd, own, (listener) => listen(own, listener), observer)]),
  );
}

function viewOf(
  backEnd: BackEnd,
  own: string,
  listen: (listener: EndListener) => void,
  observer: RunObserver | undefined,
): BackEnd {
  const marked = <K extends AttemptKey>(key: K): K => ({ ...key, task: own + key.task });
  const nothing = async () => {};
  return {
    get powers() {
      return backEnd.powers;
    },
    now: () => backEnd.now(),
    place: (key) => backEnd.place(marked(key)),
    get bring() {
      return backEnd.bring;
    },
    launch(order) {
      observer?.given(marked(order));
      const { reservation } = order;
      return backEnd.launch({
        ...marked(order),
        ...(reservation === undefined ? {} : { reservation: own + reservation }),
      });
    },
    waitsFor: backEnd.waitsFor && ((run) => backEnd.waitsFor!(marked(run))),
    states: (runs) => backEnd.states(runs.map(marked)),
    cancel: (run, graceMs) => backEnd.cancel(marked(run), graceMs),
    forget: (runs) => backEnd.forget(runs.map(marked)),
    async known() {
      const all = await backEnd.known();
      return all.filter(({ task }) => isOf(task, own)).map((key) => withoutMark(key, own));
    },
    listen,
    capacity: () => backEnd.capacity(),
    load: () => backEnd.load(),
    start: nothing,
    stop: nothing,
    [Symbol.asyncDispose]: nothing,
  };
}

function withoutMark(key: AttemptKey, own: string): AttemptKey {
  return { ...key, task: key.task.slice(own.length) };
}
