import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { batchCommands, batchSystemOf, queueOptions } from '../batch/open.ts';
import { outputOf } from '../batch/run-command.ts';
import type { Slots } from '../batch/system.ts';
import type { AgentSettings } from '../settings.ts';
import { type Finding, well, wrong } from './finding.ts';

/** The word of each batch system, and a command that no other has. */
const signs = [
  ['slurm', 'sbatch'],
  ['sge', 'qconf'],
  ['torque', 'pbsnodes'],
] as const;

/** What the batch system of the settings says of itself; where none is set, which could be. */
export async function examineBatch(config: AgentSettings, path: string): Promise<Finding[]> {
  const system = batchSystemOf(config['back-end']);
  if (system === undefined) return judgeSigns(await signsIn(path));
  const run = batchCommands({ config, path });
  const slots = await outputOf(run, system.slots(queueOptions(config)))
    .then(system.slotsIn)
    .catch((error: Error) => error);
  return [judgeSlots(system.name, slots)];
}

async function signsIn(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const [word, command] of signs) {
    const places = path.split(delimiter).filter((folder) => folder !== '');
    const there = await Promise.all(
      places.map((folder) =>
        access(join(folder, command), constants.X_OK).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (there.includes(true)) found.push(word);
  }
  return found;
}

/** Nothing is said where there is none: most machines have none, and need none. */
function judgeSigns(words: readonly string[]): Finding[] {
  return words.map((word) =>
    well(
      'batch system',
      `commands of ${batchSystemOf(word)?.name} are here: with agent.back-end set to ${word} tasks run through it`,
    ),
  );
}

function judgeSlots(system: string, slots: Slots | Error): Finding {
  if (!(slots instanceof Error))
    return well('batch system', `${system} has ${slots.free} of ${slots.total} processor cores free`);
  return wrong(
    'batch system',
    `${system} does not say what it has: ${slots.message}`,
    'see that its commands work for this user, and that agent.queue is one of its queues',
  );
}
