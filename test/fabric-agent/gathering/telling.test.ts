import { expect } from 'chai';
import { Telling } from '../../../fabric-agent/gathering/telling.ts';
import { NotYet } from '../../../fabric-agent/registration.ts';
import { type Node, newTells, oldTells } from '../../../fabric-agent/tells.ts';
import type { Document1, ResourceTell } from '../../../grammar/index.ts';
import { silentLog } from '../../../platform/log.ts';

const node: Node = {
  name: 'node-1',
  applications: [{ name: 'gcc', address: { host: '127.0.0.1', port: 1 } }],
  poll: undefined,
  machine: { cpus: 1, memoryBytes: 2 ** 30, arch: 'x86_64', os: 'Linux' },
};
const moment = { load: 0, diskBytes: undefined, at: 1_000 };
const waitMs = 30_000;
const { signal } = new AbortController();

describe('how a node is told to infogather', () => {
  let line: { isOpen: boolean; isRefused: boolean; closedMs: number; reason: string; tell: typeof tell };
  let said: string[];

  const note = (way: string) => async (document: Document1 | ResourceTell) => {
    const version = 'envelope' in document ? '1.0' : '0.1';
    said.push(`${way} ${version} ${document.action}`);
  };
  const tell = (document: Document1) => note('line')(document);

  beforeEach(() => {
    said = [];
    line = { isOpen: false, isRefused: false, closedMs: 0, reason: 'it is not there yet', tell };
  });

  const tellingBy = (by: typeof line | undefined) =>
    new Telling({
      line: by,
      overHttp: note('http'),
      waitMs,
      tells: {
        ofLine: async () => newTells(node, moment, 1, 1000, true),
        ofHttp: async () => [...newTells(node, moment, 1, 1000), ...oldTells(node, moment)],
      },
      log: silentLog,
    });

  async function tellAll(telling: Telling): Promise<string[]> {
    for (const document of await telling.documents()) await telling.register(document, { signal });
    await telling.told(signal);
    return said.splice(0);
  }

  it('is over the line alone where that is open, and what stands there over HTTP is taken back, once', async () => {
    line.isOpen = true;
    const telling = tellingBy(line);
    expect(await tellAll(telling)).to.deep.equal(['line 1.0 Tell', 'http 1.0 Untell']);
    expect(await tellAll(telling)).to.deep.equal(['line 1.0 Tell']);
  });

  it('waits for the line, and is over HTTP in both versions where that stays closed, or is not taken', async () => {
    const both = ['http 1.0 Tell', 'http 0.1 Tell'];
    const telling = tellingBy(line);
    const early = await tellAll(telling).catch((error: unknown) => error);
    expect(early).to.be.instanceOf(NotYet);
    line.closedMs = waitMs;
    expect(await tellAll(telling)).to.deep.equal(both);
    line.closedMs = 0;
    line.isOpen = true;
    expect(await tellAll(telling)).to.deep.equal(['line 1.0 Tell', 'http 1.0 Untell']);
    line.isOpen = false;
    line.isRefused = true;
    expect(await tellAll(telling)).to.deep.equal(both);
    expect(await tellAll(tellingBy(undefined))).to.deep.equal(both);
  });

  it('is in version 1.0 alone of what has no Host door, and finds who asks in version 0.1 where it has one', () => {
    const [open] = newTells(node, moment, 1, 1000, true);
    expect(open?.headers).to.deep.include({ name: 'Accepts-version', value: '0.1' });
    const closed = { ...node, applications: [{ name: 'gcc', address: undefined }] };
    expect(oldTells(closed, moment)).to.deep.equal([]);
    const [shut] = newTells(closed, moment, 1, 1000, true);
    expect(shut?.headers).to.deep.include.members([
      { name: 'Host', value: 'node-1.invalid' },
      { name: 'Transport', value: 'job' },
    ]);
    expect(shut?.party?.acceptsVersions).to.deep.equal([]);
  });
});
