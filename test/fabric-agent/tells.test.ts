import { availableParallelism, totalmem } from 'node:os';
import { expect } from 'chai';
import { refuseDecline, ServiceFailure } from '../../client/index.ts';
import { thisMachine, thisMoment } from '../../fabric-agent/machine.ts';
import { patiently } from '../../fabric-agent/register.ts';
import { type Node, newTells, oldTells, pollTells } from '../../fabric-agent/tells.ts';
import {
  type Document1,
  document1Of,
  printDocument,
  printDocument1,
  type ResourceTell,
} from '../../grammar/index.ts';
import { eventually, recordingLog, startAgent } from './support.ts';

const gibibyte = 2 ** 30;
const node: Node = {
  name: 'node-1',
  applications: [
    { name: 'gcc12.2.0', address: { host: '193.10.66.20', port: 8483 } },
    { name: 'Größe, (100 %)', address: { host: '2001:db8::20', port: 8485 } },
  ],
  poll: { host: '193.10.66.20', port: 8484 },
  machine: { cpus: 8, memoryBytes: 16.99 * gibibyte, arch: 'x86_64', os: 'Linux' },
};
const moment = { load: 0.25, diskBytes: 99.9 * gibibyte, at: 1_796_083_230_123 };

describe('what an agent tells of its machine', () => {
  it('is in version 1.0 a Tell for each application, with what the machine has and its own Host', () => {
    const [first, second] = newTells(node, moment, 7, 1_800_000).map(printDocument1);
    expect(first).to.equal(
      'RESOURCE-version: 1.0\nAction: Tell\nId: node-1/gcc12.2.0\nSeq: 7\nExpires: 30 min\n' +
        'Host: 193.10.66.20:8483\nPoll: 193.10.66.20:8484\nApplication: gcc12.2.0\nArch: x86_64\nOs: Linux\n' +
        'Cpus: 8\nMemory: 16.9 GiB\nDisk: 99 GiB\nLoad: 0.25\nDate: 2026-12-01T00:00:30Z\n',
    );
    expect(second).to.contain('Id: node-1/Gr%C3%B6%C3%9Fe,%20(100%20%25)\n');
    expect(second).to.contain('Host: [2001:db8::20]:8485\n').and.contain('Application: "Größe, (100 %)"\n');
  });

  it('is in version 0.1 what it always was, and to a poll the disk that is left beside', () => {
    const told = 'RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc12.2.0\nHost: 193.10.66.20:8483\n';
    const text = `${told}Poll: 193.10.66.20:8484\nCPU-Load: 0.25\nDate: 1796083230\n`;
    expect(oldTells(node, moment).map(printDocument)[0]).to.equal(text);
    expect(pollTells(node, moment).map(printDocument)[0]).to.equal(`${text}Disk: 99 GiB\n`);
    const { diskBytes: _, ...noDisk } = moment;
    expect(pollTells(node, { ...noDisk, diskBytes: undefined }).map(printDocument)[0]).to.equal(text);
  });

  it('never says more than there is', () => {
    const said = (memoryBytes: number, diskBytes: number) => {
      const machine = { ...node.machine, memoryBytes };
      const [tell] = newTells({ ...node, machine }, { ...moment, diskBytes }, 1, 1_000);
      return ['memory', 'disk'].map((name) => tell?.party?.facts.get(name)?.text);
    };
    expect(said(16 * gibibyte, 10 * gibibyte)).to.deep.equal(['16 GiB', '10 GiB']);
    expect(said(gibibyte - 1, 1.25 * gibibyte)).to.deep.equal(['1023 MiB', '1.2 GiB']);
    expect(said(1, 0)).to.deep.equal(['0 MiB', '0 MiB']);
  });

  it('has Ids of their own for names that are long', () => {
    const applications = ['a', 'b'].map((end) => ({
      name: `${'x'.repeat(198)}${end}`,
      address: { host: '10.0.0.1', port: 1 },
    }));
    const ids = newTells({ ...node, applications }, moment, 1, 1_000).map(({ envelope }) => envelope.id);
    expect(new Set(ids).size).to.equal(2);
    for (const id of ids) expect(id?.length).to.be.at.most(128);
  });

  it('is what the system has, or less where the owner says less', async () => {
    const all = { cpus: undefined, memory: undefined, disk: undefined };
    const machine = thisMachine(all);
    expect(machine.cpus).to.equal(availableParallelism());
    expect(machine.memoryBytes).to.be.within(1, totalmem());
    expect(machine.arch).to.match(/^[a-z0-9_]+$/);
    expect(thisMachine({ ...all, cpus: 1, memory: 1_000 })).to.include({ cpus: 1, memoryBytes: 1_000 });
    expect(thisMachine({ ...all, cpus: 100_000, memory: 2 ** 60 })).to.deep.equal(machine);
    const { load, diskBytes } = await thisMoment(all, '/', 0);
    expect(load).to.be.at.least(0);
    expect(diskBytes).to.be.greaterThan(0);
    expect((await thisMoment({ ...all, disk: 1_000 }, '/', 0)).diskBytes).to.equal(1_000);
    expect((await thisMoment(all, '/no/such/folder', 0)).diskBytes).to.equal(undefined);
  });

  it('is registered in both versions, version 1.0 first', async () => {
    await using test = await startAgent({ cpus: 1, memory: '1 GiB', 'registration-interval': '20 min' });
    await eventually(() => expect(test.registered).to.have.length(2));
    const [first, second] = test.registered;
    expect(first).to.match(/^RESOURCE-version: 1\.0\nAction: Tell\nId: node-[0-9a-f]{12}\/node/);
    expect(first).to.contain('Expires: 1 h\n').and.contain('Cpus: 1\nMemory: 1 GiB\n');
    expect(second).to.match(/^RESOURCE-version: 0\.1\nAction: Tell\nApplication: node/);
  });
});

