import { expect } from 'chai';
import { JobsClient, type PrintedPiece } from '../../client/index.ts';
import { type GivenWork, givenWork } from '../broker/given-work.ts';

const quick = { firstMs: 1, mostMs: 1 };

describe('the client of what tasks print', () => {
  let given: GivenWork;
  let jobs: JobsClient;
  let text: string;
  let end: (how?: object) => void;

  beforeEach(async () => {
    given = await givenWork();
    jobs = new JobsClient({ url: given.url, fetch }, quick);
    text = '';
    await given.agent(
      () => {
        const ended = Promise.withResolvers<object>();
        end = (how = {}) => ended.resolve({ stdout: { text: Buffer.from(text).toString('base64') }, ...how });
        return ended.promise;
      },
      () => text,
    );
  });

  afterEach(() => given[Symbol.asyncDispose]());

  async function started(): Promise<string> {
    const { id } = await jobs.submit({ application: 'echo', repeatable: true });
    for await (const { counts } of jobs.follow(id)) if (counts.started === 1) break;
    return id;
  }

  const textOf = (pieces: readonly PrintedPiece[]) =>
    pieces.map(({ bytes }) => Buffer.from(bytes).toString()).join('');

  it('gives what there is by now, and with `follow` what comes until the end, each byte once', async () => {
    const id = await started();
    text = 'one\n';
    expect(textOf(await Array.fromAsync(jobs.stdout(id, 1)))).to.equal('one\n');
    const seen: PrintedPiece[] = [];
    for await (const piece of jobs.stdout(id, 1, { follow: true })) {
      seen.push(piece);
      if (textOf(seen) === 'one\n') text += 'two\n';
      else if (textOf(seen) === 'one\ntwo\n') {
        text += 'three\n';
        end();
      }
    }
    expect(textOf(seen)).to.equal('one\ntwo\nthree\n');
    expect(seen.map(({ attempt, from }) => [attempt, from])).to.deep.equal([
      [1, 0],
      [1, 4],
      [1, 8],
    ]);
    expect(await Array.fromAsync(jobs.stderr(id, 1, { follow: true }))).to.deep.equal([]);
  });

  it('goes on where it was though calls and answers get lost', async () => {
    let calls = 0;
    const losing = new JobsClient(
      {
        url: given.url,
        fetch: async (input, init) => {
          calls += 1;
          if (calls % 3 === 1) throw new TypeError('fetch failed');
          const answer = await fetch(input, init);
          if (calls % 3 === 2) throw new TypeError('fetch failed');
          return answer;
        },
      },
      quick,
    );
    const id = await started();
    text = '0 ';
    const seen: PrintedPiece[] = [];
    for await (const piece of losing.stdout(id, 1, { follow: true })) {
      seen.push(piece);
      if (seen.length < 5) text += `${seen.length} `;
      else if (seen.length === 5) end();
    }
    expect(textOf(seen)).to.equal('0 1 2 3 4 ');
  });

  it('begins anew with another attempt, unless only the one is wanted', async () => {
    const id = await started();
    text = 'first';
    const seen: PrintedPiece[] = [];
    const only = Array.fromAsync(jobs.stdout(id, 1, { follow: true, attempt: 1 }));
    for await (const piece of jobs.stdout(id, 1, { follow: true })) {
      seen.push(piece);
      if (textOf(seen) === 'first') {
        const before = end;
        text = '';
        before({
          exit: { kind: 'lost', code: null, startedAt: 1, endedAt: 2, cpuSeconds: 0, maxRssBytes: 0 },
        });
        while (end === before) await new Promise(setImmediate);
        text = 'second';
      } else if (textOf(seen) === 'firstsecond') end();
    }
    expect(seen.map(({ attempt, from }) => [attempt, from])).to.deep.equal([
      [1, 0],
      [2, 0],
    ]);
    expect(textOf(await only)).to.equal('first');
  });

  it('ends when it is called off', async () => {
    const id = await started();
    const stop = new AbortController();
    text = 'one';
    const seen: PrintedPiece[] = [];
    const reading = (async () => {
      for await (const piece of jobs.stdout(id, 1, { follow: true, signal: stop.signal })) {
        seen.push(piece);
        stop.abort();
      }
    })();
    expect(
      await reading.then(
        () => 'its end',
        () => 'called off',
      ),
    ).to.equal('called off');
    expect(textOf(seen)).to.equal('one');
    end();
  });
});
