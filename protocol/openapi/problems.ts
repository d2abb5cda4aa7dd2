import { type Code, catalogue } from '../catalogue.ts';
import type { Problem, Route } from './route.ts';

/** What may come of any request, before it reaches its route. */
const ofRequests: readonly Problem[] = [
  'bad-request',
  'bad-url',
  'not-authenticated',
  'foreign-origin',
  'not-allowed',
  'not-the-owner',
  'peer-unknown',
  'too-slow',
  'wrong-host',
  'too-many-requests',
  { code: 'too-large', status: 431 },
  'internal',
  'stopped',
  'too-many-connections',
];

/** What may come of any body. */
const ofBodies: readonly Problem[] = ['not-utf-8', 'too-large', 'unsupported-media-type'];

/** All codes with which a route may answer, by their status, each once. */
export function problemsOf({ takes, problems }: Pick<Route, 'takes' | 'problems'>): Map<number, Code[]> {
  const found = new Map<number, Code[]>();
  for (const problem of [...problems, ...(takes === undefined ? [] : ofBodies), ...ofRequests]) {
    const code = typeof problem === 'string' ? problem : problem.code;
    const status = typeof problem === 'string' ? catalogue[code].status : problem.status;
    const codes = found.get(status) ?? [];
    if (!codes.includes(code)) codes.push(code);
    found.set(status, codes);
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}
