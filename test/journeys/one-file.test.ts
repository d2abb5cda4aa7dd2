import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { enrolmentView } from '../../protocol/resources.ts';
import { root } from '../../tools/project.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import { freePorts, openHouse, ready, type TemporaryFolder, temporaryFolder } from './support/house.ts';

/** A machine without Node.js, with nothing at all among its commands. */
const bare = { PATH: '/nonexistent' };

(real('gcc') ? describe : describe.skip)('ogm as one file', () => {
  let folder: TemporaryFolder;
  let file: string;

  before(async () => {
    folder = await temporaryFolder();
    file = join(folder.path, 'ogm');
    await promisify(execFile)(process.execPath, [join(root, 'tools', 'build-agent.ts'), file]);
  });
  after(() => folder[Symbol.asyncDispose]());

  it('is of the version of the package, and says which commands it has', async () => {
    const [own, packaged] = await Promise.all([ogm(['--version'], { file, env: bare }), ogm(['--version'])]);
    expect(own).to.deep.equal(packaged);
    const { stdout } = await ogm(['--help'], { file, env: bare });
    expect(stdout).to.contain('  agent [options]').and.not.contain('  market ');
    const up = await ogm(['up'], { file, env: bare });
    expect(up.code).to.equal(2);
    expect(up.stderr).to.contain("unknown command 'up'");
  });

  it('enrols at a broker, serves it, and submits to it, where there is no Node.js', async () => {
    await using house = await openHouse(join(folder.path, 'house'), [
      ...freePorts,
      ...['--set', 'agent.accept-tasks=false'],
    ]);
    const { stdout } = await ogm(['resource', 'add', 'login-node', '--json', '--broker-url', house.http]);
    const { secret } = enrolmentView.parse(JSON.parse(stdout));
    const data = join(folder.path, 'data');
    const config = join(folder.path, 'ogm.yaml');
    await writeFile(
      config,
      [
        ...['house:', `  data: ${data}`, 'client:'],
        ...[`  broker-url: ${house.http}`, `  infogather-url: ${house.http}`],
        ...['agent:', '  detect: false', '  host-port: 0', '  poll-port: 0', '  applications:'],
        ...['    - name: greeting', '      argv: [/bin/echo, hello]', '      arguments: {}'],
      ].join('\n'),
    );
    const one = { file, env: { ...bare, OGM_CONFIG: config } };
    const enrolled = await ogm(['agent', 'enrol'], { ...one, stdin: `${secret}\n` });
    expect(enrolled.code, enrolled.stderr).to.equal(0);
    await using agent = startOgm(['agent', '--json'], one);
    const report = await ready<{ applications: { name: string }[] }>(agent);
    expect(report.applications.map(({ name }) => name)).to.deep.equal(['greeting']);

    const submitted = await ogm(['submit', 'greeting'], one);
    expect([submitted.code, submitted.stdout], submitted.stderr).to.deep.equal([0, 'hello\n']);
    const programs = await readdir(join(data, 'agent', 'tasks', 'programs'));
    expect(programs.join()).to.match(/^ogm-supervisor-[0-9a-f]{16}$/);
    expect(await agent.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
  });
});
