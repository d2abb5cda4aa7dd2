import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm, startOgm } from '../support/ogm.ts';
import { type House, node, openHouse, type TemporaryFolder, temporaryFolder } from './support/house.ts';
import { lives } from './support/processes.ts';
import { until } from './support/speak.ts';

describe('ogm run as a job', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;

  before(async () => {
    folder = held.use(await temporaryFolder());
    house = held.use(await openHouse(join(folder.path, 'data'), ['--set', 'agent.kill-grace=200 ms']));
    await until(async () => {
      const { stdout } = await ogm(['resource', 'list', '--json', ...house.urls]);
      return stdout.includes('"online"');
    });
  });
  after(() => held.disposeAsync());

  it('brings what the program left and printed, as a Host does, and leaves no job behind', async () => {
    const path = join(folder.path, 'as-a-job');
    await mkdir(path);
    await writeFile(join(path, 'name.txt'), 'world');
    const program =
      "const { readFileSync, writeFileSync } = require('fs'); console.log(process.argv[1]);" +
      "console.error('a remark'); writeFileSync('greeting.txt', 'hello ' + readFileSync('name.txt')); process.exit(3)";
    const args = [node, join(path, 'name.txt'), ...house.urls, '--', '-e', program, '{task} and {1}'];
    const out = join(path, 'out');
    const { code, stdout, stderr } = await ogm(['run', '-o', out, ...args]);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 1, stdout: '{task} and {1}\n' });
    expect(stderr).to.match(/^job [0-9a-z]{12} is queued$/m);
    expect(stderr.split('\n')).to.include('a remark').and.to.include(`came back into ${out}: greeting.txt`);
    expect(stderr).to.contain('ogm: the program ended with exit code 3');
    expect(await readFile(join(out, 'greeting.txt'), 'utf8')).to.equal('hello world');
    expect((await readdir(out)).sort()).to.deep.equal(['.ogm', 'greeting.txt']);
    expect((await ogm(['job', 'list', ...house.urls])).stderr).to.contain('there is no job');

    const json = await ogm(['run', '--json', '-o', out, ...args]);
    const said = JSON.parse(json.stdout);
    expect(said).to.deep.include({ host: 'this-machine', exitCode: 3, files: ['greeting.txt'], leftOut: [] });
    expect(await readFile(said.stderr, 'utf8')).to.equal('a remark\n');
  });

  it('ends with 130 on SIGINT, and the program with it', async () => {
    const mark = join(folder.path, 'pid');
    const program = `require('fs').writeFileSync(${JSON.stringify(mark)}, String(process.pid)); setInterval(() => {}, 1000)`;
    await using running = startOgm(['run', '-o', folder.path, node, ...house.urls, '--', '-e', program]);
    const pid = await until(async () => Number(await readFile(mark, 'utf8').catch(() => '')) || undefined);
    expect(await running.kill('SIGINT')).to.deep.equal({ code: 130, signal: null });
    await until(async () => !(await lives(pid)));
    expect((await ogm(['job', 'list', ...house.urls])).stdout).to.contain('CANCELLED');
  });

  it('asks the market where no resource offers it, unless it is to be a job', async () => {
    const { code, stderr } = await ogm(['run', 'node3.0', ...house.urls, '-o', folder.path]);
    expect({ code, stderr }).to.deep.equal({
      code: 3,
      stderr: `ogm: nobody offers node3.0; ask for ${node}\n`,
    });
    const away = ['--broker-url', 'http://127.0.0.1:1'];
    const forced = await ogm(['run', '--by', 'job', node, ...away, '-o', folder.path]);
    expect(forced.code, forced.stderr).to.equal(4);
  });
});
