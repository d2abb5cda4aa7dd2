import { expect } from 'chai';
import { printTest } from '../../../grammar/tests/print.ts';
import { askHead, documentOf, partyOf, tellHead } from './support.ts';

const gibi = 2 ** 30;
const hour = 3600;
const nano = 1_000_000_000n;

const tell = partyOf(
  `${tellHead}Accepts-version: 0.1\nUnderstands: time\nExpires: 15 min\nApplication: gcc4.0.2\nArch: x86_64\n` +
    'Cpus: 64\nMemory: 256 GiB\nFeatures: avx2, sse4.2\nFeatures: amx\nSlots: 3\nWalltime: <= 24 h\nOwner: alice | bob\n' +
    'My.Walltime: 3 h\nPrice: 0.03 EUR/cpu-h + 0.05 EUR/job\nPrice: 1 USD\nRequires: their.Tasks > 3\nExplicit: fabric\n',
);
const ask = partyOf(
  `${askHead}Critical: deadline\nLimit: 3\nCpus: 8\nMemory?: 16..64 GiB\nDisk: == 100 GB\nFeatures: avx2\nFeatures: not amx\n` +
    'Owner: alice\nMy.Reputation: 0.9\nTheir.Walltime: >= 2 h\nWalltime: 2 h\nTasks: 5\nBudget: 4 EUR\nBudget: 5 USD\n' +
    'Price: <= 0.05 EUR/cpu-h\nDeadline: 2026-12-01T18:00Z\nCount: 4\nRequires: their.Load < 3\nPrefer: their.Arch == "x"\nRank: their.Cpus\n',
);

describe('a Tell', () => {
  it('states facts about itself and tests of the asker', () => {
    expect([...tell.facts.keys()]).to.deep.equal([
      ...['application', 'arch', 'cpus', 'memory', 'features', 'slots', 'walltime'],
    ]);
    expect(tell.facts.get('features')).to.have.property('text', 'avx2, sse4.2, amx');
    expect(tell.facts.get('features')?.values).to.have.length(3);
    expect(tell.tests.map(({ name, test }) => [name, printTest(test)])).to.deep.equal([
      ['walltime', '<= 24 h'],
      ['owner', 'alice | bob'],
    ]);
  });

  it('says what is left for one slot, how many slots there are, and what they cost', () => {
    expect(tell.slots).to.equal(3);
    expect(tell.needs.map(({ name, from, upTo }) => [name, from, upTo])).to.deep.equal([
      ['cpus', 64, 64],
      ['memory', 256 * gibi, 256 * gibi],
    ]);
    expect(tell.prices).to.deep.equal([
      {
        currency: 'EUR',
        rates: [
          { nano: (3n * nano) / 100n, per: 'cpu-h' },
          { nano: nano / 20n, per: 'job' },
        ],
        header: 'Price: 0.03 EUR/cpu-h + 0.05 EUR/job',
      },
      { currency: 'USD', rates: [{ nano, per: undefined }], header: 'Price: 1 USD' },
    ]);
    expect(tell.explicit).to.deep.equal(['fabric']);
    expect(tell.understands).to.deep.equal(['time']);
    expect(tell.acceptsVersions).to.deep.equal(['0.1']);
  });

  it('lists nothing that an explanation counts, which is what Asks say', () => {
    expect(tell.clauses).to.deep.equal([]);
  });
});

describe('an Ask', () => {
  it('says what it needs of amounts', () => {
    expect(ask.needs.map(({ name, from, upTo, exact }) => [name, from, upTo, exact])).to.deep.equal([
      ['cpus', 8, 8, false],
      ['memory', 16 * gibi, 64 * gibi, false],
      ['disk', 1e11, 1e11, true],
    ]);
    expect(ask.needs[1]).to.include({ header: 'Memory?: 16..64 GiB', negotiable: true, dimension: 'bytes' });
  });

  it('has what it needs for facts, the lower end of it, and one Cpu where it asks for none', () => {
    expect(ask.facts.get('cpus')?.text).to.equal('8');
    expect(ask.facts.get('memory')).to.deep.equal({
      values: [{ kind: 'quantity', dimension: 'bytes', value: 16 * gibi }],
      text: '16 GiB',
    });
    expect(partyOf(askHead).facts.get('cpus')?.text).to.equal('1');
    expect(partyOf(`${askHead}Cpus: 8\nMy.Cpus: 9\n`).facts.get('cpus')?.text).to.equal('9');
    expect(partyOf(`${askHead}My.Cpus: 9\n`).facts.get('cpus')?.text).to.equal('9');
  });

  it('has terms', () => {
    expect(ask).to.include({ walltime: 2 * hour, tasks: 5, count: 4, limit: 3 });
    expect(ask.critical).to.deep.equal(['deadline']);
    expect(ask.promises).to.deep.equal(['Deadline']);
    expect(ask.budgets.map(({ currency }) => currency)).to.deep.equal(['EUR', 'USD']);
    expect(ask.rank?.text).to.equal('their.Cpus');
    expect(ask.prefers.map(({ header }) => header)).to.deep.equal(['Prefer: their.Arch == "x"']);
    expect(partyOf(askHead)).to.include({ count: 1, limit: 10, walltime: undefined, tasks: undefined });
  });

  it('lists what an explanation counts, all Budgets as one', () => {
    expect(ask.clauses.map(({ kind, header }) => `${kind} ${header}`)).to.deep.equal([
      'need Cpus: 8',
      'need Memory?: 16..64 GiB',
      'need Disk: == 100 GB',
      'test Features: avx2',
      'test Features: not amx',
      'test Their.Walltime: >= 2 h',
      'budgets Budget: 4 EUR',
      'test Price: <= 0.05 EUR/cpu-h',
      'requires Requires: their.Load < 3',
    ]);
  });
});

describe('a document of version 1.0', () => {
  it('has its envelope read', () => {
    const { envelope, version, language, action } = documentOf(
      'resource-version: 1.7\naction: Tell\nID: n1\nSeq: 4\nIn-reply-to: x\nHost: [::1]:8\nPoll: node-1\nExpires: 2026-12-01\nCursor: 7\n',
    );
    expect({ version, language, action }).to.deep.equal({
      version: '1.7',
      language: 'RESOURCE',
      action: 'Tell',
    });
    expect(envelope).to.deep.equal({
      id: 'n1',
      seq: 4,
      inReplyTo: 'x',
      cursor: 7,
      expires: { kind: 'until', moment: Date.UTC(2026, 11, 1) },
      brokerIp: undefined,
      host: { host: '::1', port: 8 },
      poll: { host: 'node-1', port: undefined },
    });
    expect(documentOf(`${askHead}Expires: 90 min\n`).envelope.expires).to.deep.equal({
      kind: 'for',
      seconds: 1.5 * hour,
    });
  });

  it('says nothing to the other side where its action takes none', () => {
    for (const action of ['Untell', 'Unwatch', 'Ack', 'Because', 'Decline']) {
      expect(documentOf(`SLA-version: 1.0\nAction: ${action}\nId: a\nReason: policy\n`).party).to.equal(
        undefined,
      );
    }
    for (const action of ['Ask', 'Why', 'Watch']) {
      const { party } = documentOf(`SLA-version: 1.0\nAction: ${action}\nId: a\nCpus: 8\n`);
      expect(party?.needs).to.have.length(1);
    }
  });
});
