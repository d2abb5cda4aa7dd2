import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { AccountsClient, DealsClient, isOver, JobsClient, ResourcesClient } from '../../client/index.ts';
import { billView, dealView } from '../../protocol/deals/deal.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { nodeAlone, openHouse, ready, type ServiceReport, temporaryFolder } from './support/house.ts';
import { until } from './support/speak.ts';

/** On a busy machine all of this takes its time. */
const soon = ['--set', 'broker.learn-interval=200 ms', '--set', 'broker.change-interval=200 ms'];

const wish = `SLA-version: 1.0
Action: Ask
Application: node (>= 20)
Cpus: 1
Walltime: 1 min
Budget: 1 CREDIT
`;

/** A market with a broker that is dear, and a broker that is cheap, each with a node of its own. */
async function twoBrokers(folder: string) {
  await using opened = new AsyncDisposableStack();
  const price = (amount: string) => ['--set', `broker.price=0.36 CREDIT/cpu-h + ${amount} CREDIT/job`];
  const dear = opened.use(await openHouse(join(folder, 'dear'), [...price('0.02'), ...soon]));
  const data = ['--data', join(folder, 'cheap')];
  const known = ['--market-url', dear.http, '--infogather-url', dear.http];
  const broker = opened.use(
    startOgm([
      ...['broker', '--json', ...data, '--http-port', '0', '--broker-port', '0'],
      ...[...known, ...price('0.01'), ...soon],
    ]),
  );
  const cheap = await ready<ServiceReport>(broker);
  const resources = new ResourcesClient({ url: cheap.http, fetch });
  const { secret } = await resources.add('cluster');
  const at = [...data, '--broker-url', cheap.http];
  const enrolled = await ogm(['agent', 'enrol', ...at], { stdin: `${secret}\n` });
  expect(enrolled.code, enrolled.stderr).to.equal(0);
  const agent = opened.use(
    startOgm([
      ...['agent', '--json', ...at, '--infogather-url', dear.http, ...nodeAlone],
      ...['--host-port', '0', '--poll-port', '0', '--set', 'agent.page=false'],
    ]),
  );
  await ready(agent);
  for (const url of [dear.http, cheap.http])
    await until(async () =>
      (await new ResourcesClient({ url, fetch }).list()).every(({ state }) => state === 'online'),
    );
  const kept = opened.move();
  return { dear, cheap, known, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

describe('deals', () => {
  it('are made with the better of two brokers, carry work, are amended, billed and ended, and leave nothing open', async () => {
    await using folder = await temporaryFolder();
    await using brokers = await twoBrokers(folder.path);
    const { dear, cheap, known } = brokers;
    const work = join(folder.path, 'work');
    await mkdir(work);
    await writeFile(join(work, 'wish.sla'), wish);
    await writeFile(
      join(work, 'say.js'),
      "require('node:fs').writeFileSync('said.txt', process.argv.slice(2).join('-')); console.log('it ran')",
    );
    const listed = ['--set', `client.brokers=${cheap.text.broker}=${cheap.http}`];
    const options = { cwd: work, env: { OGM_BROKER_URL: dear.http } };
    const user = (...args: string[]) => ogm(args, options);
    /** A command that must go well; what it prints. */
    const done = async (...args: string[]) => {
      const ended = await user(...args);
      expect(ended.code, `${args.join(' ')}\n${ended.stdout}${ended.stderr}`).to.equal(0);
      return ended.stdout;
    };
    const atCheap = ['--broker-url', cheap.http];
    const urls = [dear.http, cheap.http];
    const offersOpen = async () => {
      const all = urls.map((url) => Array.fromAsync(new DealsClient({ url, fetch }).list({ state: 'open' })));
      return (await Promise.all(all)).flat().map(({ offer }) => offer);
    };
    for (const url of urls)
      await new AccountsClient({ url, fetch }).grant('local', 'CREDIT', { amount: '1', request: 'first' });

    // What would come, with nothing held after it.
    const dry = ['submit', '--ask', 'wish.sla', '--dry-run', '--json', ...known, ...listed];
    const outcomes = async () => {
      const { stdout } = await user(...dry);
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      return lines.map((line) => JSON.parse(line) as { broker: string; outcome: string; why: string });
    };
    // Both brokers have told of their nodes, and their agents are there.
    await until(
      async () => (await outcomes()).filter(({ outcome }) => /best|offer/.test(outcome)).length === 2,
    );
    expect((await outcomes()).map(({ broker, outcome, why }) => [broker, outcome, why])).to.deep.equal([
      [cheap.text.broker, 'best', ''],
      [dear.report.text.broker, 'offer', 'it costs more'],
    ]);
    expect(await offersOpen()).to.deep.equal([]);

    // Step by step.
    const best = await user('ask', 'wish.sla', '--best', ...known, ...listed);
    expect(best.code, best.stderr).to.equal(0);
    const offer = /^Id: (.*)$/m.exec(best.stdout)?.[1] ?? '';
    expect(best.stderr).to.contain(`accept it with ogm offer accept ${offer} --broker-url ${cheap.http}`);
    expect(best.stderr).to.match(/^127\.0\.0\.1:\d+ +off-\S+ +0\.026 CREDIT +it costs more$/m);
    expect(await offersOpen())
      .to.contain(offer)
      .and.not.contain('\n{');
    const agreement = /^Id: (.*)$/m.exec(await done('offer', 'accept', offer, ...atCheap))?.[1] ?? '';
    const under = ['submit', '--agreement', agreement, ...atCheap, 'say.js', '--', 'say.js', 'a', 'b'];
    expect(await done(...under)).to.equal('it ran\n');
    expect(await readFile(join(work, 'said.txt'), 'utf8')).to.equal('a-b');
    await done('agreement', 'amend', agreement, 'Walltime: 50 s', ...atCheap);
    const shown = dealView.parse(
      JSON.parse(await done('agreement', 'show', agreement, '--json', ...atCheap)),
    );
    expect(shown).to.include({ state: 'active', agreement, application: `node${process.versions.node}` });
    expect(shown.terms).to.deep.include({ name: 'Walltime', value: '50 s' });
    await done('agreement', 'terminate', agreement, '--reason', 'that was all', ...atCheap);
    expect(await done('agreement', 'list', ...atCheap)).to.match(
      new RegExp(`^${agreement} +terminated `, 'm'),
    );
    const bill = billView.parse(JSON.parse(await done('bill', agreement, '--json', ...atCheap)));
    expect(bill.lines.at(-1)).to.equal('1 job at 0.01 CREDIT/job -> 0.01 CREDIT');
    expect(bill).to.include({ isFinal: true, currency: 'CREDIT' });
    expect(Number(bill.total)).to.be.greaterThan(0.01).and.below(Number(bill.estimate));

    // In one step; the program's own end is the command's.
    const oneStep = [
      'submit',
      '--ask',
      'wish.sla',
      '--json',
      ...known,
      ...listed,
      '--',
      '-e',
      'process.exit(3)',
    ];
    const ended = await user(...oneStep);
    expect(ended.code, ended.stderr).to.equal(3);
    const billed = billView.parse(JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? ''));
    expect(billed).to.include({ isFinal: true });
    expect(await offersOpen()).to.deep.equal([]);

    // Stopped while the program runs: what goes on is said, and the command that ends it.
    const forever = ['-e', 'setInterval(() => {}, 1000)'];
    await using running = startOgm(
      ['submit', '--ask', 'wish.sla', ...known, ...listed, '--', ...forever],
      options,
    );
    const [, job = ''] = await running.waitFor(/^job (\S+) is queued$/);
    expect(await running.kill('SIGINT')).to.deep.equal({ code: 130, signal: null });
    const said = new RegExp(`^ogm: job ${job} goes on under agreement \\S+; .*, end both with ogm (.*)$`);
    const [, next = ''] = said.exec(running.lines.at(-1) ?? '') ?? [];
    expect(next, running.lines.join('\n')).to.match(/^agreement terminate agr-\S+ --broker-url http/);
    await done(...next.split(' '));
    const jobs = new JobsClient({ url: cheap.http, fetch });
    await until(async () => isOver(await jobs.get(job)));
    expect(await offersOpen()).to.deep.equal([]);
    expect(await done('account', 'list', ...atCheap)).to.match(/^local +CREDIT +[\d.]+ +0(\.0+)? +none$/m);
  });
});
