import { expect } from 'chai';
import { type Answer, planOf } from '../../../cli/deals/plan.ts';
import type { OfferingBroker } from '../../../client/index.ts';
import { type Document1, readAnyDocuments } from '../../../grammar/index.ts';

function documentOf(text: string): Document1 {
  const [reading] = readAnyDocuments(text);
  if (reading !== undefined && 'document' in reading && 'envelope' in reading.document)
    return reading.document;
  throw new Error(`this is no document:\n${text}`);
}

const ask = documentOf(
  'SLA-version: 1.0\nAction: Ask\nId: ask-1\nCpus: 2\nWalltime: 1 h\nBudget: 1 EUR\nRank: -their.Load\n',
);

function at(name: string): OfferingBroker {
  return { name, send: () => Promise.reject(new Error('nobody is asked here')) };
}

function because(name: string, ...headers: readonly string[]): Answer<OfferingBroker> {
  const text = `SLA-version: 1.0\nAction: Because\nIn-reply-to: ask-1\n${headers.join('\n')}\n`;
  return { broker: at(name), answers: [documentOf(text)] };
}

const terms = (price: string, estimate: string) => [
  ...[
    'Matched: 1 of 2',
    'Clause: Cpus: 2 -> 1 yes, 1 no, 0 unsaid; alone stops 1',
    'Cpus: 2',
    'Walltime: 1 h',
  ],
  ...['Start: 2026-12-01T10:00Z', `Price: ${price}`, `Estimate: ${estimate}`],
];

describe('a plan', () => {
  it('says first who would offer, the best first, then who would not, and who is not known here', () => {
    const plan = planOf(
      ask,
      [
        because('silent:1', 'Matched: 0 of 3', 'Reason: capacity start 14:20 at the earliest'),
        because('dear:1', ...terms('0.40 EUR/cpu-h', '0.80 EUR')),
        { broker: at('late:1'), outcome: 'late', why: 'no answer in time' },
        because('cheap:1', ...terms('0.10 EUR/cpu-h', '0.20 EUR')),
      ],
      [],
      ['stranger:1'],
    );
    expect(plan.map(({ broker, outcome, why }) => [broker, outcome, why])).to.deep.equal([
      ['cheap:1', 'best', ''],
      ['dear:1', 'offer', ''],
      ['silent:1', 'declined', 'capacity start 14:20 at the earliest'],
      ['late:1', 'late', 'no answer in time'],
      ['stranger:1', 'unknown', 'matches too, and is not in client.brokers'],
    ]);
    const [best] = plan;
    const said = best !== undefined && 'terms' in best ? best.terms.headers.map(({ name }) => name) : [];
    expect(said.slice(4), 'the terms, and nothing of how they were found').to.deep.equal([
      ...['Cpus', 'Walltime', 'Start', 'Price', 'Estimate'],
    ]);
  });

  it('takes nobody’s word for what does not answer the Ask, or is no Offer', () => {
    const plan = planOf(
      ask,
      [
        because('over:1', ...terms('0.60 EUR/cpu-h', '1.20 EUR')),
        because('under:1', ...terms('0.60 EUR/cpu-h', '0.10 EUR')),
        because('test:1', 'Matched: 1 of 1', 'Cpus: >= 2'),
        {
          broker: at('host:1'),
          answers: [documentOf('SLA-version: 1.0\nAction: Decline\nReason: not-understood Action Why\n')],
        },
        { broker: at('none:1'), answers: [] },
      ],
      [],
      [],
    );
    const outcomes = Object.fromEntries(plan.map(({ broker, outcome }) => [broker, outcome]));
    expect(outcomes).to.deep.equal({
      ...{ 'over:1': 'unfit', 'under:1': 'unfit', 'test:1': 'failed' },
      ...{ 'host:1': 'declined', 'none:1': 'declined' },
    });
  });
});
