import fc from 'fast-check';
import { isPossible, type Model, type Move, stepped } from './model.ts';
import { doneIn, expectReopened, type Place, Worlds } from './world.ts';

/** Moves (a count) of the longest way that is followed through, and of that with a batch system. */
const depth = 4;
const reservedDepth = 3;

/** Thousandths of a EUR: enough for one agreement of 10 minutes, and not for one of 20. */
const balance = 30;

/** What the two clients may say of one Offer, and what may happen to it. */
const movesOf = (row: number): Move[] => [
  { kind: 'Counter', by: 'user', row },
  { kind: 'Accept', by: 'user', row },
  { kind: 'Accept', by: 'broker', row },
  { kind: 'Reject', by: 'user', row },
  { kind: 'Cancel', by: 'broker', row },
  { kind: 'Cancel', by: 'user', row },
  { kind: 'Amend', by: 'user', row, minutes: 5 },
  { kind: 'Amend', by: 'user', row, minutes: 20 },
  { kind: 'Amend', by: 'broker', row, minutes: 5 },
  { kind: 'accept-amend', by: 'user', row },
  { kind: 'accept-amend', by: 'broker', row },
  { kind: 'reject-amend', by: 'user', row },
  { kind: 'reject-amend', by: 'broker', row },
  { kind: 'Terminate', by: 'user', row },
  { kind: 'Terminate', by: 'broker', row },
  { kind: 'Complete', by: 'user', row },
  { kind: 'Complete', by: 'broker', row },
  { kind: 'work-begins', row },
  { kind: 'work-ends', row },
];

/** The same where a batch system has to keep first what is accepted. */
const reservedMovesOf = (row: number): Move[] => [
  { kind: 'Counter', by: 'user', row },
  { kind: 'Accept', by: 'user', row },
  { kind: 'kept', row },
  { kind: 'not-kept', row },
  { kind: 'Reject', by: 'user', row },
  { kind: 'Cancel', by: 'broker', row },
  { kind: 'Terminate', by: 'user', row },
  { kind: 'Terminate', by: 'broker', row },
  { kind: 'Complete', by: 'user', row },
  { kind: 'work-begins', row },
  { kind: 'work-ends', row },
];

const wait: Move = { kind: 'wait' };

function movesIn(model: Model): Move[] {
  return [...model.rows.keys()]
    .flatMap(model.reserves ? reservedMovesOf : movesOf)
    .concat(wait)
    .filter((move) => isPossible(model, move));
}

/** Follows all ways of so many moves from a place, each to the end. */
async function expectAllWays(worlds: Worlds, from: Place, moves: number): Promise<void> {
  let places = [from];
  const seen = new Set([JSON.stringify(from.model)]);
  for (let step = 0; step < moves; step += 1) {
    const next: Place[] = [];
    for (const place of places) {
      const moves = movesIn(place.model);
      const changes = (move: Move) =>
        JSON.stringify(stepped(place.model, move).model) !== JSON.stringify(place.model);
      for (const move of moves.filter(changes)) {
        const key = JSON.stringify(stepped(place.model, move).model);
        const after = await worlds.after(place, move);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(after);
      }
      await expectReopened(
        place,
        moves.filter((move) => !changes(move)),
      );
    }
    places = next;
  }
}

describe('the moves of two clients', () => {
  it('have one outcome each, whichever came before, as the table says, with the store opened anew after each', async () => {
    await using worlds = await Worlds.open();
    await expectAllWays(worlds, await worlds.begin(balance), depth);
  });

  it('have it also where a batch system must keep first what is accepted', async () => {
    await using worlds = await Worlds.open();
    await expectAllWays(worlds, await worlds.begin(balance, true), reservedDepth);
  });

  it('have them on any long way too', async () => {
    await using worlds = await Worlds.open();
    const ways = fc.array(fc.nat(), { minLength: 6, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(ways, async (way) => {
        let place = await worlds.begin(balance);
        for (const choice of way) {
          const moves = movesIn(place.model);
          place = await doneIn(place, moves[choice % moves.length] ?? wait);
        }
        await expectReopened(place);
      }),
      { numRuns: 8 },
    );
  });
});
