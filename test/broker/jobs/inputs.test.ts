import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { HeldInputs } from '../../../broker/jobs/held-inputs.ts';
import { LargeInputsReader, largeInputsText } from '../../../broker/jobs/large-inputs.ts';
import { mostMarks } from '../../../protocol/agent/inputs.ts';
import { factsOf, type GivenJobs, givenBlobs, givenJobs, owner, type ScriptedAgent } from './support.ts';

const mebi = 2 ** 20;
const blobOf = (word: string) => createHash('sha256').update(word).digest('hex');
/** What a node calls the input of an owner, by the words of docs/agent-protocol.md alone. */
const markOf = (who: string, blob: string) => blobOf(`${who}\n${blob}`).slice(0, 16);

const [big, bigger, small] = [blobOf('big'), blobOf('bigger'), blobOf('small')];
const blobs = givenBlobs(
  new Map([
    [big, 5 * mebi],
    [bigger, 300 * mebi],
    [small, 100],
  ]),
);
const inputs = [
  { path: 'a', blob: big },
  { path: 'b', blob: small },
  { path: 'c', blob: bigger },
  { path: 'again', blob: bigger },
];

async function holding(
  given: GivenJobs,
  resource: string,
  ...held: readonly string[]
): Promise<ScriptedAgent> {
  const agent = await given.agent(resource);
  const gained = held.map((blob) => markOf(owner, blob));
  await agent.say({ type: 'holds', gained, lost: [] });
  return agent;
}

describe('a task with large inputs', () => {
  it('goes to the node that has them, and its event says so', async () => {
    await using given = await givenJobs({}, blobs);
    const nodes = [await given.agent('n1'), await holding(given, 'n2', bigger), await given.agent('n3')];
    const { id } = await given.submit({ inputs, tasks: 2 });
    expect(nodes.map(({ assigned }) => assigned.length)).to.deep.equal([0, 2, 0]);
    const { events } = await given.jobs.events(
      owner,
      { job: id, after: 0 },
      { wait: 0, signal: new AbortController().signal },
    );
    const held = events.filter(({ state }) => state === 'held').map(({ text }) => text);
    const why = 'large inputs already there: 1 of 2, 300.0 MiB';
    expect(held).to.deep.equal([why, why]);
  });

  it('begins elsewhere rather than wait for that node', async () => {
    await using given = await givenJobs({}, blobs);
    const node = await given.agent('n1', { mostTasks: 1, mostHeld: 8 });
    await node.say({ type: 'holds', gained: [markOf(owner, big)], lost: [] });
    await given.submit({ inputs });
    const free = await given.agent('n2', { mostTasks: 1 });
    const { id } = await given.submit({ inputs });
    expect(free.assigned).to.deep.equal([`${id}.1 #1`]);
  });

  it('goes by load as long as nobody has them, or all have', async () => {
    for (const there of [[], [big, bigger]]) {
      await using given = await givenJobs({}, blobs);
      const nodes = [await holding(given, 'n1', ...there), await holding(given, 'n2', ...there)];
      await given.submit({ inputs, tasks: 4 });
      expect(nodes.map(({ assigned }) => assigned.length)).to.deep.equal([2, 2]);
    }
  });

  it('does not go by what others have sent, nor by what a node has no more, or said in another session', async () => {
    await using given = await givenJobs({}, blobs);
    const node = await holding(given, 'n2', bigger);
    const other = await given.agent('n1');
    given.shares.add('n1 eve').add('n2 eve');
    await node.say({ type: 'holds', gained: [markOf('eve', big)], lost: [markOf(owner, bigger)] });
    await given.submit({ inputs });
    expect([node.assigned, other.assigned.length], 'of eve, and no more').to.deep.equal([[], 1]);
    await node.say({ type: 'holds', gained: [markOf(owner, bigger)], lost: [] });
    const again = await given.agent('n2');
    const third = await given.agent('n0');
    await given.submit({ inputs });
    expect([again.assigned, third.assigned.length], 'of before').to.deep.equal([[], 1]);
  });

  it('goes there after the broker began anew, and after its inputs were changed', async () => {
    await using given = await givenJobs({}, blobs);
    const { id } = await given.submit({ inputs });
    const { id: changed } = await given.submit({ hold: true, inputs: [] });
    await given.jobs.change(owner, changed, { inputs: [{ path: 'x', blob: big, executable: false }] });
    await given.jobs.queue(owner, changed);
    await given.restart();
    const empty = await given.agent('n1', { draining: true });
    const full = await given.agent('n2', { draining: true });
    await full.say({ type: 'holds', gained: [markOf(owner, big)], lost: [] });
    await Promise.all([empty.say(factsOf()), full.say(factsOf())]);
    expect([empty.assigned, full.assigned]).to.deep.equal([[], [`${id}.1 #1`, `${changed}.1 #1`]]);
  });
});

describe('the inputs that a node has', () => {
  const words = ['a', 'b', 'c', 'd', 'e'];
  const some = fc.uniqueArray(fc.constantFrom(...words));
  const reader = new LargeInputsReader(1);

  it('are those that it gained and has not lost, and what a job lacks is the rest of it', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ gained: some, lost: some })), some, (said, wanted) => {
        const held = new HeldInputs();
        const model = new Set<string>();
        const marks = (of: readonly string[]) => of.map((word) => markOf(owner, blobOf(word)));
        const text = largeInputsText(
          owner,
          wanted.map((word, index) => ({
            ...{ path: word, blob: blobOf(word), executable: false },
            bytes: (index + 1) * mebi,
          })),
        );
        const job = text === null ? undefined : reader.of(text);
        for (const { gained, lost } of said) {
          held.take({ type: 'holds', gained: marks(gained), lost: marks(lost) });
          for (const word of lost) model.delete(word);
          for (const word of gained) model.add(word);
          if (job === undefined) continue;
          const lacking = wanted.reduce(
            (sum, word, index) => sum + (model.has(word) ? 0 : (index + 1) * mebi),
            0,
          );
          expect(held.lacks(job)).to.equal(lacking);
          expect(held.words(job) === null).to.equal(lacking === job.totalBytes);
        }
        expect(job === undefined).to.equal(wanted.length === 0);
      }),
    );
  });

  it('are no more than a session may name, whatever it says', () => {
    const held = new HeldInputs();
    const mark = (number: number) => number.toString(16).padStart(16, '0');
    for (let number = 0; number < 2 * mostMarks; number += 1)
      held.take({ type: 'holds', gained: [mark(number)], lost: [] });
    const lacks = (number: number) => held.lacks(reader.of(JSON.stringify([[mark(number), mebi]])));
    expect([lacks(mostMarks - 1), lacks(mostMarks)]).to.deep.equal([0, mebi]);
  });

  it('count for a job by the largest of it alone', () => {
    const files = Array.from({ length: 50 }, (_, index) => ({
      ...{ path: `${index}`, blob: blobOf(`${index}`), executable: false },
      bytes: (index + 1) * mebi - 1,
    }));
    const { bytes } = reader.of(largeInputsText(owner, files) ?? '[]');
    expect([...bytes.values()]).to.deep.equal(
      Array.from({ length: 8 }, (_, index) => (50 - index) * mebi - 1),
    );
    expect(largeInputsText(owner, files.slice(0, 1)), 'less than 1 MiB').to.equal(null);
  });
});
