import { Router } from 'express';
import { type Document, fromJson, printDocument, readDocuments, toJson } from '../grammar/index.ts';
import { answerText, senderOf } from '../platform/doors/http.ts';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import { documentRefused, type Receiver } from './receiver.ts';

/**
 * The language door over HTTP: `POST path` with one document, as text/sla or application/json. What is answered by
 * nothing gets 204 after its commit; documents come back in the encoding that was asked for by Accept, else in that
 * of the question.
 */
export function documentRoute(path: string, receive: Receiver): Router {
  const router = Router();
  router.post(path, async (request, response) => {
    const asJson = request.is('application/json') !== false;
    const document = parse(request.body, asJson);
    const answers = await receive(document, senderOf(request));
    if (document.action === 'Tell') {
      response.status(204).end();
      return;
    }
    const wanted = request.accepts(
      asJson ? ['application/json', 'text/sla'] : ['text/sla', 'application/json'],
    );
    if (wanted === 'application/json') response.json(answers.map(toJson));
    else
      await answerText(
        response,
        'text/sla',
        answers.values().map((answer) => `${printDocument(answer)}\n`),
      );
  });
  return router;
}

/** Reads the one document of a body or a frame. */
export function parse(body: unknown, asJson: boolean): Document {
  if (typeof body !== 'string' || body.trim() === '') {
    throw new Refusal(failure('document-refused', 'there is no document'));
  }
  const [reading, more] = asJson ? [fromJson(parseJson(body))] : readDocuments(body);
  if (reading === undefined)
    throw new Refusal(failure('document-refused', 'there are comments only, and no document'));
  if (more !== undefined) throw new Refusal(failure('one-document', 'there is more than one document'));
  if ('diagnostics' in reading) throw documentRefused(reading.diagnostics);
  return reading.document;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(failure('document-refused', `this is no JSON: ${(error as Error).message}`), {
      cause: error,
    });
  }
}
