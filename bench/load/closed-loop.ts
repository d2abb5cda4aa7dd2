import { setTimeout } from 'node:timers/promises';

/** One connection over which so many are always under way: each answer lets the next go out. */
export interface Lane {
  /** Sends so many more. */
  send(count: number): void;
  /** Ends the connection; resolves when it has ended. */
  close(): Promise<void>;
}

/** Opens a connection, which then says how many answers came, or that it cannot go on. */
export type OpenLane = (answered: (count: number) => void, failed: (reason: Error) => void) => Promise<Lane>;

export interface Loop {
  /** Connections (a count), and messages under way on each of them (a count). */
  readonly connections: number;
  readonly inFlight: number;
  /** How long answers are counted. */
  readonly windowMs: number;
}

/**
 * Opens all connections and has one message answered on each, so that all are admitted before the clock runs; then
 * counts answers until the window is over, waits for those that are still under way, and closes.
 *
 * @returns answers a second
 */
export async function closedLoop(open: OpenLane, { connections, inFlight, windowMs }: Loop): Promise<number> {
  const lanes: Lane[] = [];
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {}); // told by whoever waits next
  let quiet = Promise.withResolvers<void>();
  let underWay = 0;
  let counting = false;
  let count = 0;

  const send = (lane: Lane, messages: number) => {
    underWay += messages;
    lane.send(messages);
  };
  try {
    for (let index = 0; index < connections; index += 1) {
      const answered = (answers: number) => {
        underWay -= answers;
        if (counting) {
          count += answers;
          send(lane, answers);
        } else if (underWay === 0) quiet.resolve();
      };
      const lane = await open(answered, broken.reject);
      lanes.push(lane);
    }
    for (const lane of lanes) send(lane, 1);
    await Promise.race([quiet.promise, broken.promise]);

    quiet = Promise.withResolvers();
    counting = true;
    const began = performance.now();
    for (const lane of lanes) send(lane, inFlight);
    await Promise.race([setTimeout(windowMs), broken.promise]);
    counting = false;
    const perSecond = (count * 1_000) / (performance.now() - began);
    await Promise.race([quiet.promise, broken.promise]);
    return perSecond;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}
