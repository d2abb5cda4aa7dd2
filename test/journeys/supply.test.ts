import { expect } from 'chai';
import { type House, node, openHouse, temporaryFolder } from './support/house.ts';
import { say, until } from './support/speak.ts';

/** A document of version 1.0 that asks for the node that runs these tests. */
function asked(language: 'SLA' | 'RESOURCE', ...more: readonly string[]): string {
  const headers = [`${language}-version: 1.0`, 'Action: Ask', 'Id: ask-1', 'Application: node (>= 24)'];
  return [...headers, ...more].map((header) => `${header}\n`).join('');
}

/** A broker answers an Id once for good, and may know of no node yet: each try has an Id of its own. */
function untilAnswered(house: House, ask: string, like: RegExp): Promise<string> {
  let tries = 0;
  return until(async () => {
    tries += 1;
    const answer = await say(house.port('broker'), ask.replace('Id: ask-1', `Id: ask-1.${tries}`));
    return like.test(answer) && answer;
  });
}

const saidOf = (answer: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(answer)?.[1];

describe('an Ask of version 1.0 to a house', () => {
  async function withHouse(more: readonly string[], look: (house: House) => Promise<void>): Promise<void> {
    await using folder = await temporaryFolder();
    await using house = await openHouse(folder.path, ['--set', 'broker.learn-interval=100 ms', ...more]);
    await look(house);
  }

  it('meets the machine that it runs on: at the market, at the broker, and at infogather', () =>
    withHouse([], async (house) => {
      const { poll } = house.report.agent;
      const ask = asked(
        'SLA',
        'Cpus: 1',
        'Memory: 100 MB',
        `Arch: ${process.arch === 'x64' ? 'x86_64' : 'any'}`,
      );
      const told = await until(async () => {
        const answer = await say(house.port('market'), ask);
        return saidOf(answer, 'Broker-IP') !== undefined && answer;
      });
      expect(saidOf(told, 'Broker-IP')).to.equal(house.report.text.broker);
      expect(saidOf(told, 'Application')).to.equal(node);
      expect(saidOf(told, 'Accepts-version')).to.equal('0.1');
      for (const name of ['Os', 'Cpus', 'Memory', 'Disk', 'Load'])
        expect(saidOf(told, name)).to.be.a('string');
      const offered = await untilAnswered(house, ask, /^Action: Offer$/m);
      expect(saidOf(offered, 'Tell')).to.equal(saidOf(told, 'Id'));
      expect(saidOf(offered, 'Application')).to.equal(node);
      expect(saidOf(offered, 'Cpus')).to.equal('1');
      const registered = await say(house.port('infogather'), asked('RESOURCE', 'Cpus: 1'));
      expect(saidOf(registered, 'Poll')).to.equal(poll);
      expect(saidOf(registered, 'Matched')).to.equal('1 of 1');
    }));

  it('is told why there is none that is large enough', () =>
    withHouse(['--set', 'agent.cpus=1', '--set', 'agent.memory=1 GiB'], async (house) => {
      const ask = asked('SLA', 'Memory: 2 GiB');
      await until(async () => /nearest 1 GiB at node-/.test(await say(house.port('market'), ask)));
      const declined = await untilAnswered(house, ask, /Reason: capacity .*Memory/);
      expect(saidOf(declined, 'Reason')).to.match(/^capacity .*Memory: 2 GiB -> 0 yes, 1 no.*nearest 1 GiB/);
    }));
});
