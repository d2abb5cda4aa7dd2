import type { Attempt } from './attempt.ts';

/** The blobs that attempts name: what they are still to have, and what of theirs is still to be told or fetched. */
export function namedBlobs(attempts: Iterable<{ readonly attempt: Attempt }>): Set<string> {
  const named = new Set<string>();
  for (const { attempt } of attempts) {
    for (const { blob } of attempt.kept.inputs) named.add(blob);
    if (attempt.stage !== 'ended') continue;
    const { outputs, stdout, stderr } = attempt.result;
    for (const { blob } of outputs) named.add(blob);
    for (const printed of [stdout, stderr]) if ('blob' in printed) named.add(printed.blob);
  }
  return named;
}
