import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { sendContent } from '../../client/host/send-file.ts';
import { tarEnd, tarHeader, tarPadding } from '../../client/host/tar-writer.ts';
import type { Clock } from '../../platform/clock.ts';
import { reservedFolder } from '../../protocol/tar-guard.ts';
import { type CollectBounds, collect } from '../local/collect.ts';
import type { Execution } from '../local/execution.ts';

/** Sends bytes of an answer; resolves when more may be sent. */
export type Send = (bytes: Uint8Array) => Promise<void>;

/** Says again and again that the client is not forgotten: an entry that every tar reader takes and none minds. */
export const sign = tarHeader({ name: `${reservedFolder}/`, sizeBytes: 0, mode: 0o755, mtimeMs: 0 });

/** Sends what there is to say about a run, and what it left, as the rest of an archive. */
export async function answerRun(
  send: Send,
  clock: Clock,
  folder: string,
  execution: Execution,
  bounds: CollectBounds,
): Promise<void> {
  const say = (name: string, text: string) => sendText(send, clock, name, text);
  await say('exit-code', `${execution.exitCode}\n`);
  await sendPrinted(send, clock, 'stdout', execution.stdout);
  await sendPrinted(send, clock, 'stderr', execution.stderr);
  const { leftOut, problem } = await collect({ folder, before: execution.before, bounds, send });
  if (leftOut.length > 0) await say('left-out', `${leftOut.join('\n')}\n`);
  const errors = [execution.stopped, problem].filter((each) => each !== undefined);
  if (errors.length > 0) await say('error', `${errors.join('; ')}\n`);
  await send(tarEnd);
}

/** Ends an archive that has begun with the reason why the program never ran. */
export async function answerFailure(send: Send, clock: Clock, sentence: string): Promise<void> {
  await sendText(send, clock, 'error', `${sentence}\n`);
  await send(tarEnd);
}

async function sendText(send: Send, clock: Clock, name: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const header = tarHeader({
    name: `${reservedFolder}/${name}`,
    sizeBytes: bytes.length,
    mode: 0o644,
    mtimeMs: clock.now(),
  });
  await send(Buffer.concat([header, bytes, tarPadding(bytes.length)]));
}

async function sendPrinted(send: Send, clock: Clock, name: string, path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  if (handle === undefined) return sendText(send, clock, name, '');
  try {
    const { size: sizeBytes, mtimeMs } = await handle.stat();
    await send(tarHeader({ name: `${reservedFolder}/${name}`, sizeBytes, mode: 0o644, mtimeMs }));
    await sendContent(handle, sizeBytes, send);
  } finally {
    await handle.close();
  }
}
