import type { Command } from 'commander';
import type { Document1 } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { askIn, dealAsk, matchesOf } from '../deals/asking.ts';
import { brokersOf, type DealBroker } from '../deals/brokers.ts';
import { type Answer, type Foretold, planOf } from '../deals/plan.ts';
import { exit } from '../exit.ts';
import { jsonOf } from '../sla/readings.ts';
import { rewritten } from '../sla/rewritten.ts';
import { table } from '../table.ts';
import { printAnswers } from './answers.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { interruptible } from './interruptible.ts';

/** `ogm plan`: who would offer what an Ask wants, and when; nothing is held. */
export function planCommand(): Command {
  return commandWith('plan', ['client'], 'Say who would offer what an Ask wants, at what price, and when')
    .description(
      'Says who would offer what an Ask wants, at what price, and when it would start. Nothing is held, and nothing is promised: ogm ask --best makes the deal.',
    )
    .argument('[file]', 'a file with an Ask of version 1.0; standard input if it is left out or -', '-')
    .action(async (file: string, _options, command: Command) => {
      const context = contextOf(command);
      await interruptible(failure('cancelled', 'the plan was cancelled'), async (signal) => {
        await plan(context, await askIn(context, file), signal);
      });
    });
}

async function plan(context: Context, asked: Document1, signal: AbortSignal): Promise<void> {
  const { out, json } = context;
  const wanted = dealAsk(asked);
  const matches = await matchesOf(context, wanted, signal);
  if (matches.brokers.length === 0) {
    printAnswers(context, matches.answers);
    out.note('ogm: nothing matches');
    process.exitCode = exit.noMatch;
    return;
  }
  const { brokers, unknown } = brokersOf(context, matches);
  const answers = await whyOf(context, rewritten(wanted.ask, { Action: 'Why' }), brokers, signal);
  const foretold = planOf(wanted.ask, answers, matches.tells, unknown);
  if (json) for (const one of foretold) out.print(JSON.stringify(asJson(one)));
  else for (const line of table([heads, ...foretold.map(rowOf)])) out.print(line);
  if (foretold.some(({ outcome }) => outcome === 'best')) return;
  const away = foretold.filter(({ outcome }) => outcome === 'failed' || outcome === 'late').length;
  if (away > 0) {
    const which = away === foretold.length ? 'no broker' : 'not every broker';
    throw new Refusal(
      failure('unavailable', `nobody would offer it, and ${which} that matches has answered`),
    );
  }
  out.note('ogm: nobody would offer it; ask for less, or for another time');
  process.exitCode = exit.noMatch;
}

/** Asks brokers, so many at once; one that does not answer in time is waited for no more. */
async function whyOf(
  { config, out }: Context,
  why: Document1,
  brokers: readonly DealBroker[],
  signal: AbortSignal,
): Promise<Answer<DealBroker>[]> {
  const { 'offers-at-once': atOnce, 'offer-patience': patienceMs } = config.client;
  out.progress(`asking ${brokers.length} ${brokers.length === 1 ? 'broker' : 'brokers'}`);
  const answers = new Map<DealBroker, Answer<DealBroker>>();
  const waiting = [...brokers];
  const work = async () => {
    for (let broker = waiting.shift(); broker !== undefined; broker = waiting.shift())
      answers.set(broker, await answerOf(broker, why, signal, patienceMs));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  signal.throwIfAborted();
  return brokers.flatMap((broker) => answers.get(broker) ?? []);
}

async function answerOf(
  broker: DealBroker,
  why: Document1,
  signal: AbortSignal,
  patienceMs: number,
): Promise<Answer<DealBroker>> {
  const patience = AbortSignal.timeout(patienceMs);
  try {
    return { broker, answers: await broker.send(why, { signal: AbortSignal.any([signal, patience]) }) };
  } catch (error) {
    if (patience.aborted) return { broker, outcome: 'late', why: 'no answer in time' };
    return { broker, outcome: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

const heads = ['BROKER', 'START', 'ESTIMATE', 'PRICE', ''];

function rowOf(foretold: Foretold): string[] {
  const { broker, outcome, why } = foretold;
  const said = (name: string, unsaid: string) =>
    ('terms' in foretold ? valueIn(foretold.terms, name) : undefined) ?? unsaid;
  if (!('terms' in foretold)) return [broker, '-', '-', '-', why];
  const price = said('Price', 'free');
  const estimate = said('Estimate', price === 'free' ? 'free' : 'not said');
  return [broker, said('Start', 'not said'), estimate, price, outcome === 'best' ? 'the best' : why];
}

function asJson(foretold: Foretold) {
  const { broker, outcome, why } = foretold;
  const terms = 'terms' in foretold ? foretold.terms : undefined;
  const said = (name: string) => (terms === undefined ? null : (valueIn(terms, name) ?? null));
  return {
    ...{ broker, outcome, start: said('Start'), deadline: said('Deadline') },
    ...{ price: said('Price'), estimate: said('Estimate'), why: why === '' ? null : why },
    terms: terms === undefined ? null : termsOf(terms),
  };
}

function valueIn({ headers }: Document1, wanted: string): string | undefined {
  return headers.find(({ name }) => name === wanted)?.value;
}

/** The terms alone: what would be an Offer has no Id yet. */
function termsOf(terms: Document1): unknown {
  const {
    'SLA-version': _version,
    Action: _action,
    Id: _id,
    'In-reply-to': _to,
    ...said
  } = jsonOf(terms) as Record<string, unknown>;
  return said;
}
