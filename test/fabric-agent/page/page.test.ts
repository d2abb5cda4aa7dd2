import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type AgentPage, createAgentPage } from '../../../fabric-agent/page/index.ts';
import { LogRing } from '../../../fabric-agent/page/log-ring.ts';
import { logView, type StatusView, statusView } from '../../../fabric-agent/page/view.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Admission } from '../../../platform/doors/door.ts';
import { type Log, silentLog } from '../../../platform/log.ts';
import { httpLimits } from '../../platform/doors/support.ts';
import { openAdmission, recordingLog, startAgent, type TestAgent } from '../support.ts';

const asGuest: Admission = {
  admit: async ({ remoteAddress }) => ({ address: remoteAddress, uid: undefined, guest: true }),
};

describe('the page of an agent', () => {
  const held = new AsyncDisposableStack();
  let agent: TestAgent;
  let ring: LogRing;
  let page: AgentPage;
  let folder: string;

  before(async () => {
    agent = held.use(await startAgent());
    folder = await mkdtemp(join(tmpdir(), 'ogm-page-'));
    held.defer(() => rm(folder, { recursive: true }));
    ring = new LogRing(3, systemClock);
    page = held.use(await openPage(openAdmission));
  });
  after(() => held.disposeAsync());

  async function openPage(admission: Admission): Promise<AgentPage> {
    const made = createAgentPage({
      nodes: [
        { resource: null, agent: agent.agent, config: agentSettings.parse({ 'task-owners': ['ann'] }) },
      ],
      ...{ ring, port: 0, limits: httpLimits, admission, folder, clock: systemClock, log: silentLog },
    });
    await made.start();
    return made;
  }

  const post = (path: string, body: object, headers: Record<string, string> = {}, at = page.url) =>
    fetch(`${at}/agent/v1/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const status = async (): Promise<StatusView> =>
    statusView.parse(await (await fetch(`${page.url}/agent/v1/status`)).json());

  it('tells how the agent is, and what its owner lets run', async () => {
    const [node] = (await status()).nodes;
    expect(node).to.include({ state: 'idle', backEnd: 'local', drainedSinceMs: null, tasksInAll: 0 });
    expect(node?.allowList.owners).to.deep.equal(['ann']);
    expect(node?.allowList.applications.map(({ name }) => name)).to.deep.equal([
      `node${process.versions.node}`,
    ]);
  });

  it('drains and resumes, and what was said last holds for the next start', async () => {
    const drained = statusView.parse(await (await post('drain', {})).json());
    expect(drained.nodes[0]).to.include({ unwilling: 'its owner has drained this node' });
    expect(drained.nodes[0]?.drainedSinceMs).to.be.a('number');
    expect(await readFile(join(agent.folder, 'drained.json'), 'utf8')).to.contain('sinceMs');
    const resumed = statusView.parse(await (await post('resume', {})).json());
    expect(resumed.nodes[0]).to.include({ unwilling: null, drainedSinceMs: null });
    expect((await post('drain', { resource: 'nothing' })).status).to.equal(404);
  });

  it('tells who watches what is new, and no more', async () => {
    const answer = await fetch(`${page.url}/agent/v1/events`);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) text += (await reader.read()).value ?? '';
    };
    await until(/^event: status\ndata: \{.*"drainedSinceMs":null.*\}\n\n/);
    await post('drain', {});
    await until(/event: status\ndata: \{.*"drainedSinceMs":\d+.*\}\n\n$/);
    ring.over(recordingLog()).warn('something new');
    await post('resume', {});
    await until(/event: log\ndata: .*something new.*\n\n$/);
    expect(text.match(/event: status/g)).to.have.length(3);
    await reader.cancel();
  });

  it('is watched by so many pages at once', async () => {
    const all = await Promise.all(Array.from({ length: 17 }, () => fetch(`${page.url}/agent/v1/events`)));
    expect(all.filter(({ status: code }) => code === 503)).to.have.length(1);
    await Promise.all(all.map(({ body }) => body?.cancel()));
  });

  it('takes no order of a page of another site, nor one that any page could send', async () => {
    expect((await post('drain', {}, { Origin: 'http://other.example' })).status).to.equal(403);
    expect((await post('drain', {}, { 'Sec-Fetch-Site': 'cross-site' })).status).to.equal(403);
    const plain = { 'Content-Type': 'text/plain' };
    expect((await post('drain', {}, plain)).status).to.equal(415);
    expect((await fetch(`${page.url}/agent/v1/drain`, { method: 'POST' })).status).to.equal(415);
    expect((await fetch(`${page.url}/agent/v1/drain`)).status).to.equal(404);
    expect((await status()).nodes[0]?.drainedSinceMs).to.equal(null);
  });

  it('lets its page run nothing but its own program', async () => {
    const answer = await fetch(page.url);
    const policy = answer.headers.get('Content-Security-Policy');
    expect(policy)
      .to.contain("default-src 'none'; script-src 'self'")
      .and.to.contain("frame-ancestors 'none'");
    expect(await answer.text()).to.not.match(/<script>|style=|onclick/);
    new Function(await (await fetch(`${page.url}/page.js`)).text()); // it is a program
  });

  it('keeps the last lines of the log, without what is below its level', async () => {
    const quiet: Log = { ...silentLog, enabled: (level) => level !== 'debug', child: () => quiet };
    const log = ring.over(quiet).child({ service: 'agent' });
    for (const number of [1, 2, 3, 4]) log.info('line', { number });
    log.debug('not this');
    const { lines } = logView.parse(await (await fetch(`${page.url}/agent/v1/log?lines=2`)).json());
    expect(lines.map(({ text }) => text.replace(/^\S+ /, ''))).to.deep.equal([
      'info  line service=agent number=3',
      'info  line service=agent number=4',
    ]);
    expect(ring.after(0, 100)).to.have.length(3);
  });

  it('is open to nobody whom the system does not name, until they show what its owner alone can read', async () => {
    await using guests = await openPage(asGuest);
    const file = join(folder, 'page.json');
    const { token } = JSON.parse(await readFile(file, 'utf8')) as { token: string };
    expect((await stat(file)).mode & 0o077).to.equal(0);
    const at = guests.url;
    const asked = (bearer?: string) =>
      fetch(`${at}/agent/v1/status`, {
        headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
      }).then((answer) => answer.status);
    expect((await fetch(at)).status, 'the page holds nothing').to.equal(200);
    expect(await asked()).to.equal(401);
    expect(await asked('A'.repeat(43))).to.equal(401);
    expect((await post('links', {}, {}, at)).status).to.equal(401);
    const owner = { Authorization: `Bearer ${token}` };
    const { link } = (await (await post('links', {}, owner, at)).json()) as { link: string };
    const session = await post('session', { link }, {}, at);
    const { token: own } = (await session.json()) as { token: string };
    expect(await asked(own)).to.equal(200);
    expect(await asked(link), 'a link is no token').to.equal(401);
    expect((await post('session', { link }, {}, at)).status, 'a link opens it once').to.equal(401);
    expect((await post('drain', {}, {}, at)).status).to.equal(401);
  });

  it('has the port again that it had before', async () => {
    const first = await openPage(openAdmission);
    const { url } = first;
    await first.stop();
    await using second = await openPage(openAdmission);
    expect(second.url).to.equal(url);
  });
});
