import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { systemClock } from '../../platform/clock.ts';
import { batchCommands, batchSystemOf, queueOptions } from '../batch/open.ts';
import { ownName } from '../batch/request.ts';
import { openReservations } from '../batch/reservations.ts';
import { outputOf } from '../batch/run-command.ts';
import type { BatchSystem, Slots } from '../batch/system.ts';
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
  if (slots instanceof Error || config['reserved-slots'] === 0) return [judgeSlots(system.name, slots)];
  const asking = { system, run, queue: queueOptions(config), prefix: trialPrefix, user: ownName() };
  const reservations = await openReservations({ ...asking, clock: systemClock });
  return [judgeSlots(system.name, slots), ...judgeReserving(system, reservations !== undefined)];
}

/** What the names of trials begin with: as long as that of an agent, and no agent's. */
const trialPrefix = 'ogmDOCT';

function judgeReserving({ name, reserving }: BatchSystem, may: boolean): Finding[] {
  if (reserving === undefined) return [];
  const says = may
    ? `${name} keeps up to agent.reserved-slots cores for later where owners ask for it`
    : `${name} keeps nothing for later at the word of this account; docs/batch.md says who may`;
  return [well('reservations', says)];
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

/** What a batch system says that it has, or why it does not. */
export function judgeSlots(system: string, slots: Slots | Error): Finding {
  if (!(slots instanceof Error))
    return well('batch system', `${system} has ${slots.free} of ${slots.total} processor cores free`);
  return wrong(
    'batch system',
    `${system} does not say what it has: ${slots.message}`,
    'see that its commands work for this user, and that agent.queue is one of its queues',
  );
}