/** A Decline as infogather gives it. */
function declineOf(reason: string): Document1 {
  const headers = { 'RESOURCE-version': '1.0', Action: 'Decline', Reason: reason };
  return document1Of(Object.entries(headers).map(([name, value]) => ({ name, value })));
}

describe('registering in version 1.0', () => {
  const [tell] = newTells(node, moment, 7, 1_000) as [Document1];
  const [old] = oldTells(node, moment) as [ResourceTell];
  const never = new AbortController().signal;

  function given(reasons: readonly (string | undefined)[]) {
    const left = [...reasons];
    const told: string[] = [];
    const logged: { level: string; message: string; fields: unknown }[] = [];
    const register = patiently(async (document) => {
      told.push(`${document.version} ${document.action}`);
      const reason = left.shift();
      if (reason !== undefined) refuseDecline([declineOf(reason)]);
    }, recordingLog(logged));
    return {
      told,
      logged,
      register: (document: Document1 | ResourceTell) => register(document, { signal: never }),
    };
  }

  it('is let be where infogather speaks version 0.1 alone, which is said once', async () => {
    const reason = 'not-understood RESOURCE-version';
    const { logged, register } = given([reason, reason]);
    await register(tell);
    await register(tell);
    expect(logged.map(({ level }) => level)).to.deep.equal(['info']);
  });

  it('is done anew where infogather knows a higher Seq from before the clock was set back', async () => {
    const { told, register } = given(['stale another text of this Id is told with Seq 9']);
    await register(tell);
    expect(told).to.deep.equal(['1.0 Tell', '1.0 Untell', '1.0 Tell']);
  });

  it('fails where it is declined for another reason, or could not be told', async () => {
    for (const [document, reason] of [
      [tell, 'capacity infogather holds 2 registrations'],
      [old, 'not-understood this'],
    ] as const) {
      const { register } = given([reason]);
      const refused = await register(document).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(ServiceFailure);
    }
  });
});
