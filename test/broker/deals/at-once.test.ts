import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import type { Document1 } from '../../../grammar/index.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';
import { type Answer, asked, estimateOf, type Model, type Move, rules, stepped } from './model.ts';
import { faultsOfMoney, giveUsers, openTrade, orphans, said, userNamed } from './trade.ts';

const ann = userNamed('ann');
const minuteMs = 60_000;
const settings = {
  price: ['0.06 EUR/cpu-h'],
  'offer-lifetime': rules.offerLife * minuteMs,
  'amend-lifetime': rules.amendLife * minuteMs,
  'deal-margin': rules.margin * minuteMs,
};

/** Thousandths of a EUR. */
const balance = 30;
const row = 0;

type Spoken = Extract<Move, { by: unknown }>;

const ofOffers: readonly Spoken[] = [
  { kind: 'Accept', by: 'user', row },
  { kind: 'Counter', by: 'user', row },
  { kind: 'Reject', by: 'user', row },
  { kind: 'Cancel', by: 'broker', row },
];
const ofAgreements: readonly Spoken[] = [
  { kind: 'Amend', by: 'user', row, minutes: 5 },
  { kind: 'Amend', by: 'broker', row, minutes: 12 },
  { kind: 'Terminate', by: 'user', row },
  { kind: 'Terminate', by: 'broker', row },
  { kind: 'Complete', by: 'user', row },
];

/** Turns of the event loop by which the second may come later: a Counter is looked into before the store is asked to move it. */
const lagsAfter = (move: Spoken) => (move.kind === 'Counter' ? [0, 1, 2] : [0]);

function pairsOf(moves: readonly Spoken[]) {
  return moves.flatMap((first) =>
    moves.flatMap((second) => lagsAfter(first).map((lag) => ({ first, second, lag }))),
  );
}

function linesOf(move: Spoken, offer: string, agreement: string): string[] {
  if (move.kind === 'Counter') return [`Offer: ${offer}`, 'Walltime: 10 min'];
  if (move.kind === 'Amend') {
    const estimate = `Estimate: ${estimateOf(move.minutes) / 1000} EUR`;
    return [`Agreement: ${agreement}`, `Walltime: ${move.minutes} min`, estimate];
  }
  if (move.kind === 'Terminate') return [`Agreement: ${agreement}`, 'Reason: policy enough'];
  return [move.kind === 'Complete' ? `Agreement: ${agreement}` : `Offer: ${offer}`];
}

/** What was answered and what has become of it, as the model tells both. */
function shownBy(model: Model, answers: readonly (Answer | undefined)[]): string {
  const states = model.rows.map(({ state, minutes, amend }) => [state, minutes, amend?.by ?? null]);
  return JSON.stringify({
    answers: answers.map((answer) => [answer?.action, answer?.word ?? null]),
    ...{ states, balance: model.balance },
  });
}

describe('two moves of a deal at once', () => {
  for (const [of, moves] of [
    ['an Offer', ofOffers],
    ['an agreement', ofAgreements],
  ] as const)
    it(`of ${of} have the outcome of one after the other`, async () => {
      for (const pair of pairsOf(moves)) {
        const { first, second, lag } = pair;
        await using service = await openServiceStore('broker');
        const { store } = service;
        await giveUsers(store, ['ann'], String(balance / 1000));
        const nodes = { 'node-0': 64 };
        const trade = await openTrade({ store, clock: new ManualClock(1e12), nodes, settings });
        const say = (by: Spoken['by'], action: string, id: string, lines: readonly string[]) => {
          const text = ['SLA-version: 1.0', `Action: ${action}`, `Id: ${id}`, ...lines].join('\n');
          return trade.say(by === 'user' ? ann : localAdministrator, text);
        };
        const ask = ['Application: gcc4.0.2', 'Cpus: 2', 'Walltime: 10 min'];
        const offer = said(await say('user', 'Ask', 'ask', ask), 'Id') ?? '';
        let model = asked(balance, false);
        let agreement = '';
        if (moves === ofAgreements) {
          agreement = said(await say('user', 'Accept', 'acc', [`Offer: ${offer}`]), 'Id') ?? '';
          model = stepped(model, { kind: 'Accept', by: 'user', row }).model;
        }
        const sayMove = (move: Spoken, id: string) =>
          say(move.by, move.kind, id, linesOf(move, offer, agreement));
        const saying = sayMove(first, 'm-1');
        for (let turns = 0; turns < lag; turns += 1) await turn();
        const replies: Document1[] = await Promise.all([saying, sayMove(second, 'm-2')]);
        const found = replies.map((reply) => ({
          action: reply.action,
          word: said(reply, 'Reason')?.split(' ')[0],
        }));
        const { deals } = await trade.deals.list({ whose: 'ann' });
        const [account] = await trade.ledger.accounts('ann');
        const shown = JSON.stringify({
          answers: found.map(({ action, word }) => [action, action === 'Decline' ? (word ?? null) : null]),
          states: deals.toReversed().map(({ state, terms, amendment }) => {
            const walltime = terms.find(({ name }) => name === 'Walltime')?.value ?? '';
            return [state, Number.parseInt(walltime, 10), amendment?.by ?? null];
          }),
          balance: Math.round(Number(account?.balance) * 1000),
        });
        const inOrder = (one: Spoken, other: Spoken) => {
          const done = stepped(model, one);
          const then = stepped(done.model, other);
          return { model: then.model, answers: [done.answer, then.answer] as const };
        };
        const [there, back] = [inOrder(first, second), inOrder(second, first)];
        expect(shown, JSON.stringify(pair)).to.be.oneOf([
          shownBy(there.model, there.answers),
          shownBy(back.model, back.answers.toReversed()),
        ]);
        expect(await store.read((sql) => [...faultsOfMoney(sql), ...orphans(sql)])).to.deep.equal([]);
        await trade.stop();
      }
    });
});
