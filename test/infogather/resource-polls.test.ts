import { expect } from 'chai';
import {
  document1,
  givenInfogather,
  hourMs,
  intervalMs,
  registration,
  registrationOf,
  said,
  tell1,
  teller,
} from './support.ts';

const poll = 'Poll: 193.10.66.20:8484';
const address = '193.10.66.20:8484';
const node = ['Application: gcc4.0.2', 'Cpus: 8', 'Disk: 100 GiB', 'Load: 0.1', 'Date: 100'];
const factsOf = (reply = '') =>
  reply.split('\n').filter((line) => /^(Cpus|Disk|CPU-Load|Load|Date):/.test(line));

describe('the polls of registrations of version 1.0', () => {
  const given = async (...answers: readonly string[]) => {
    const opened = await givenInfogather();
    opened.nodes.answers.set(address, answers.join('\n'));
    const asked = async () => said(opened.infogather, document1('Ask', 'a'));
    return Object.assign(opened, { asked });
  };

  it('replace load, date and the disk that is left, said in version 0.1, and nothing else', async () => {
    const polled = registration('gcc4.0.2', 8483, 'CPU-Load: 0.7\nDate: 1796083230\nDisk: 90 GiB\nCpus: 512');
    await using opened = await given(polled);
    await said(opened.infogather, tell1('n1', poll, ...node));
    await opened.settle();
    const [tell] = await opened.asked();
    const facts = ['Cpus: 8', 'Disk: 90 GiB', 'Load: 0.7', 'Date: 2026-12-01T00:00:30Z'];
    expect(factsOf(tell)).to.deep.equal(facts);
    expect((await opened.list())[0]).to.include({ heardAgoMs: 0, cpuLoad: 0.7, fault: null });
    await opened.restart();
    expect(factsOf((await opened.asked())[0])).to.deep.equal(facts);
  });

  it('replace the same, said in version 1.0 under the Id', async () => {
    const news = ['Cpus: 512', 'Load: 0.7', 'CPU-Load: 0.6', 'Date: 2026-12-01', 'Disk: 90 GiB'];
    await using opened = await given(tell1('n1', ...news));
    await said(opened.infogather, tell1('n1', poll, 'Cpus: 8', 'CPU-Load: 0.1'));
    await opened.settle();
    expect(factsOf((await opened.asked())[0])).to.deep.equal([
      'Cpus: 8',
      'CPU-Load: 0.6',
      'Load: 0.7',
      'Date: 2026-12-01',
    ]);
  });

  it('know a registration again by its Host, whatever kind of address that is', async () => {
    for (const host of ['[2001:db8::7]', '[2001:db8::7]:8483', '193.10.66.20', 'n1.example.org:8483']) {
      const toldAt = (text: string) => text.replace('193.10.66.20:8483', host);
      await using opened = await given(toldAt(tell1('n1', 'Load: 0.7')));
      await said(opened.infogather, toldAt(tell1('n1', poll, ...node)));
      await opened.settle();
      expect((await opened.list())[0]).to.include({ host, cpuLoad: 0.7, fault: null });
    }
  });

  it('take what is not registered there, or cannot be, for a fault, and what is in order for true', async () => {
    const good = registration('gcc4.0.2', 8483, 'CPU-Load: 0.7\nDate: 200');
    const faults: [answer: string, fault: RegExp][] = [
      [tell1('n2', 'Load: 3'), /poll for n2 at 193.* not registered/],
      [tell1('n1', 'Load: 3').replace('8483', '9999'), /poll for n1 at 193.*9999.* not registered/],
      [registration('octave', 8483, 'CPU-Load: 3\nDisk: much'), /cannot be: .*Disk/],
      [document1('Ask', 'n1'), /RESOURCE Ask, which is no RESOURCE Tell/],
    ];
    for (const [answer, fault] of faults) {
      await using opened = await given(good, answer);
      await said(opened.infogather, tell1('n1', poll, ...node));
      await said(opened.infogather, tell1('n3', poll, 'Application: octave', 'Disk: 1 GiB', 'Load: 0.2'));
      await opened.settle();
      const [first, second] = await opened.list();
      expect(first).to.include({ cpuLoad: 0.7 });
      expect(first?.fault).to.match(fault);
      expect(second).to.include({ cpuLoad: 0.2 });
    }
  });

  it('keep both versions of a registration, and renew them, as long as they live by duration', async () => {
    await using opened = await given(registration('gcc4.0.2', 8483, 'CPU-Load: 0.7\nDate: 200'));
    const { infogather, clock } = opened;
    await infogather.register(registrationOf('gcc4.0.2', 8483, poll), teller);
    await said(infogather, tell1('n1', poll, 'Expires: 1 min', ...node));
    const until = new Date(clock.now() + hourMs / 2).toISOString();
    await said(infogather, tell1('n2', poll, `Expires: ${until}`, ...node));
    await opened.advance(hourMs);
    expect((await opened.list()).map(({ id }) => id)).to.deep.equal(['n1']);
    opened.nodes.answers.delete(address);
    await opened.advance(60_000 + intervalMs);
    expect((await opened.list()).map(({ id }) => id)).to.deep.equal([null]);
  });

  it('count what an answer in order leaves out as not heard, until it is told anew', async () => {
    await using opened = await given(registration('gcc4.0.2', 8483), tell1('n2'));
    const { infogather, nodes } = opened;
    await said(infogather, tell1('n1', poll, ...node));
    await said(infogather, tell1('n2', poll, 'Application: octave'));
    await opened.advance(intervalMs);
    expect((await opened.list()).map(({ heardAgoMs }) => heardAgoMs)).to.deep.equal([0, 0]);
    nodes.answers.set(address, tell1('n2'));
    await opened.advance(intervalMs);
    const [gone, there] = await opened.list();
    expect(gone).to.include({ heardAgoMs: null, fault: 'the node no longer answers for it' });
    expect(there).to.include({ heardAgoMs: 0, fault: null });
    nodes.polled.length = 0;
    await said(infogather, tell1('n1', 'Seq: 1', poll, ...node));
    await opened.settle();
    expect(nodes.polled).to.deep.equal([address]);
  });

  it('keep what they brought when the same text is told again', async () => {
    await using opened = await given(registration('gcc4.0.2', 8483, 'CPU-Load: 0.7\nDate: 200'));
    await said(opened.infogather, tell1('n1', poll, ...node));
    await opened.settle();
    await said(opened.infogather, tell1('n1', poll, ...node));
    expect((await opened.list())[0]).to.include({ cpuLoad: 0.7, heardAgoMs: 0 });
  });
});
