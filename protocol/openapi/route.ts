import type { z } from 'zod';
import type { Code } from '../catalogue.ts';
import type { Scope } from '../identities.ts';
import type { SchemaName } from './schemas.ts';

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** What stands in a body, by its media type: text or JSON of the schema that is named, or bytes. */
export type Content = Readonly<Record<string, SchemaName | 'bytes'>>;

/** An answer that is no problem. */
export interface Answer {
  readonly status: number;
  readonly says: string;
  readonly content?: Content;
  /** What its headers say, by their names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A code of the catalogue, and its status where that is not the usual one. */
export type Problem = Code | { readonly code: Code; readonly status: number };

/** A path that a service serves over HTTP, and all that may come of it. */
export interface Route {
  readonly method: Method;
  /** With its parameters in braces, as `/broker/v1/jobs/{job}`. */
  readonly path: string;
  /** A name that no other route has, for programs that are made from the description. */
  readonly id: string;
  /** What it does, in a line. */
  readonly does: string;
  readonly more?: string;
  /**
   * Of which scopes a token must have one; any token does where there are none. The user who runs the service needs no
   * token on its machine; where it is `nobody`, none is needed at all.
   */
  readonly scopes: readonly Scope[] | 'nobody';
  /** Whether it begins a session, for which only a token itself does. */
  readonly begins?: true;
  /** Whether the token of the session of an agent does too. */
  readonly forAgents?: true;
  /** The parameters of the path. */
  readonly parameters?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  /** What it takes of headers, by their names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly takes?: Content;
  /** Whether the body may be left out. */
  readonly takesNothing?: true;
  readonly gives: readonly [Answer, ...Answer[]];
  /** What may go wrong beside what may at any route. */
  readonly problems: readonly Problem[];
  /** What headers may say beside one of these, by their names. */
  readonly problemHeaders?: Readonly<Record<string, string>>;
}

export function asJson(schema: SchemaName): Content {
  return { 'application/json': schema };
}

/** Answers with bytes, whole or the one range of them that is asked for (RFC 9110, 14). */
export function inRanges(
  says: string,
  also: Readonly<Record<string, string>> = {},
): Pick<Route, 'headers' | 'gives'> {
  const content = { 'application/octet-stream': 'bytes' } as const;
  const headers = { ETag: 'Names these bytes: where it is the same, so are they.' };
  const place = { 'Content-Range': 'Where the part lies in the whole.' };
  return {
    headers: {
      Range: 'One range of bytes, as `bytes=0-1023`.',
      'If-Range': 'An ETag: where it is no more that of the bytes, all of them come.',
      ...also,
    },
    gives: [
      { status: 200, says, content, headers },
      { status: 206, says: 'The part that was asked for.', content, headers: { ...headers, ...place } },
    ],
  };
}

/** Where a range begins after the last byte. */
export const noSuchRange: Problem = { code: 'bad-query', status: 416 };
