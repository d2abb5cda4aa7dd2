import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The application that tasks run, and the files that it finds and leaves where it finds one. */
export const application = 'mark';
export const inputName = 'in.txt';
export const outputName = 'out.txt';

/** Which part of a processor each task takes. */
export const cpusEach = 0.25;

/**
 * A task says that it has begun and that it has ended, by its attempt (of which the folder that it runs in has the name, with
 * `work` in it), in a file of its world, and holds a lock as long as anything of it runs; `$1`: how long it sleeps.
 */
const scriptOf = (runs: string, live: string) => `
own=\${PWD%/work}
own=\${own##*/}
say() { echo "$1 $own" >>'${runs}'; }
exec 9>>'${live}/'"$own"
flock -n 9
say began
sleep "$1"
if [ -f ${inputName} ]; then cat ${inputName} && cat ${inputName} ${inputName} >${outputName} || exit 3; fi
say ended
echo "did $2"
`;

/** What tasks themselves have said: attempts, as `JOB.TASK.ATTEMPT`, each as often as it was said. */
export interface Runs {
  readonly began: readonly string[];
  readonly ended: readonly string[];
}

/** Writes the program of the tasks, and the settings that offer it; returns the file of these. */
export function offer(folder: string): string {
  const script = join(folder, 'task.sh');
  mkdirSync(liveFolder(folder));
  writeFileSync(script, scriptOf(runsFile(folder), liveFolder(folder)));
  const file = join(folder, 'settings.yaml');
  const argv = ['/bin/sh', script, '{words...}'];
  const applications = [{ name: application, argv, arguments: { words: '[0-9.]+' } }];
  writeFileSync(file, JSON.stringify({ agent: { applications } }));
  return file;
}

/** What the tasks of a folder have said so far. */
export async function readRuns(folder: string): Promise<Runs> {
  const text = await readFile(runsFile(folder), 'utf8').catch(() => '');
  const said = (what: string) =>
    Array.from(text.matchAll(new RegExp(`^${what} (.+)$`, 'gm')), ([, attempt]) => attempt!);
  return { began: said('began'), ended: said('ended') };
}

/** In which each task has a file that is locked as long as it runs. */
export function liveFolder(folder: string): string {
  return join(folder, 'live');
}

function runsFile(folder: string): string {
  return join(folder, 'runs');
}
