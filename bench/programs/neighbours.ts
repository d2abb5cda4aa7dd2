import { setTimeout } from 'node:timers/promises';
import type { Listen } from '../../platform/doors/door.ts';
import { applicationOf, askText } from '../harness/messages.ts';
import { answerParent } from '../harness/program.ts';
import { openConversation } from '../load/conversation.ts';
import { connected, disconnected } from '../load/sockets.ts';
import { jobAsk } from '../match/documents.ts';

/**
 * Asks of version 0.1 at a steady pace, whatever is answered, and beside them, where `heavy` is so, a Why with what
 * would help after the other, for the jobs from `first` on, and an Ask as of an earlier cursor after the other.
 */
export interface NeighboursRequest {
  readonly to: Listen;
  readonly heavy: boolean;
  readonly first: number;
  readonly windowMs: number;
}

export interface NeighboursReply {
  /** From sent to answered, of each cheap Ask in milliseconds. */
  readonly cheap: readonly number[];
  /** The same of each Why. */
  readonly heavy: readonly number[];
}

/** How often a cheap Ask goes out. */
const paceMs = 4;

answerParent<NeighboursRequest, NeighboursReply>(async ({ to, heavy, first, windowMs }) => {
  const over = new AbortController();
  const whys = heavy ? askWhy(to, first, over.signal) : Promise.resolve([]);
  const replays = heavy ? askAsOf(to, first, over.signal) : Promise.resolve();
  const cheap = await askSteadily(to, windowMs);
  over.abort();
  await replays;
  return { cheap, heavy: await whys };
});

async function askSteadily(to: Listen, windowMs: number): Promise<number[]> {
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {}); // told by who waits below
  const socket = await connected(to, broken.reject);
  const ask = `${askText(applicationOf(0))}\n`;
  const sent: number[] = [];
  const times: number[] = [];
  let ending = '';
  let quiet = Promise.withResolvers<void>();
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    // Each is answered by one Tell, and that ends with an empty line.
    const documents = (ending + chunk).split('\n\n');
    ending = documents.pop() ?? '';
    for (const _ of documents) times.push(performance.now() - (sent[times.length] ?? Number.NaN));
    if (times.length === sent.length) quiet.resolve();
  });
  const until = performance.now() + windowMs;
  while (performance.now() < until) {
    quiet = Promise.withResolvers();
    sent.push(performance.now());
    socket.write(ask);
    await Promise.race([setTimeout(paceMs), broken.promise]);
  }
  if (times.length < sent.length) await Promise.race([quiet.promise, broken.promise]);
  await disconnected(socket);
  return times;
}

async function askWhy(to: Listen, first: number, over: AbortSignal): Promise<number[]> {
  await using conversation = await openConversation('text', to);
  const times: number[] = [];
  for (let number = first; !over.aborted; number += 1) {
    const begun = performance.now();
    await conversation.ask(jobAsk(number).replace('Action: Ask', 'Action: Why'));
    times.push(performance.now() - begun);
  }
  return times;
}

/** How far back the cursors go: less than there are Tells. */
const cursorsBack = 500;

/** Each as of another cursor, so that the market of then is built anew. */
async function askAsOf(to: Listen, first: number, over: AbortSignal): Promise<void> {
  await using conversation = await openConversation('text', to);
  const [, head] = /^Cursor: (\d+)$/m.exec(await conversation.ask(jobAsk(first))) ?? [];
  for (let number = first + 1; !over.aborted; number += 1) {
    await conversation.ask(`${jobAsk(number)}Cursor: ${Number(head) - (number % cursorsBack)}\n`);
  }
}
