import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm, startOgm } from '../support/ogm.ts';
import { ownPort } from '../support/ports.ts';
import { type House, openHouse, type TemporaryFolder, temporaryFolder } from './support/house.ts';

const tell = (seq: number, ...headers: readonly string[]) =>
  [
    'SLA-version: 1.0',
    'Action: Tell',
    'Id: tell-1',
    `Seq: ${seq}`,
    'Broker-IP: 193.10.66.141:7685',
    ...headers,
    '',
  ].join('\n');

const wish = 'SLA-version: 1.0\nAction: Ask\nId: wish-1\nApplication: octave (>= 8)\nCpus: 8\n';

/** What is said of each event: what happened, where in the log, and what of the Tell tells them apart. */
function eventsOf(printed: string): { event: string; cursor: number; cpus: string }[] {
  return printed.split('\n\n').flatMap((document) => {
    const value = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(document)?.[1] ?? '';
    return value('Event') === ''
      ? []
      : [{ event: value('Event'), cursor: Number(value('Cursor')), cpus: value('Cpus') }];
  });
}

describe('ogm watch and ogm replay', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;
  let file: string;

  before(async () => {
    folder = held.use(await temporaryFolder());
    file = join(folder.path, 'wish.sla');
    await writeFile(file, wish);
    house = held.use(await openHouse(join(folder.path, 'data')));
  });
  after(() => held.disposeAsync());

  const here = (stdin: string, ...args: readonly string[]) => ogm([...args, ...house.urls], { stdin });

  it('show each match that comes, changes and goes, go on where they were left, and answer as it was', async () => {
    await using watching = startOgm(['watch', file, ...house.urls]);
    await watching.waitFor(/^Action: Because$/);
    await here(tell(0, 'Application: octave8.4.0', 'Cpus: 16'), 'tell');
    await watching.waitFor(/^Cpus: 16$/);
    const asked = await here(wish, 'ask');
    const cursor = /^Cursor: (\d+)$/m.exec(asked.stdout)?.[1] ?? '';
    expect(await watching.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(watching.lines.at(-1)).to.match(/^to go on from here: ogm watch --cursor \d+, with Id wish-1$/);

    // What happens while nobody watches is told afterwards, once.
    await here(tell(1, 'Application: octave8.4.0', 'Cpus: 32'), 'tell');
    await here(tell(2, 'Application: octave8.4.0', 'Cpus: 4'), 'tell');
    await here(tell(3, 'Application: octave9.1.0', 'Cpus: 64'), 'tell');
    const later = await here('', 'watch', file, '--cursor', cursor, '--events', '3');
    expect(later.code, later.stderr).to.equal(0);
    const events = eventsOf(later.stdout);
    expect(events.map(({ event, cpus }) => `${event} ${cpus}`)).to.deep.equal([
      'changed 32',
      'gone 32',
      'matched 64',
    ]);
    expect(
      events.every(({ cursor: at }, index) => at > (events[index - 1]?.cursor ?? Number(cursor))),
    ).to.equal(true);

    // A Cursor that stands in the file counts as well.
    const told = await here(`${wish.replace('Ask', 'Watch')}Cursor: ${cursor}\n`, 'watch', '--events', '3');
    expect(eventsOf(told.stdout)).to.deep.equal(events);

    // The same answer to the letter, though the market stands otherwise by now.
    const replayed = await here(wish, 'replay', '--cursor', cursor);
    expect(replayed.stdout).to.equal(asked.stdout);
    expect((await here(wish, 'ask')).stdout).not.to.equal(asked.stdout);
  });

  it('find the Watch again when the market was killed meanwhile', async () => {
    const data = join(folder.path, 'killed');
    const port = `${await ownPort()}`;
    const other = await openHouse(data, ['--http-port', port]);
    await using watching = startOgm(['watch', file, ...other.urls, '--json']);
    await watching.waitFor(/"Action":"Because"/);
    await other.running.kill('SIGKILL');
    await using again = await openHouse(data, ['--http-port', port]);
    await ogm(['tell', ...again.urls], { stdin: tell(0, 'Application: octave8.4.0', 'Cpus: 16') });
    const { input = '' } = await watching.waitFor(/"Event":"matched"/);
    expect(JSON.parse(input)).to.include({ Id: 'tell-1', 'In-reply-to': 'wish-1', Cpus: '16' });
  });

  it('end with 5 where the log does not reach so far back, and with 2 where a cursor is no number', async () => {
    const ahead = await here(wish, 'replay', '--cursor', '999999');
    expect(ahead.code).to.equal(5);
    expect(ahead.stderr).to.match(/^ogm: declined: .*Cursor|cursor/);
    expect((await here(wish, 'replay', '--cursor', 'now')).code).to.equal(2);
    const resource = await here('RESOURCE-version: 1.0\nAction: Ask\nCpus: 8\n', 'replay', '--cursor', '1');
    expect(resource.code).to.equal(5);
    expect(resource.stderr).to.match(/infogather keeps no log/);
  });

  it('end a Watch that has no Id of its own when they end', async () => {
    const onlyOne = ['--set', 'market.watches-each=1'];
    await using small = await openHouse(join(folder.path, 'small'), onlyOne);
    const nameless = wish.replace('Id: wish-1\n', '');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await using watching = startOgm(['watch', '-', ...small.urls], { stdin: nameless });
      await watching.waitFor(/^In-reply-to: watch-/);
      expect(await watching.kill(signal)).to.deep.equal({ code: 0, signal: null });
    }
  });

  it('end with 5 where the Watch is declined', async () => {
    const { code, stderr } = await here(`${wish}Count: 1000000\n`, 'watch', '--events', '1');
    expect(code).to.equal(5);
    expect(stderr).to.match(/^ogm: declined: policy /);
  });
});
