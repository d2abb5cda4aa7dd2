import { join } from 'node:path';
import { expect } from 'chai';
import { isOver, JobsClient, showing } from '../../client/index.ts';
import { tokenMade } from '../../protocol/identities.ts';
import { inC } from '../fabric-agent/supervisor/support.ts';
import { ogm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import { node, openHouse, openToAll, temporaryFolder } from './support/house.ts';
import { until } from './support/speak.ts';

/** What a program of somebody else reaches, tried from inside: each a word, or the error. Its argument is a list of tries. */
const tries = `
const fs = require('node:fs');
const attempt = async ([what, where]) => {
  try {
    if (what === 'read') return fs.readFileSync(where).length > 0 ? 'read' : 'empty';
    if (what === 'list') return fs.readdirSync(where).length >= 0 && 'listed';
    if (what === 'signal') return process.kill(Number(where), 0) && 'reached';
    return String((await fetch(where)).status);
  } catch (error) {
    return error.code ?? error.cause?.code ?? String(error);
  }
};
Promise.all(JSON.parse(process.argv[1]).map(attempt)).then((said) => console.log(JSON.stringify(said)));`;

const here = real('bubblewrap') && real('gcc');

(here ? describe : describe.skip)('a machine that isolates programs', () => {
  it('is lent though the user of the broker runs it, and then another’s program reaches nothing of it', async () => {
    await using folder = await temporaryFolder();
    const [supervisor = ''] = await inC.command();
    const data = join(folder.path, 'data');
    await using house = await openHouse(data, [
      ...['--set', 'agent.back-end=bubblewrap', '--set', `agent.supervisor=${supervisor}`],
      ...openToAll,
    ]);
    const run = async (...words: string[]) => {
      const done = await ogm([...words, '--broker-url', house.http]);
      expect(done.code, done.stderr).to.equal(0);
      return done.stdout;
    };
    await run('user', 'add', 'bob');
    const made = await run('token', 'create', 'bob', '--scopes', 'read,submit', '--json');
    await until(
      async () =>
        (await ogm(['resource', 'share', 'this-machine', '--with', 'bob', '--broker-url', house.http]))
          .code === 0,
    ); // once its agent is there
    const tried: [what: string, where: string, comes: string][] = [
      ['read', join(data, 'broker.db'), 'ENOENT'],
      ['read', join(data, 'agent', 'agent-key'), 'ENOENT'],
      ['list', join(data, 'agent', 'input-cache'), 'ENOENT'],
      ['list', join(data, 'broker'), 'ENOENT'],
      ['signal', `${house.running.pid}`, 'ESRCH'],
      ['fetch', `${house.http}/broker/v1/jobs`, 'ECONNREFUSED'],
    ];
    const asked = JSON.stringify(tried.map(([what, where]) => [what, where]));
    const { token } = tokenMade.parse(JSON.parse(made));
    const jobs = new JobsClient(showing({ url: house.http, fetch }, async () => token));
    const { id } = await jobs.submit({
      application: node,
      arguments: ['-e', tries, asked],
      resources: ['this-machine'],
    });
    await until(async () => isOver(await jobs.get(id)));
    const printed = Buffer.concat(await Array.fromAsync(jobs.printed(id, 1, 'stdout'))).toString();
    const said = JSON.parse(printed) as string[];
    expect(tried.map(([what, where], index) => [what, where, said[index]])).to.deep.equal(tried);
  });
});
