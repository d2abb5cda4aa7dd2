import { Router } from 'express';
import { answerText, senderOf } from '../platform/doors/http.ts';
import { answerBody } from './body.ts';
import type { LanguageDoor } from './receiver.ts';
import { printReply, type Reply, replyToJson } from './reply.ts';

/** Warnings of one answer, and characters of one: clients take some 16 KiB of headers in all. */
const mostWarnings = 5;
const warningCharacters = 1000;

/**
 * The language door over HTTP: `POST path` with one document, as text/sla or application/json. What is answered by
 * nothing gets 204 after its commit; documents come back in the encoding that was asked for by Accept, else in that
 * of the question. What is likely wrong with the question stands in `SLA-Warning`, a header each, beside a refusal too.
 */
export function documentRoute(path: string, door: LanguageDoor): Router {
  const router = Router();
  router.post(path, async (request, response) => {
    const asJson = request.is('application/json') !== false;
    const sender = senderOf(request);
    const answered = answerBody(request.body, asJson, sender, door);
    const { warnings, isSilent } = answered;
    // Before the answer is there, for they are told beside a refusal too.
    if (warnings.length > 0) {
      response.setHeader('SLA-Warning', warnings.slice(0, mostWarnings).map(headerText));
    }
    const replies = await answered.replies;
    if (isSilent) {
      response.status(204).end();
      return;
    }
    const wanted = request.accepts(
      asJson ? ['application/json', 'text/sla'] : ['text/sla', 'application/json'],
    );
    if (wanted === 'application/json') await answerText(response, 'application/json', jsonArray(replies));
    else
      await answerText(
        response,
        'text/sla',
        replies.values().map((reply) => `${printReply(reply)}\n`),
      );
  });
  return router;
}

/** Piece by piece, so that a long answer is never in memory as a whole. */
function* jsonArray(replies: readonly Reply[]): Generator<string> {
  let before = '[';
  for (const reply of replies) {
    yield before + JSON.stringify(replyToJson(reply));
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/**
 * A sentence as the value of a header, which is visible ASCII: what is not is percent-encoded, and so is '%'. A long one
 * ends with a whole character.
 */
function headerText(sentence: string): string {
  let text = '';
  for (const character of sentence) {
    const next = /[^\x20-\x7e]|%/u.test(character) ? encodeURIComponent(character) : character;
    if (text.length + next.length > warningCharacters) break;
    text += next;
  }
  return text;
}
