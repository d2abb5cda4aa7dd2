import { join } from 'node:path';
import { expect } from 'chai';
import { DealsClient } from '../../client/index.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { type House, openHouse, type TemporaryFolder, temporaryFolder } from './support/house.ts';
import { until } from './support/speak.ts';

const offer = [
  'SLA-version: 1.0',
  'Action: Tell',
  'Id: tell-1',
  'Broker-IP: 193.10.66.141:7685',
  'Application: gcc12.2.0',
  'Cpus: 64',
  'Memory: 12 TiB',
  'Price: 0.03 EUR/cpu-h',
  'Walltime: <= 24 h',
  '',
].join('\n');

const wish = [
  'SLA-version: 1.0',
  'Action: Ask',
  'Id: ask-1',
  'Application: gcc (>= 12)',
  'Cpus: 8',
  'Memory: 16 TiB',
  'Walltime: 2 h',
  '',
].join('\n');

describe('ogm tell, ogm ask and ogm why, in version 1.0', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;

  before(async () => {
    folder = held.use(await temporaryFolder());
    house = held.use(await openHouse(join(folder.path, 'data')));
    const told = await here(offer, 'tell');
    expect(told).to.include({ code: 0, stdout: '', stderr: 'told one document\n' });
  });
  after(() => held.disposeAsync());

  const here = (stdin: string, ...args: readonly string[]) => ogm([...args, ...house.urls], { stdin });

  it('show the Tells that match, then the Because', async () => {
    const asked = await here(wish.replace('16 TiB', '8 TiB'), 'ask');
    expect(asked.code, asked.stderr).to.equal(0);
    const [tell, because] = asked.stdout.split('\n\n');
    expect(tell).to.contain('Action: Tell\nId: tell-1\n').and.to.contain('In-reply-to: ask-1\n');
    expect(because).to.match(/^SLA-version: 1\.0\nAction: Because\n.*Matched: 1 of \d/s);
  });

  it('end with 3 where nobody can, and say which clause stands in the way and what would help', async () => {
    const asked = await here(wish, 'ask');
    expect(asked.code).to.equal(3);
    expect(asked.stdout).to.match(/^Clause: Memory: 16 TiB -> 0 yes, .*nearest 12 TiB at tell-1$/m);
    expect(asked.stderr).to.equal('ogm: nothing matches\n');
    const why = await here(wish, 'why');
    expect(why.code).to.equal(3);
    const suggested = /^Suggest: (Memory: .*) -> 1 match/m.exec(why.stdout)?.[1];
    expect(suggested).to.equal('Memory: 12 TiB');
    const again = await here(wish.replace('Memory: 16 TiB', suggested ?? ''), 'ask');
    expect(again.code).to.equal(0);
  });

  it('count every clause of an Ask that has matches, where they are asked why', async () => {
    const why = await here(wish.replace('16 TiB', '8 TiB'), 'why', '--json');
    expect(why.code).to.equal(0);
    const report = JSON.parse(why.stdout);
    expect(report).to.include({ Action: 'Because', 'In-reply-to': 'ask-1' });
    expect(report.Clause).to.have.lengthOf(3);
  });

  it('say why a Tell was declined, and end with 5', async () => {
    const { code, stderr } = await here(offer.replace('64', '32'), 'tell');
    expect(code).to.equal(5);
    expect(stderr).to.match(/^ogm: declined: stale another text of this Id is told with Seq 0/);
  });

  it('take a Tell back', async () => {
    await here(offer.replaceAll('tell-1', 'tell-2').replace('12 TiB', '16 TiB'), 'tell');
    expect(await here(wish, 'ask')).to.include({ code: 0 });
    const untold = await here('SLA-version: 1.0\nAction: Untell\nId: tell-2\n', 'tell');
    expect(untold.code, untold.stderr).to.equal(0);
    expect(await here(wish, 'ask')).to.include({ code: 3 });
  });

  it('take a header of any name, such as one that every object of JavaScript has', async () => {
    const why = await here(wish.replace('Walltime: 2 h', 'constructor: acme'), 'why');
    expect(why.stdout, why.stderr).to.match(/^Clause: constructor: acme -> 0 yes, 0 no, \d+ unsaid/m);
  });

  it('name the cause in one sentence, and what to do: of an Ask, of a job, and of nothing', async () => {
    const asked = await here(wish, 'why');
    const memory =
      /^none of \d+ Tells matches: Memory: 16 TiB, nearest \S+ TiB at \S+, and that alone stops \d+ of them$/m;
    expect(asked.stdout)
      .to.match(memory)
      .and.match(/^next: ask for less in that clause, such as Memory: /m);
    const sent = await ogm(['submit', '--detach', '--json', ...house.urls, '--', 'no-such-application']);
    const { id } = JSON.parse(sent.stdout);
    const why = await here('', 'why', id);
    expect(why.code, why.stderr).to.equal(0);
    expect(why.stdout).to.match(
      /^(?:no node is there|the one node that is there does not fit: Application: ).*\nnext: \S.*\n$/,
    );
    const none = await here('', 'why', 'nothing-of-this-id');
    expect(none.code).to.equal(5);
    expect(none.stderr).to.match(
      /^ogm: there is no file nothing-of-this-id, and you have no job, task, offer/,
    );
  });

  it('name the cause by the id of a Watch, of an offer, of an agreement, of a job and of a task', async () => {
    const why = async (id: string, cause: RegExp) => {
      const said = await here('', 'why', id);
      expect(said.code, said.stderr).to.equal(0);
      expect(said.stdout)
        .to.match(cause)
        .and.match(/^next: \S.*$/m);
    };
    const standing = wish.replaceAll('ask-1', 'watch-1').replace('Action: Ask', 'Action: Watch');
    await using watching = startOgm(['watch', '-', ...house.urls], { stdin: standing });
    await watching.waitFor(/^Action: Because$/);
    await why('watch-1', /^the Watch watch-1 waits: none of \d+ Tells matches: Memory: 16 TiB, nearest /);
    const own = `SLA-version: 1.0\nAction: Ask\nApplication: node (>= 20)\nCpus: 1\nWalltime: 10 min\n`;
    const offered = await until(async () => {
      const { code, stdout } = await here(own, 'ask', '--best');
      return code === 0 && stdout; // once the market knows the node of this house
    });
    const offer = /^Id: (.*)$/m.exec(offered)?.[1] ?? '';
    await why(
      offer,
      new RegExp(
        `^the Offer ${offer} is open until \\S+Z, and waits for you to accept, counter or reject it$`,
        'm',
      ),
    );
    await here('', 'offer', 'accept', offer);
    const { agreement } = await new DealsClient({ url: house.http, fetch }).get(offer);
    await why(
      `${agreement}`,
      new RegExp(`^the agreement ${agreement} is active until \\S+Z: nothing of it waits$`, 'm'),
    );
    const forever = ['--', '-e', 'setInterval(() => {}, 1000)'];
    const work = ['submit', '--detach', '--json', '--agreement', `${agreement}`, ...house.urls];
    const sent = await ogm([...work, ...forever]);
    const { id } = JSON.parse(sent.stdout);
    await until(async () =>
      (await here('', 'why', id)).stdout.startsWith('task 1 runs on this-machine for '),
    );
    await why(`${id}.1`, /^task 1 runs on this-machine for \d+ (?:s|min)$/m);
    await here('', 'job', 'cancel', id);
  });

  it('say of version 0.1 that it has no reasons', async () => {
    const { code, stderr } = await here('SLA-version: 0.1\nAction: Ask\nApplication: gcc12.2.0\n', 'why');
    expect(code).to.equal(5);
    expect(stderr).to.match(/answered by Tells alone.*write 'SLA-version: 1\.0'/s);
  });
});
