import { type Command, InvalidArgumentError } from 'commander';
import { readDuration } from '../../platform/config/quantities.ts';
import type { ReservationView } from '../../protocol/reservations.ts';
import { exit } from '../exit.ts';
import { brokerClients } from '../jobs/clients.ts';
import { moment } from '../jobs/words.ts';
import { table } from '../table.ts';
import { commandWith, contextOf } from './context.ts';

interface Options {
  readonly slots: number;
  readonly from: number | undefined;
  readonly for: number;
}

/** `ogm resource reserve`, `reservations` and `release`: what a batch system keeps for later. */
export function reservationCommands(): Command[] {
  return [reserve(), list(), release()];
}

function reserve(): Command {
  return commandWith('reserve', ['client'], 'Have the batch system behind a resource keep processor cores')
    .argument('<name>', 'a resource of yours with the power reserve, as ogm resource show tells')
    .requiredOption('--slots <count>', 'how many processor cores', countOf)
    .option('--from <time>', 'when it begins, such as 2026-12-24T20:00; at once unless given', momentOf)
    .requiredOption('--for <duration>', 'how long it lasts, such as 12 h', durationOf)
    .action(async (name: string, options: Options, command: Command) => {
      const { out, json } = contextOf(command);
      const startsAt = options.from ?? Date.now();
      const asked = { slots: options.slots, startsAt, endsAt: startsAt + options.for };
      const { resources } = brokerClients(contextOf(command));
      const made = await resources.reserve(name, asked);
      if (json) return out.print(JSON.stringify(made));
      out.print(made.id);
      out.note(
        made.state === 'asked'
          ? `${name} has not answered yet; see with ogm resource reservations ${name}`
          : `${name} keeps ${made.slots} cores from ${moment(made.startsAt)} to ${moment(made.endsAt)}: ogm submit --reservation ${made.id} …`,
      );
    });
}

function list(): Command {
  return commandWith('reservations', ['client'], 'List what the batch system behind a resource keeps')
    .argument('<name>', 'a resource of yours')
    .action(async (name: string, _options, command: Command) => {
      const { out, json } = contextOf(command);
      const found = await brokerClients(contextOf(command)).resources.reservations(name);
      if (json) for (const one of found) out.print(JSON.stringify(one));
      else if (found.length > 0) for (const line of table([heads, ...found.map(row)])) out.print(line);
      if (found.length > 0) return;
      out.note(`ogm: ${name} keeps nothing for later`);
      process.exitCode = exit.noMatch;
    });
}

const heads = ['RESERVATION', 'STATE', 'SLOTS', 'FROM', 'TO', 'THERE', 'REASON'];

function row({ id, state, slots, startsAt, endsAt, handle, reason }: ReservationView): string[] {
  return [id, state, String(slots), moment(startsAt), moment(endsAt), handle ?? '-', reason ?? '-'];
}

function release(): Command {
  return commandWith('release', ['client'], 'Have the batch system keep a reservation no longer')
    .argument('<name>', 'a resource of yours')
    .argument('<reservation>', 'as ogm resource reservations has it')
    .action(async (name: string, id: string, _options, command: Command) => {
      const { out, json } = contextOf(command);
      const isGone = await brokerClients(contextOf(command)).resources.release(name, id);
      if (json) out.print(JSON.stringify({ resource: name, reservation: id, released: isGone }));
      else if (!isGone) out.note(`${name} has not let go of it yet, and will`);
    });
}

/** Of this machine's time where no other is said. */
const moments = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$/;

function momentOf(text: string): number | undefined {
  if (text === 'now') return undefined;
  // A date alone would be read as one of UTC.
  const at = moments.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It is now, or a moment such as 2026-12-24T20:00 or 2026-12-24T19:00Z.');
  return at;
}

function durationOf(text: string): number {
  const reading = readDuration(text);
  if ('value' in reading && reading.value >= 1000) return reading.value;
  throw new InvalidArgumentError('It is a time span of a second or more, such as 90 min or 12 h.');
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}
