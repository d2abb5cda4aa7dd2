import { type AgentMessage, type Ended, mostFilesAMessage } from '../../protocol/agent/messages.ts';
import type { AttemptKey } from '../back-ends/back-end.ts';

/** What is told of an attempt that has ended. */
export type Result = Omit<Ended, 'type' | 'task' | 'attempt'>;

/** Bytes of the list of files in one message: with the rest of it that stays within a frame that brokers take. */
const messageBytes = 128 * 1024;

/** What is told of an attempt that has ended: its end, and before it the files that it cannot hold. */
export function* endOf(key: AttemptKey, result: Result): Generator<AgentMessage, void, void> {
  const { outputs } = result;
  const pages = [...cut(outputs)];
  if (pages.length <= 1) return yield { type: 'ended', ...key, ...result };
  let from = 0;
  for (const page of pages) {
    yield { type: 'results', ...key, from, outputs: page };
    from += page.length;
  }
  yield { type: 'ended', ...key, ...result, outputs: [], listed: from };
}

type Files = Ended['outputs'];

function* cut(files: Files): Generator<Files, void, void> {
  let page: Files = [];
  let bytes = 0;
  for (const file of files) {
    const more = Buffer.byteLength(JSON.stringify(file)) + 1;
    if (page.length === mostFilesAMessage || (bytes + more > messageBytes && page.length > 0)) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(file);
    bytes += more;
  }
  if (page.length > 0) yield page;
}
