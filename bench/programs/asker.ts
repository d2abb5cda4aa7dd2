import type { Listen } from '../../platform/doors/door.ts';
import { answerParent } from '../harness/program.ts';
import { openConversation } from '../load/conversation.ts';
import { jobAsk } from '../match/documents.ts';

/** Puts the jobs from `first` on to a market, one after the other over one connection: so many, or as many as the time allows. */
export interface AskerRequest {
  readonly door: 'text' | 'websocket';
  readonly to: Listen;
  readonly first: number;
  readonly count: number;
  readonly mostMs: number;
}

/** From the Ask's first byte out to the last of its answer in, and what the answer says. */
export interface AskerReply {
  readonly ms: number;
  readonly matches: number;
  readonly best: string;
}

answerParent<AskerRequest, readonly AskerReply[]>(async ({ door, to, first, count, mostMs }) => {
  const asks = Array.from({ length: count }, (_, index) => jobAsk(first + index));
  await using conversation = await openConversation(door, to);
  const replies: AskerReply[] = [];
  const until = performance.now() + mostMs;
  for (const ask of asks) {
    if (performance.now() >= until) break;
    const begun = performance.now();
    const answer = await conversation.ask(ask);
    const ms = performance.now() - begun;
    const [, matches] = /^Matched: (\d+) of \d+$/m.exec(answer) ?? [];
    if (matches === undefined) throw new Error(`an Ask was answered so: ${answer}`);
    const [, best = ''] = Number(matches) === 0 ? [] : (/^Id: (.*)$/m.exec(answer) ?? []);
    replies.push({ ms, matches: Number(matches), best });
  }
  return replies;
});
