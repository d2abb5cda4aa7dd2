import { expect } from 'chai';
import { nodesOf as nodesInSlices } from '../../broker/node.ts';
import { nodeTell, tellId } from '../../broker/node-tell.ts';
import { finish, printDocument1 } from '../../grammar/index.ts';
import type { NodeEntry } from '../../protocol/nodes.ts';
import { entryOf } from './support.ts';

const nodesOf = (entries: readonly NodeEntry[]) => finish(nodesInSlices(entries));
const broker = '193.10.66.141:7685';
const tellsOf = (entries: readonly NodeEntry[]) =>
  nodesOf(entries).map((node) => printDocument1(nodeTell(node, broker, { seq: 7, lifeMs: 1_800_000 })));

describe('the nodes of a broker', () => {
  it('are told each as one, with all of its applications, by an Id that stays', () => {
    const first = entryOf('n1/gcc', { application: 'gcc4.0.2', host: '193.10.66.20:1' });
    const second = entryOf('n1/octave', { application: 'octave, the', host: '193.10.66.20:2' });
    expect(tellsOf([first, second])).to.deep.equal([
      'SLA-version: 1.0\nAction: Tell\nId: n1@193.10.66.141:7685\nSeq: 7\nExpires: 30 min\n' +
        'Accepts-version: 0.1\nBroker-IP: 193.10.66.141:7685\nApplication: gcc4.0.2, "octave, the"\n' +
        'Arch: x86_64\nCpus: 8\nMemory: 16 GiB\nDisk: 100 GiB\nLoad: 0.2\n',
    ]);
  });

  it('are those whose Ids are the same up to the first slash', () => {
    const entries = ['n1/a', 'n2/a', 'n1/b/c', 'n3'].map((id) => entryOf(id, { application: id }));
    const nodes = nodesOf([...entries, { ...entries[0]!, id: null, says: null }]);
    expect(nodes.map(({ name, serves }) => [name, serves.length])).to.deep.equal([
      ['n1', 2],
      ['n2', 1],
      ['n3', 1],
    ]);
  });

  it('pass on all that their registrations say, tests and terms too', () => {
    const says = { Cpus: '8', Features: ['avx2', 'sse4.2'], Walltime: '<= 24 h', Price: '0.03 EUR/cpu-h' };
    const [tell] = tellsOf([entryOf('n1', { says, cpuLoad: null })]);
    expect(tell).to.contain('Cpus: 8\nFeatures: avx2\nFeatures: sse4.2\nWalltime: <= 24 h\nPrice: 0.03');
    expect(tell).to.not.match(/^(Load|Disk):/m);
  });

  it('are several where what their applications say of them is not the same', () => {
    const entries = [
      entryOf('n1/a', { application: 'a1' }),
      entryOf('n1/c', { application: 'c1', says: { Price: '1 EUR/h' } }),
      entryOf('n1/b', { application: 'b1', says: { Price: '1 EUR/h' } }),
    ];
    const nodes = nodesOf(entries).map(({ name, serves }) => [
      name,
      ...serves.map(({ application }) => application),
    ]);
    expect(nodes).to.deep.equal([
      ['n1/a', 'a1'],
      ['n1/b', 'c1', 'b1'],
    ]);
  });

  it('have the load and disk that were heard last', () => {
    const disk = (text: string) => ({ ...entryOf('n').says, Disk: text });
    const nodes = nodesOf([
      entryOf('n/a', { cpuLoad: 0.9, heardAgoMs: 900, toldAgoMs: 5_000, says: disk('9 GiB') }),
      entryOf('n/b', { cpuLoad: 0.1, heardAgoMs: 100, toldAgoMs: 5_000, says: disk('1 GiB') }),
      entryOf('n/c', { cpuLoad: 0.5, heardAgoMs: null, toldAgoMs: 500, says: disk('5 GiB') }),
    ]);
    expect(nodes).to.have.length(1);
    expect(nodes[0]).to.include({ load: 0.1, disk: '1 GiB' });
  });

  it('is several where it has more applications than one Tell can say; Ids may be as long as may be', () => {
    const entries = Array.from({ length: 900 }, (_, index) =>
      entryOf(`n/${index}`, { application: `application-${index}` }),
    );
    const tells = nodesOf(entries).map((node) => nodeTell(node, broker));
    expect(new Set(tells.map(({ envelope }) => envelope.id)).size).to.equal(tells.length);
    const told = tells.flatMap(({ party }) => party?.facts.get('application')?.values ?? []);
    expect(told.map((value) => 'text' in value && value.text)).to.deep.equal(
      entries.map(({ application }) => application),
    );
    expect(tells).to.have.length(3);
    const ids = ['a', 'b'].map((end) => tellId(`${'n'.repeat(126)}${end}`, broker));
    expect(new Set(ids).size).to.equal(2);
    for (const id of ids) expect(id.length).to.be.at.most(128);
  });
});
