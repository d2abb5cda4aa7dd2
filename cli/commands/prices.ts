import { type Command, InvalidArgumentError, Option } from 'commander';
import { PricesClient } from '../../client/index.ts';
import { currencyName } from '../../protocol/accounts.ts';
import type { PriceHour, PriceNow } from '../../protocol/prices.ts';
import { exit } from '../exit.ts';
import { serviceAt } from '../services.ts';
import { table } from '../table.ts';
import { commandWith, contextOf } from './context.ts';

const msAnHour = 3_600_000;

/** How far back it looks unless it is told, in hours. */
const usualHours = 24;

interface Options {
  readonly currency?: string;
  readonly unit?: string;
  readonly hours: number;
}

/** `ogm prices`: what an application costs at the market, now and hour by hour. */
export function pricesCommand(): Command {
  return commandWith('prices', ['client'], 'Tell what an application costs, and cost before')
    .description(
      'Tells what Tells of an application ask: now, and hour by hour; the least, a quarter, the median, three quarters and the most.',
    )
    .argument('<application>', 'its whole name, such as gcc12.2.0')
    .option('--currency <currency>', 'in this one alone', currencyOf)
    .addOption(
      new Option('--unit <unit>', 'by this alone; what is charged once is by job').choices([
        ...['h', 'cpu-h', 'gpu-h', 'GiB-h', 'task', 'job'],
      ]),
    )
    .option('--hours <number>', 'how many hours back', hoursOf, usualHours)
    .action(async (application: string, { currency, unit, hours }: Options, command: Command) => {
      const context = contextOf(command);
      const { out, json } = context;
      const prices = new PricesClient(serviceAt(context, 'market'));
      const of = { currency, unit, since: context.clock.now() - hours * msAnHour };
      const rows: string[][] = [];
      const say = (when: string, price: PriceNow | PriceHour) => {
        if (json) out.print(JSON.stringify({ application, ...price }));
        else rows.push(rowOf(when, price));
      };
      for (const price of await prices.now(application, of)) say('now', price);
      for await (const price of prices.hours(application, of)) say(hourText(price.hour), price);
      for (const line of rows.length === 0 ? [] : table([heads, ...rows])) out.print(line);
      if (json || rows.length > 0) return;
      out.note(`ogm: no Tell asks a price for ${application}, and none did in the last ${hours} hours`);
      process.exitCode = exit.noMatch;
    });
}

const heads = ['HOUR', 'FOR', 'TELLS', 'LEAST', 'LOWER', 'MEDIAN', 'UPPER', 'MOST'];

function rowOf(when: string, { currency, unit, tells, ...spread }: PriceNow): string[] {
  const { least, lower, median, upper, most } = spread;
  return [when, `${currency}/${unit}`, `${tells}`, least, lower, median, upper, most];
}

/** As a timestamp of the language, to the minute. */
function hourText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}

function currencyOf(text: string): string {
  if (currencyName.safeParse(text).success) return text;
  throw new InvalidArgumentError('It is written in capitals, such as CREDIT.');
}

function hoursOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1.');
}
