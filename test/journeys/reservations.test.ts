import { join } from 'node:path';
import { expect } from 'chai';
import { buildRunner, runnerBinary } from '../../tools/build-supervisor.ts';
import { ogm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import { node, openHouse, temporaryFolder } from './support/house.ts';
import { until } from './support/speak.ts';

const here = real('slurm') && real('gcc') && real('root'); // who is root is the administrator of test/real/slurm.sh

(here ? describe : describe.skip)('what a cluster keeps for later', () => {
  it('is asked for by the owner of a resource, serves a job that names it, and is let go', async () => {
    expect(await buildRunner(runnerBinary)).to.equal(undefined);
    await using folder = await temporaryFolder();
    await using house = await openHouse(join(folder.path, 'data'), [...['--set', 'agent.back-end=slurm']]);
    const name = 'this-machine';
    const say = (verb: string, ...words: string[]) =>
      ogm(['resource', verb, name, ...words, '--broker-url', house.http]);
    const run = async (verb: string, ...words: string[]) => {
      const done = await say(verb, ...words);
      expect(done.code, done.stderr).to.equal(0);
      return done.stdout;
    };
    const submit = (id: string) =>
      ogm(['submit', '--broker-url', house.http, '--reservation', id, '--', node, '--version'], {
        cwd: folder.path,
      });
    await until(async () => /powers.*reserve/.test((await say('show')).stdout)); // once its agent is there
    const late = await say('reserve', '--slots', '2', '--from', '2020-01-01T00:00', '--for', '1 h');
    expect(late.code).to.equal(5);
    const id = await until(async () => {
      const { code, stdout, stderr } = await say('reserve', '--slots', '2', '--for', '1 h');
      if (/Requested nodes are busy/.test(stderr)) return undefined; // jobs of others have all cores for a while
      expect(code, stderr).to.equal(0);
      return stdout.trim();
    });
    try {
      const kept = JSON.parse(await run('reservations', '--json'));
      expect(kept).to.deep.include({ id, state: 'kept', slots: 2 });
      const done = await submit(id);
      expect(done.code, done.stderr).to.equal(0);
      expect(done.stdout).to.match(/^v\d+/);
    } finally {
      await run('release', id);
    }
    expect((await say('reservations')).code, 'there is none').to.equal(3);
    expect((await submit(id)).stderr).to.include('there is no reservation');
  });
});
