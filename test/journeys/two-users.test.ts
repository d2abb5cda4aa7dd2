import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { isOver, JobsClient, showing } from '../../client/index.ts';
import { tokenMade } from '../../protocol/identities.ts';
import { enrolmentView } from '../../protocol/resources.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import {
  node,
  nodeAlone,
  openHouse,
  openToAll,
  type TemporaryFolder,
  temporaryFolder,
} from './support/house.ts';
import { until } from './support/speak.ts';

/** Users of this system: Ann runs the house, Carol an agent on the same machine. Bob has a token. */
const uids = { ann: 65_531, carol: 65_532 };
type Who = keyof typeof uids;

/** What a program of somebody else reaches, tried from inside: each a word, or the error. Its argument is a list of tries. */
const tries = `
const fs = require('node:fs');
const attempt = async ([what, where]) => {
  try {
    if (what === 'read') return fs.readFileSync(where).length > 0 ? 'read' : 'empty';
    if (what === 'list') return fs.readdirSync(where).length >= 0 && 'listed';
    if (what === 'signal') return process.kill(Number(where), 0) && 'reached';
    if (what === 'write') return fs.writeFileSync(where, '') ?? 'written';
    return String((await fetch(where)).status);
  } catch (error) {
    return error.code ?? String(error);
  }
};
Promise.all(JSON.parse(process.argv[1]).map(attempt)).then((said) => {
  console.log(JSON.stringify({ uid: process.getuid(), said }));
});`;

/** A folder for each of them, which is theirs alone; and `ogm` as each of them. */
async function people(folder: TemporaryFolder) {
  await chmod(folder.path, 0o755);
  const home = (who: Who) => join(folder.path, who);
  for (const [who, uid] of Object.entries(uids)) {
    await mkdir(home(who as Who), { mode: 0o700 });
    await chown(home(who as Who), uid, uid);
  }
  const as = (who: Who, stdin = '') => ({
    uid: uids[who],
    cwd: home(who),
    env: { HOME: home(who), TMPDIR: home(who) },
    stdin,
  });
  return { home, as };
}

(real('root') ? describe : describe.skip)('a machine on which several users work', () => {
  it('lends what Ann has to Bob only where another user runs it, and then he reaches nothing of hers', async () => {
    await using folder = await temporaryFolder();
    const { home, as } = await people(folder);
    await using house = await openHouse(join(home('ann'), 'data'), openToAll, as('ann'));
    const ann = (...args: string[]) => ogm([...args, '--broker-url', house.http], as('ann'));
    await ann('user', 'add', 'boss');
    const boss = withToken(
      house.http,
      (await ann('token', 'create', 'boss', '--scopes', 'admin')).stdout.trim(),
    );
    await boss('POST', 'users', { name: 'bob' });
    const scopes = ['read', 'submit'];
    const made = tokenMade.parse(await (await boss('POST', 'tokens', { user: 'bob', scopes })).json());
    const shared = async (name: string) =>
      (await boss('POST', `resources/${name}/share`, { with: ['bob'] })).text();
    expect(await shared('this-machine')).to.contain('as the user who runs this broker');

    const { secret } = enrolmentView.parse(await (await boss('POST', 'resources', { name: 'lent' })).json());
    const data = ['--data', join(home('carol'), 'data')];
    const enrolled = await ogm(['agent', 'enrol', '--broker-url', house.http, ...data], as('carol', secret));
    expect(enrolled.code, enrolled.stderr).to.equal(0);
    const ports = ['--host-port', '0', '--poll-port', '0', '--infogather-url', house.http];
    const accepts = ['--set', 'agent.accept-unisolated=true'];
    await using agent = startOgm(
      ['agent', '--json', ...data, ...ports, ...nodeAlone, ...accepts],
      as('carol'),
    );
    await agent.waitFor(/^\{"ready":true/);
    await until(async () => (await shared('lent')) === ''); // once its agent is there

    const annsData = join(home('ann'), 'data');
    const tried: [what: string, where: string, comes: string][] = [
      ['read', join(annsData, 'broker.db'), 'EACCES'],
      ['read', join(annsData, 'broker-key'), 'EACCES'],
      ['read', join(annsData, 'agent', 'agent-key'), 'EACCES'],
      ['list', join(annsData, 'agent', 'tasks'), 'EACCES'],
      ['write', join(annsData, 'mark'), 'EACCES'],
      ['read', `/proc/${house.running.pid}/environ`, 'EACCES'],
      ['read', `/proc/${house.running.pid}/mem`, 'EACCES'],
      ['signal', `${house.running.pid}`, 'EPERM'],
      ['fetch', `${house.http}/broker/v1/jobs`, '401'],
      ['fetch', `${house.http}/broker/v1/users`, '401'],
      // What is Carol's he reaches all of: that is what agent.accept-unisolated accepts.
      ['read', join(home('carol'), 'data', 'agent', 'agent-key'), 'read'],
      ['signal', `${agent.pid}`, 'reached'],
    ];
    const asked = JSON.stringify(tried.map(([what, where]) => [what, where]));
    const jobs = new JobsClient(showing({ url: house.http, fetch }, async () => made.token));
    const { id } = await jobs.submit({
      application: node,
      arguments: ['-e', tries, asked],
      resources: ['lent'],
    });
    await until(async () => isOver(await jobs.get(id)));
    const printed = Buffer.concat(await Array.fromAsync(jobs.printed(id, 1, 'stdout'))).toString();
    const { uid, said } = JSON.parse(printed) as { uid: number; said: string[] };
    expect(uid).to.equal(uids.carol);
    expect(tried.map(([what, where], index) => [what, where, said[index]])).to.deep.equal(tried);
  });
});

/** Calls of a broker by somebody with a token. */
function withToken(url: string, token: string) {
  return (method: string, path: string, body: unknown) =>
    fetch(`${url}/broker/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
}
