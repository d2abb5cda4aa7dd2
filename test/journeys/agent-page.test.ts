import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../fabric-agent/support.ts';
import { type Chromium, openChromium } from '../support/chromium.ts';
import { ogm, type RunningOgm, startOgm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import { node, nodeAlone, openHouse, ready, type TemporaryFolder, temporaryFolder } from './support/house.ts';

/** What is used of a document in the page. */
interface Shown {
  readonly id: string;
  click(): void;
  focus(): void;
}
declare const document: {
  readonly body: { readonly innerText: string };
  readonly activeElement: Shown;
  getElementById(id: string): Shown | null;
};

describe('the page of an agent, in a browser and on the command line', () => {
  let folder: TemporaryFolder;
  let agent: RunningOgm;
  let page: string;
  const data = () => ['--data', join(folder.path, 'data')];

  const start = async () => {
    agent = startOgm(['agent', '--json', ...data(), '--host-port', '0', '--poll-port', '0', ...nodeAlone]);
    ({ page } = await ready<{ page: string }>(agent));
  };
  const owner = async (...words: string[]) => {
    const ended = await ogm(['agent', ...words, ...data()]);
    expect(ended, ended.stderr).to.include({ code: 0 });
    return ended;
  };
  const drainedSince = async () => {
    const { stdout } = await owner('status', '--json');
    return (JSON.parse(stdout) as { nodes: [{ drainedSinceMs: number | null }] }).nodes[0].drainedSinceMs;
  };

  before(async () => {
    folder = await temporaryFolder();
    await start();
  });
  after(async () => {
    await agent.kill();
    await folder[Symbol.asyncDispose]();
  });

  it('is managed by commands, and stays drained when it is started anew', async () => {
    const { stdout } = await owner('status');
    expect(stdout).to.contain(page).and.to.contain(node);
    expect((await owner('drain')).stderr).to.contain('takes no more tasks');
    await agent.kill('SIGKILL');
    const away = await ogm(['agent', 'status', ...data()]);
    expect(away.code, away.stderr).to.equal(4);
    expect(away.stderr).to.match(/^ogm: no agent answers .*; start it with ogm agent/);
    await start();
    expect(await drainedSince()).to.be.a('number');
    expect((await owner('resume')).stderr).to.contain('takes tasks again');
    expect(await drainedSince()).to.equal(null);
    expect((await owner('log', '--lines', '20')).stdout).to.contain(
      'its owner has this node take tasks again',
    );
    expect((await owner('status', '--link')).stdout).to.match(
      /^http:\/\/127\.0\.0\.1:\d+\/#link=[\w-]{43}\n$/,
    );
  });

  it('has its broker, and who asks the bus, know that it is drained', async () => {
    await using house = await openHouse(join(folder.path, 'house'));
    const { page: at } = house.report.agent as unknown as { page: string };
    const say = async (verb: string) => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`${at}/agent/v1/${verb}`, { method: 'POST', headers, body: '{}' });
      expect(answer.status).to.equal(200);
    };
    const states = async () => {
      const told = async (path: string) => (await fetch(`${house.http}${path}`)).json();
      const { resources } = (await told('/broker/v1/resources')) as { resources: { state: string }[] };
      const { nodes } = (await told('/infogather/v1/states')) as { nodes: { state: string }[] };
      return [...resources, ...nodes].map(({ state }) => state);
    };
    await eventually(async () => expect(await states()).to.deep.equal(['online', 'alive']));
    await say('drain');
    await eventually(async () => expect(await states()).to.deep.equal(['draining', 'drained']));
    await say('resume');
    await eventually(async () => expect(await states()).to.deep.equal(['online', 'alive']));
  });

  it('shows a click on drain, and on resume, and what was done elsewhere', async function () {
    if (!real('chromium')) this.skip();
    await using browser: Chromium = await openChromium(async () => undefined);
    await browser.page.open(page);
    const says = (words: string) => browser.page.run(until, words);
    await says('ready|enrolled nowhere');
    expect(await says(node.replaceAll('.', '\\.'))).to.contain('What may run here');
    await browser.page.run(press, 'order-0');
    await says('drained since');
    expect(await drainedSince()).to.be.a('number');
    expect(await browser.page.run(() => document.activeElement.id, null), 'who is there stays').to.equal(
      'order-0',
    );
    await browser.page.run(press, 'order-0');
    await says('enrolled nowhere');
    expect(await drainedSince()).to.equal(null);
    await owner('drain');
    await says('drained since');
    await says('its owner has drained this node');
    await owner('resume');
    expect(browser.page.asked.every((url) => url.startsWith(page) || url.startsWith('data:'))).to.equal(true);
    expect(browser.page.complaints).to.deep.equal([]);
  });
});

/** Runs in the page: waits until it says something, and returns all that it says. */
async function until(words: string): Promise<string> {
  const pattern = new RegExp(words);
  while (!pattern.test(document.body.innerText)) await new Promise((resolve) => setTimeout(resolve, 20));
  return document.body.innerText;
}

/** Runs in the page. */
function press(id: string): void {
  document.getElementById(id)?.focus();
  document.getElementById(id)?.click();
}
