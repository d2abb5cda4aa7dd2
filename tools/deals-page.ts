import type { DealMover } from '../protocol/deals/states.ts';
import type { Move } from '../protocol/jobs/states.ts';
import { diagramOf, type Machine } from './jobs-page.ts';

/** A state machine whose moves are documents, time, or what is learnt. */
export interface DealMachine extends Machine {
  /** Where it begins. */
  readonly first: readonly string[];
  readonly moves: readonly (Move<string> & { readonly verb: string; readonly by: DealMover })[];
}

/** The text of docs/deals.md, made from the tables of moves alone. */
export function dealsPage(machines: readonly DealMachine[]): string {
  return [introduction, ...machines.map(section)].join('\n');
}

function section({ title, introduction: text, states, first, moves }: DealMachine): string {
  const arrows = moves.map(({ from, verb, to }) => ({ from, to, label: verb }));
  return [
    `## ${title}`,
    '',
    text,
    '',
    '| from | move | by | becomes | when |',
    '|---|---|---|---|---|',
    ...moves.map(({ from, verb, by, to, when }) => `| ${from} | ${verb} | ${movers[by]} | ${to} | ${when} |`),
    '',
    ...diagramOf(states, first, arrows),
    '',
  ].join('\n');
}

const movers: Readonly<Record<DealMover, string>> = {
  user: 'the user',
  broker: 'the broker',
  either: 'either',
  other: 'the other side',
  itself: 'time, or what the broker learns',
};

const introduction = `# Deals

<!-- Generated from protocol/deals/states.ts by \`npm run generate\`; edit the tables there instead. -->

What is said in the documents of a deal stands in [sla.md](sla.md#deals). What may become of it stands here, and the
broker's store refuses all else: a move that is not in the table is declined \`too-late\`, with \`State\` as it stands. Of two
moves at once the one that the store takes first counts. A move that is sent again, with its Id and its text, is answered as
the first time and moves nothing. Each move is an event, with a cursor, and comes on the user's Watch.
`;
