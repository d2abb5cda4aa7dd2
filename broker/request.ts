import type { Request } from 'express';
import type { z } from 'zod';
import { Refusal } from '../platform/failure.ts';
import { type Code, failure } from '../protocol/catalogue.ts';

/**
 * What the body of a request says, which is JSON. Throws a Refusal: `unsupported-media-type` where it is not told to be
 * JSON, else with the code.
 */
export function bodyOf<S extends z.ZodType>(
  request: Request,
  schema: S,
  code: Code = 'bad-query',
): z.output<S> {
  const body: unknown = request.body;
  if (typeof body !== 'string' || request.is('application/json') === false)
    throw new Refusal(failure('unsupported-media-type', 'the body is to be application/json'));
  return jsonOf(body, schema, 'the body', code);
}

/** What the query of a request says. Throws a Refusal `bad-query`. */
export function queryOf<S extends z.ZodType>({ query }: Pick<Request, 'query'>, schema: S): z.output<S> {
  return checked(query, schema, 'the query', 'bad-query');
}

/** What a text of JSON says; `what` names it where all of it is wrong. Throws a Refusal with the code. */
export function jsonOf<S extends z.ZodType>(
  text: string,
  schema: S,
  what: string,
  code: Code = 'bad-query',
): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Refusal(failure(code, `${what} is no JSON`), { cause: error });
  }
  return checked(json, schema, what, code);
}

function checked<S extends z.ZodType>(given: unknown, schema: S, what: string, code: Code): z.output<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(failure(code, `${issue?.path.join('.') || what}: ${issue?.message}`));
}
