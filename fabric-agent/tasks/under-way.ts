import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AttemptKey, wordOf } from '../back-ends/back-end.ts';
import { type Attempt, type AttemptEvent, advance } from './attempt.ts';
import { isJournal } from './enrolment.ts';
import { readRecords } from './journal-lines.ts';

/**
 * The tasks whose programs may run, or whose results lie where they ran, by their names: as the journals of an agent say
 * that does not run.
 */
export async function tasksUnderWay(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of (await readdir(folder)).filter(isJournal).sort()) {
    const all = new Map<string, Attempt>();
    const { records } = readRecords<AttemptKey & { readonly event: AttemptEvent }>(
      await readFile(join(folder, name)),
    );
    for (const { task, attempt, event } of records) {
      const word = wordOf({ task, attempt });
      const step = advance(all.get(word), event);
      if (step === undefined) continue;
      if (step.attempt === undefined) all.delete(word);
      else all.set(word, step.attempt);
    }
    for (const { key, stage } of all.values())
      if (stage === 'started' || stage === 'dropped' || stage === 'collecting') found.push(key.task);
  }
  return found;
}
