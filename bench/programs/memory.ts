import { join } from 'node:path';
import { finish, Matcher, Supply } from '../../grammar/matching/index.ts';
import { WaitingAsks } from '../../grammar/waiting/index.ts';
import { heldBytes } from '../harness/held.ts';
import { openMarket } from '../harness/house.ts';
import { teller } from '../harness/in-process.ts';
import { answerParent } from '../harness/program.ts';
import { jobAsk, machineTell, waitingAsk } from '../match/documents.ts';
import { SetReader } from '../match/set.ts';

/** Holds so many of something in this process, which was started with `--expose-gc`. */
export interface MemoryRequest {
  readonly what: 'table' | 'market' | 'waiting';
  readonly count: number;
  /** A folder for what is on disk. */
  readonly folder: string;
}

/** Bytes each, heap and what hangs on it outside. */
export interface MemoryReply {
  readonly bytes: number;
  /** After Asks have used it: what is kept ready for the next. */
  readonly used: number;
  /** How many characters its text has, which `bytes` counts where the text is kept. */
  readonly text: number;
}

/** Asks that use a table before it is measured again. */
const asksThatUse = 1_000;
/** Tells under way at once. */
const atOnce = 1_000;

answerParent<MemoryRequest, MemoryReply>(async ({ what, count, folder }) => {
  if (what === 'table') return ofTable(count);
  return what === 'market' ? ofMarket(count, folder) : ofWaiting(count);
});

function ofTable(count: number): MemoryReply {
  const reader = new SetReader();
  reader.party(machineTell(count)); // what is loaded and compiled for the first is no Tell's
  const before = heldBytes();
  const supply = new Supply();
  let text = 0;
  for (let number = 0; number < count; number += 1) {
    const tell = machineTell(number);
    text += tell.length;
    supply.add(reader.party(tell));
  }
  const bytes = heldBytes() - before;
  for (let number = 0; number < asksThatUse; number += 1) {
    finish(new Matcher(reader.party(jobAsk(number)), supply).answer());
  }
  const used = heldBytes() - before;
  if (supply.size !== count) throw new Error('a table has lost Tells');
  return { bytes: bytes / count, used: used / count, text: text / count };
}

async function ofMarket(count: number, folder: string): Promise<MemoryReply> {
  await using running = new AsyncDisposableStack();
  const market = await openMarket(join(folder, 'memory.db'), running);
  const tell = teller(market);
  await tell(machineTell(count));
  const before = heldBytes();
  let text = 0;
  for (let first = 0; first < count; first += atOnce) {
    const texts = Array.from({ length: atOnce }, (_, index) => machineTell(first + index));
    await Promise.all(texts.map(tell));
    for (const told of texts) text += told.length;
  }
  const bytes = heldBytes() - before;
  return { bytes: bytes / count, used: bytes / count, text: text / count };
}

function ofWaiting(count: number): MemoryReply {
  const reader = new SetReader();
  reader.party(waitingAsk(count));
  const before = heldBytes();
  const waiting = new WaitingAsks();
  let text = 0;
  for (let number = 0; number < count; number += 1) {
    const ask = waitingAsk(number);
    text += ask.length;
    waiting.add(reader.party(ask));
  }
  const bytes = heldBytes() - before;
  finish(waiting.matching(reader.party(machineTell(0))));
  const used = heldBytes() - before;
  if (waiting.size !== count) throw new Error('an Ask no longer waits');
  return { bytes: bytes / count, used: used / count, text: text / count };
}
