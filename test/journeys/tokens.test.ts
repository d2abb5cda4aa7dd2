import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as allText } from 'node:stream/consumers';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { tokenMade } from '../../protocol/identities.ts';
import { enrolmentView } from '../../protocol/resources.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import {
  type House,
  node,
  nodeAlone,
  ogmCommand,
  openHouse,
  openToAll,
  temporaryFolder,
} from './support/house.ts';

const nobody = 65_534;
const fixture = (name: string) => new URL(`../client/fixtures/${name}`, import.meta.url);

/** A house with a door over TLS, for which its certificate is 127.0.0.1's. */
async function securedHouse(folder: string) {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  await copyFile(fixture('loopback-certificate.pem'), certificate);
  await copyFile(fixture('loopback-key.pem'), key);
  await chmod(key, 0o600);
  const doors = { listen: '127.0.0.1', 'https-port': '0', certificate, key };
  const set = Object.entries(doors).flatMap(([name, value]) => ['--set', `doors.${name}=${value}`]);
  const house = await openHouse(join(folder, 'data'), [...set, ...openToAll, '--log-level', 'debug']);
  const { https } = house.report as House['report'] & { https: string };
  return { house, https, certificate };
}

/** All files below a folder, with what they hold. */
async function contentsOf(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found.set(path, await readFile(path));
    }
  return found;
}

describe('a user with a token', () => {
  it('works from elsewhere over TLS, on a machine of their own, and the token is kept nowhere', async () => {
    await using folder = await temporaryFolder();
    const { house, https, certificate } = await securedHouse(folder.path);
    await using _house = house;
    const said: string[] = [];
    const command = async (args: readonly string[], stdin = '', cwd = folder.path) => {
      const ended = await ogm(args, { cwd, stdin });
      said.push(ended.stderr);
      return ended;
    };
    const administrate = (...args: string[]) => command([...args, '--broker-url', house.http]);
    expect((await administrate('user', 'add', 'ann')).code).to.equal(0);
    const scopes = ['--scopes', 'read,submit,resources'];
    const { stdout } = await administrate('token', 'create', 'ann', ...scopes, '--json');
    const { token, id } = tokenMade.parse(JSON.parse(stdout));
    const own = join(folder.path, 'ann');
    await mkdir(own);
    const file = join(own, 'token');
    await writeFile(file, `${token}\n`, { mode: 0o600 });
    const there = ['--broker-url', https, '--ca', certificate];
    const asAnn = (...args: string[]) => {
      const at = args.indexOf('--') < 0 ? args.length : args.indexOf('--');
      return command([...args.slice(0, at), ...there, '--token-file', file, ...args.slice(at)], '', own);
    };

    const added = await asAnn('resource', 'add', 'anns', '--json');
    const { secret } = enrolmentView.parse(JSON.parse(added.stdout));
    const data = join(own, 'data');
    expect((await command(['agent', 'enrol', ...there, '--data', data], secret)).code).to.equal(0);
    const ports = ['--host-port', '0', '--poll-port', '0', '--infogather-url', house.http];
    // It is the user who runs the broker who runs it: as that the tasks of Ann may run only where he says so.
    const accepts = ['--set', 'agent.accept-unisolated=true'];
    await using agent = startOgm([
      'agent',
      '--data',
      data,
      '--ca',
      certificate,
      ...ports,
      ...nodeAlone,
      ...accepts,
    ]);
    await agent.waitFor(/the broker has this node/);

    const program = "console.log('a rod'); require('fs').writeFileSync('rod.txt', 'iron')";
    const run = await asAnn('submit', '--', node, '-e', program);
    expect([run.code, run.stdout], run.stderr).to.deep.equal([0, 'a rod\n']);
    expect(await readFile(join(own, 'rod.txt'), 'utf8')).to.equal('iron');
    const listed = await asAnn('job', 'list', '--json');
    const { id: job } = JSON.parse(listed.stdout) as { id: string };

    const socket = new WebSocket(`${https.replace('https', 'wss')}/broker/v1/events/ws`, {
      ca: await readFile(certificate),
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ token }));
    socket.send(JSON.stringify({ job }));
    expect(String((await once(socket, 'message'))[0])).to.contain('QUEUED');

    // Of mistakes no trace of the token is told either: a wrong scope, a wrong place, a file that is open to all.
    expect((await asAnn('user', 'list')).code).to.equal(5);
    const inClear = await command(['job', 'list', '--broker-url', 'http://192.0.2.1', '--token-file', file]);
    expect([inClear.code, inClear.stderr])
      .to.have.nested.property('[1]')
      .that.matches(/not shown to http:/);
    await chmod(file, 0o644);
    const open = await asAnn('job', 'list');
    expect([open.code, open.stderr])
      .to.have.nested.property('[1]')
      .that.matches(/open to others/);
    await chmod(file, 0o600);

    // The administrator sees the job; another user, and nobody, do not.
    expect((await administrate('job', 'show', job)).code).to.equal(0);
    expect((await command(['job', 'show', job, ...there])).stderr).to.contain('wants a token');
    await administrate('user', 'add', 'bob');
    const bobs = await administrate('token', 'create', 'bob');
    const asBob = await command(['job', 'show', job, ...there, '--token-file', '-'], bobs.stdout);
    expect([asBob.code, asBob.stderr])
      .to.have.nested.property('[1]')
      .that.matches(/there is no job/);

    const cut = once(socket, 'close');
    expect((await administrate('token', 'revoke', id)).code).to.equal(0);
    expect((await cut)[0]).to.equal(1008);
    expect((await asAnn('job', 'list')).stderr).to.contain('was revoked');

    await agent.kill();
    await house.running.kill();
    for (const secrets of [token, bobs.stdout.trim()]) {
      const canary = secrets.slice('ogm_'.length);
      for (const line of [...house.running.lines, ...agent.lines, ...said])
        expect(line.includes(canary), line).to.equal(false);
      const files = await contentsOf(folder.path);
      expect([...files.keys()].join()).to.contain('broker.db');
      for (const [path, content] of files)
        if (path !== file) expect(content.includes(canary), path).to.equal(false);
    }
  });

  (real('root') ? it : it.skip)('may be another user of the same machine', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(join(folder.path, 'data'), openToAll);
    await chmod(folder.path, 0o755);
    const administrate = (...args: string[]) => ogm([...args, '--broker-url', house.http]);
    await administrate('user', 'add', 'ann');
    const { stdout: token } = await administrate('token', 'create', 'ann');
    const asNobody = async (...args: string[]) => {
      const [program = '', ...first] = ogmCommand;
      const child = spawn(program, [...first, ...args], {
        env: { ...process.env, OGM_BROKER_URL: house.http },
        uid: nobody,
        gid: nobody,
        cwd: '/',
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stdin.end(token);
      const [stdout, stderr] = await Promise.all([allText(child.stdout), allText(child.stderr)]);
      return { stdout, stderr };
    };
    expect((await asNobody('job', 'list')).stderr).to.contain('wants a token');
    expect((await asNobody('job', 'list', '--token-file', '-')).stderr).to.contain('there is no job');
    expect((await asNobody('submit', '--detach', '--token-file', '-', '--', node)).stdout).to.match(
      /^\w{12}\n$/,
    );
    expect((await asNobody('job', 'list', '--token-file', '-')).stdout).to.contain('QUEUED');
  });
});
