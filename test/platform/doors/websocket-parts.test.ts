import { once } from 'node:events';
import { expect } from 'chai';
import type { FramePart } from '../../../platform/doors/http.ts';
import { countTurns, signal, spin } from './support.ts';
import { frames, givenSocketDoor } from './websocket-given.ts';

/** The words of a frame as its messages, which the last of them answers. */
function words(begin: (word: string) => Promise<void> | void, characters = 1) {
  return {
    split(frame: string): FramePart[] {
      const all = frame.split(' ');
      const over: Promise<void>[] = [];
      return all.map((word, index) => ({
        characters,
        isLast: index === all.length - 1,
        async begin() {
          over[index] = (async () => begin(word))();
          await over[index];
          if (index < all.length - 1) return undefined;
          await Promise.all(over);
          return frame;
        },
      }));
    },
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

describe('a frame of several messages', () => {
  it('has no more of them in flight than the connection may, and is answered all the same', async () => {
    let inFlight = 0;
    let most = 0;
    const begun: string[] = [];
    const handler = words(async (word) => {
      begun.push(word);
      most = Math.max(most, ++inFlight);
      await new Promise(setImmediate);
      inFlight -= 1;
    });
    await using given = await givenSocketDoor(() => handler, { inFlight: 3 });
    const websocket = await given.client();
    const sent = [numbers(20), numbers(1), numbers(7)].map((all) => all.join(' '));
    const answers = frames(websocket, 3);
    for (const frame of sent) websocket.send(frame);
    expect(await answers).to.deep.equal(sent);
    expect(most).to.equal(3);
    expect(begun).to.deep.equal([...numbers(20), ...numbers(1), ...numbers(7)]);
  });

  it('lets the event loop go round where much of it was begun', async () => {
    using turns = countTurns();
    const used = new Set<number>();
    await using given = await givenSocketDoor(() => words(() => void used.add(turns.now), 64 * 1024));
    const websocket = await given.client();
    const answered = frames(websocket, 1);
    websocket.send(numbers(10).join(' '));
    await answered;
    expect(used.size).to.be.at.least(5);
  });

  it('lets the event loop go round where to begin them takes long, however few characters they have', async () => {
    using turns = countTurns();
    const used = new Set<number>();
    const slowly = () => {
      used.add(turns.now);
      spin(5);
    };
    await using given = await givenSocketDoor(() => words(slowly));
    const websocket = await given.client();
    const answered = frames(websocket, 1);
    websocket.send(numbers(10).join(' '));
    await answered;
    expect(used.size).to.be.at.least(5);
  });

  it('counts as often as it has messages, and ends the connection where one comes too soon', async () => {
    const begun: string[] = [];
    let left = 5;
    const late = { code: 'too-many', status: 429, detail: 'too soon' };
    await using given = await givenSocketDoor(
      () => words((word) => void begun.push(word)),
      {},
      (_request, sender) => ({ sender, next: () => (left-- > 0 ? undefined : late) }),
    );
    const websocket = await given.client();
    const closed = once(websocket, 'close');
    websocket.send('a b c');
    websocket.send('d e f g');
    const [code, reason] = await closed;
    expect([code, String(reason)]).to.deep.equal([1_008, 'too soon']);
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
  });

  it('of which one came too soon is begun no further, though the next would come in time', async () => {
    const begun: string[] = [];
    const late = { code: 'too-many', status: 429, detail: 'too soon' };
    let asked = 0;
    await using given = await givenSocketDoor(
      () => words((word) => void begun.push(word)),
      { inFlight: 2 },
      (_request, sender) => ({ sender, next: () => (++asked === 3 ? late : undefined) }),
    );
    const websocket = await given.client();
    const closed = once(websocket, 'close');
    websocket.send('a b c d');
    websocket.send('e f');
    expect((await closed)[0]).to.equal(1_008);
    await given.stop();
    expect(begun).to.deep.equal(['a', 'b']);
  });

  it('of which some were begun when the door stops is begun wholly and answered, and no other', async () => {
    const begun: string[] = [];
    const some = signal();
    const may = signal();
    const handler = words(async (word) => {
      if (begun.push(word) === 2) some.resolve();
      await may.promise;
    });
    await using given = await givenSocketDoor(() => handler, { inFlight: 2 });
    const websocket = await given.client();
    const answers = frames(websocket, 1);
    const closed = once(websocket, 'close');
    websocket.send('a b c d');
    websocket.send('e f');
    await some.promise;
    const stopped = given.stop();
    may.resolve();
    expect(await answers).to.deep.equal(['a b c d']);
    expect((await closed)[0]).to.equal(1_001);
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd']);
    await stopped;
  });

  it('is begun no further when what let its sender in holds no more', async () => {
    const begun: string[] = [];
    const some = signal();
    const may = signal();
    const revoked = new AbortController();
    const handler = words(async (word) => {
      if (begun.push(word) === 2) some.resolve();
      await may.promise;
    });
    await using given = await givenSocketDoor(
      () => handler,
      { inFlight: 2 },
      (_request, sender) => ({
        sender,
        ended: revoked.signal,
      }),
    );
    const websocket = await given.client();
    const closed = once(websocket, 'close');
    websocket.send('a b c d');
    await some.promise;
    revoked.abort();
    may.resolve();
    const [code, reason] = await closed;
    expect([code, String(reason)]).to.deep.equal([1_008, 'the token holds no more']);
    await given.stop();
    expect(begun).to.deep.equal(['a', 'b']);
  });
});
