import { once } from 'node:events';
import { expect } from 'chai';
import { createTextDoor } from '../../../platform/doors/text.ts';
import { Refusal } from '../../../platform/failure.ts';
import {
  anyPort,
  converseWith,
  dial,
  lineSplitter,
  memoryLog,
  openAdmission,
  readAll,
  signal,
  textLimits,
} from './support.ts';
import { echo, givenTextDoor } from './text-given.ts';

describe('a text door', () => {
  it('refuses a peer that is not admitted by one line, reading nothing of it', async () => {
    const seen: string[] = [];
    await using given = await givenTextDoor(
      async (message) => {
        seen.push(message);
        return { text: [] };
      },
      {
        admission: { admit: async () => ({ code: 'not-the-owner', status: 403, detail: 'no', next: 'go' }) },
      },
    );
    expect(await converseWith(given.listening, 'one\ntwo\n')).to.equal('# error: no; go\n');
    expect(seen).to.deep.equal([]);
  });

  it('drops a connection whose admission fails, and serves on', async () => {
    let first = true;
    await using given = await givenTextDoor(echo, {
      admission: {
        async admit(connection) {
          if (!first) return openAdmission.admit(connection);
          first = false;
          throw new Error('broken');
        },
      },
    });
    await converseWith(given.listening, 'one\n').catch(() => '');
    expect(await converseWith(given.listening, 'one\n')).to.equal('one\n');
  });

  it('tells a connection over the bound so, and takes the next when one has gone', async () => {
    await using given = await givenTextDoor(echo, { limits: { connections: 2 } });
    const [first, second] = [await dial(given.listening), await dial(given.listening)];
    first.write('one\n');
    second.write('one\n');
    await Promise.all([once(first, 'data'), once(second, 'data')]);
    expect(await converseWith(given.listening, 'three\n')).to.match(
      /^# error: the test door serves 2 connections at once/,
    );
    first.end();
    await once(first, 'close');
    expect(await converseWith(given.listening, 'three\n')).to.equal('three\n');
    second.destroy();
  });

  it('listens on loopback only', async () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.1', '']) {
      const error = await givenTextDoor(echo, { listen: { host, port: 0 } }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(Refusal).and.have.property('code', 'address-not-loopback');
    }
    for (const host of ['localhost', '::1', '127.0.0.2']) {
      await using given = await givenTextDoor(echo, { listen: { host, port: 0 } });
      expect(await converseWith(given.listening, 'one\n')).to.equal('one\n');
    }
  });

  it('says which address is in use, and what to do', async () => {
    await using given = await givenTextDoor();
    const { listening } = given;
    const error = await givenTextDoor(echo, { listen: listening }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Refusal).and.include({ code: 'address-in-use', status: 409 });
    expect((error as Refusal).detail).to.contain(`127.0.0.1:${listening.port}`);
  });

  describe('that stops', () => {
    it('answers what it has begun, and takes nothing more', async () => {
      const begun = signal();
      const may = signal();
      await using given = await givenTextDoor(async (message) => {
        begun.resolve();
        await may.promise;
        return { text: [`${message}\n`] };
      });
      const socket = await dial(given.listening);
      const idle = await dial(given.listening);
      socket.write('one\n');
      await begun.promise;
      const stopped = given.stop();
      socket.write('two\n');
      const refused = connectFails(given.listening);
      expect(await readAll(idle)).to.equal('');
      idle.end();
      may.resolve();
      expect(await readAll(socket)).to.equal('one\n');
      socket.end();
      await refused;
      await stopped;
    });

    it('cuts off what takes longer than it may', async () => {
      const begun = signal();
      await using given = await givenTextDoor(
        () => {
          begun.resolve();
          return new Promise(() => {});
        },
        { limits: { drainMs: 30 } },
      );
      const socket = await dial(given.listening);
      socket.write('one\n');
      await begun.promise;
      const cut = readAll(socket).catch((error: unknown) => error);
      await given.stop();
      expect(await cut).to.have.property('code', 'ECONNRESET');
    });

    it('may stop twice, and before it started', async () => {
      await using given = await givenTextDoor();
      await Promise.all([given.stop(), given.stop()]);
      const never = createTextDoor({
        name: 'x',
        listen: anyPort,
        limits: textLimits,
        admission: openAdmission,
        split: lineSplitter,
        receive: echo,
        log: memoryLog(),
      });
      await never.stop();
    });
  });
});

async function connectFails(to: { host: string; port: number }): Promise<void> {
  const error = await dial(to).catch((thrown: unknown) => thrown);
  expect(error).to.have.property('code', 'ECONNREFUSED');
}
