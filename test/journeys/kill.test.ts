import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ogm, startOgm } from '../support/ogm.ts';
import { type House, node, openHouse, portOf, temporaryFolder } from './support/house.ts';
import { childrenOf, lives } from './support/processes.ts';
import { ask, tell } from './support/seed.ts';
import { post, say, until } from './support/speak.ts';

const sla = { 'Content-Type': 'text/sla' };

/** The agent of a house: the one process that it starts and keeps. */
async function agentOf(house: House): Promise<number> {
  const [agent, ...more] = await childrenOf(house.running.pid);
  expect(more).to.deep.equal([]);
  return agent!;
}

async function ended(pid: number): Promise<void> {
  await until(async () => !(await lives(pid)));
}

/** Flags by which another house takes the very ports of this one. */
function portsOf({ report, http }: House): string[] {
  const [first] = report.agent.applications;
  return [
    ['http', portOf(http)],
    ...Object.entries(report.text).map(([name, address]) => [name, portOf(address)]),
    ['host', portOf(first!.host)],
    ['poll', portOf(report.agent.poll)],
  ].flatMap(([door, port]) => [`--${door}-port`, String(port)]);
}

describe('ogm up that is killed by kill -9', () => {
  it('has kept every Tell that was acknowledged over HTTP, a dozen times over', async function () {
    this.timeout(60_000);
    await using folder = await temporaryFolder();
    const acknowledged = new Set<string>();
    let begun = 0;
    let ports: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      await using house = await openHouse(folder.path, ports);
      ports = portsOf(house);
      const agent = await agentOf(house);
      const before = acknowledged.size;
      const first = Promise.withResolvers<void>();
      const speakers = Array.from({ length: 8 }, async () => {
        for (;;) {
          const application = `tool-${begun++}`;
          const answer = await post(`${house.http}/market`, tell(application), sla).catch(() => undefined);
          if (answer === undefined) return;
          expect(answer.status).to.equal(204);
          acknowledged.add(application);
          first.resolve();
        }
      });
      await first.promise;
      await sleep(randomInt(60));
      await house.running.kill('SIGKILL');
      await Promise.all([...speakers, ended(agent)]);
      expect(acknowledged.size).to.be.greaterThan(before);
    }
    await using house = await openHouse(folder.path, ports);
    const answer = await say(house.port('market'), [...acknowledged].map(ask).join('\n'));
    const found = new Set(Array.from(answer.matchAll(/^Application: (.*)$/gm), ([, name]) => name));
    expect([...acknowledged].filter((name) => !found.has(name))).to.deep.equal([]);
    expect(begun).to.be.greaterThan(acknowledged.size);
  });

  it('takes its agent and the program that runs with it, and leaves its ports to the next', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    const mark = join(folder.path, 'pid');
    const fast = ['--set', 'agent.drain=0 ms', '--set', 'agent.kill-grace=200 ms'];
    let ports: string[];
    {
      await using house = await openHouse(data, fast);
      ports = portsOf(house);
      const agent = await agentOf(house);
      await until(async () => (await say(house.port('broker'), ask(node))).includes('\nHost: '));
      await until(async () => (await say(house.port('market'), ask(node))) !== '');
      const program = `require('fs').writeFileSync(${JSON.stringify(mark)}, String(process.pid)); setInterval(() => {}, 1000)`;
      await using run = startOgm(['run', node, ...house.urls, '-o', folder.path, '--', '-e', program]);
      const pid = await until(async () => Number(await readFile(mark, 'utf8').catch(() => '')) || undefined);
      expect(await lives(pid)).to.equal(true);

      await house.running.kill('SIGKILL');

      await Promise.all([ended(agent), ended(pid)]);
      const { code } = await run.ended;
      expect(code).to.be.oneOf([4, 6]);
    }
    await using next = await openHouse(data, [...fast, ...ports]);
    expect(portsOf(next)).to.deep.equal(ports);
    const nodes = await until(async () => {
      const { code, stdout } = await ogm(['nodes', ...next.urls]);
      return code === 0 && stdout;
    });
    expect(nodes).to.contain(node);
  });

  it('starts an agent again that was killed by itself', async () => {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path, ['--set', 'house.agent-restart=10 ms']);
    const agent = await agentOf(house);
    await house.running.waitFor(/registered at infogather/);

    process.kill(agent, 'SIGKILL');

    await house.running.waitFor(/the agent ended by itself/);
    const next = await until(async () => (await childrenOf(house.running.pid)).find((pid) => pid !== agent));
    expect(next).not.to.equal(agent);
    await until(
      () => house.running.lines.filter((line) => line.includes('registered at infogather')).length === 2,
    );
  });
});
