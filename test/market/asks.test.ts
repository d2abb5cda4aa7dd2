import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { another, answered, ask1, givenMarket, idsOf, said, tell1, untell1, why1 } from './support.ts';

const price = 'Price: 0.03 EUR/cpu-h + 0.05 EUR/job';
const decline = (reason: string) =>
  `SLA-version: 1.0\nAction: Decline\nIn-reply-to: ask-1\nReason: ${reason}\n`;
const because = (...lines: string[]) =>
  `SLA-version: 1.0\nAction: Because\nIn-reply-to: ask-1\n${lines.map((line) => `${line}\n`).join('')}`;

describe('the market, asked in version 1.0', () => {
  it('answers with the Tells that match, as they were told, best first, and says how many there are', async () => {
    await using given = await givenMarket();
    const { market } = given;
    for (const cpus of [4, 8, 64, 16]) await said(market, tell1(`of-${cpus}`, 'Seq: 2', `Cpus: ${cpus}`));
    const answer = await answered(market, ask1('ask-1', 'Cpus: 8', 'Limit: 2', 'Rank: their.Cpus'));
    const reply = (cpus: number) =>
      tell1(`of-${cpus}`, `Cpus: ${cpus}`).replace('Broker-IP', 'Seq: 2\nIn-reply-to: ask-1\nBroker-IP');
    expect(answer).to.deep.equal([reply(64), reply(16), because('Matched: 3 of 4')]);
  });

  it('answers an Ask without an Id without In-reply-to', async () => {
    await using given = await givenMarket();
    await said(given.market, tell1('a', 'Cpus: 8'));
    const ask = 'SLA-version: 1.0\nAction: Ask\nCpus: 8\n';
    expect(await answered(given.market, ask)).to.deep.equal([
      tell1('a', 'Cpus: 8'),
      'SLA-version: 1.0\nAction: Because\nMatched: 1 of 1\n',
    ]);
  });

  it('says why nothing matches, and what would help', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('small', 'Cpus: 8', 'Memory: 12 GiB', price));
    await said(market, tell1('smaller', 'Cpus: 4', 'Memory: 8 GiB'));
    await said(market, tell1('picky', 'Cpus: 64', 'Memory: 256 GiB', 'Walltime: <= 1 h'));
    const headers = ['Cpus: 8', 'Memory: 16 GiB', 'Walltime: 2 h'];
    const answer = await answered(market, ask1('ask-1', ...headers));
    expect(answer).to.deep.equal([
      because(
        'Matched: 0 of 3',
        'Clause: Cpus: 8 -> 2 yes, 1 no, 0 unsaid; alone stops 0; nearest 4 at smaller',
        'Clause: Memory: 16 GiB -> 1 yes, 2 no, 0 unsaid; alone stops 1; nearest 12 GiB at small',
        'Refused-by: Walltime -> 1 no; nearest <= 1 h at picky',
        'Suggest: Memory: 12 GiB -> 1 match from 0.53 EUR',
        'Suggest: Walltime: 1 h -> 1 match',
      ),
    ]);
    expect(await answered(market, why1('ask-1', ...headers))).to.deep.equal(answer);
  });

  it('explains on Why also what matches', async () => {
    await using given = await givenMarket();
    await said(given.market, tell1('a', 'Cpus: 8'));
    await said(given.market, tell1('b', 'Cpus: 4'));
    expect(await answered(given.market, why1('ask-1', 'Cpus: 8'))).to.deep.equal([
      because(
        'Matched: 1 of 2',
        'Clause: Cpus: 8 -> 1 yes, 1 no, 0 unsaid; alone stops 1; nearest 4 at b',
        'Suggest: Cpus: 4 -> 2 matches',
      ),
    ]);
  });

  it('tells the clauses in the order of each Ask, though Asks of the same clauses are one', async () => {
    await using given = await givenMarket();
    const clauses = async (...headers: string[]) => {
      const [report = ''] = await answered(given.market, why1('ask-1', ...headers));
      return Array.from(report.matchAll(/^Clause: (\w+)/gm), ([, name]) => name);
    };
    expect(await clauses('Cpus: 8', 'Arch: x86_64')).to.deep.equal(['Cpus', 'Arch']);
    expect(await clauses('Arch: x86_64', 'Cpus: 8')).to.deep.equal(['Arch', 'Cpus']);
  });

  it('says which promises were left out, and refuses those that are critical', async () => {
    await using given = await givenMarket();
    const { market } = given;
    await said(market, tell1('a', 'Cpus: 8'));
    await said(market, tell1('b', 'Cpus: 8', 'Understands: time'));
    const deadline = 'Deadline: 2026-12-01T18:00Z';
    const [, , left] = await answered(market, ask1('ask-1', 'Cpus: 8', deadline));
    expect(left).to.equal(because('Matched: 2 of 2', 'Ignored: Deadline'));
    const critical = await answered(market, ask1('ask-1', 'Critical: Deadline', 'Cpus: 8', deadline));
    expect(idsOf(critical)).to.deep.equal(['b']);
    expect(critical.at(-1)).to.equal(because('Matched: 1 of 2'));
  });

  it('reports in full where no Tells together carry the Count', async () => {
    await using given = await givenMarket();
    await said(given.market, tell1('a', 'Cpus: 8'));
    const answer = await answered(given.market, ask1('ask-1', 'Count: 2', 'Cpus: 8'));
    expect(answer).to.deep.equal([
      because(
        'Matched: 1 of 1',
        'Clause: Cpus: 8 -> 1 yes, 0 no, 0 unsaid; alone stops 0',
        'Note: the match carries 1 of the 2 slots that Count asks for',
        'Suggest: Count: 1 -> 1 match',
      ),
    ]);
  });

  it('holds its answers within a bound', async () => {
    await using given = await givenMarket({ 'most-answers': 3 });
    for (const id of ['a', 'b', 'c', 'd']) await said(given.market, tell1(id, 'Slots: 9'));
    const answer = await answered(given.market, ask1('ask-1', 'Limit: 1000000'));
    expect(idsOf(answer)).to.deep.equal(['a', 'b', 'c']);
    expect(answer.at(-1)).to.equal(because('Matched: 4 of 4'));
    expect(idsOf(await answered(given.market, ask1('ask-1', 'Count: 3')))).to.deep.equal(['a']);
    expect(await answered(given.market, ask1('ask-1', 'Count: 4'))).to.deep.equal([
      decline('policy Count; this market finds at most 3 slots at once'),
    ]);
    expect(idsOf(await answered(given.market, ask1('ask-1', 'Limit: 0')))).to.deep.equal([]);
  });

  it('keeps only so many Asks ready, and answers the others as well', async () => {
    await using given = await givenMarket({ 'asks-kept': 2 });
    for (let cpus = 1; cpus <= 5; cpus += 1) await said(given.market, tell1(`t${cpus}`, `Cpus: ${cpus}`));
    for (const cpus of [1, 2, 3, 4, 5, 1, 2]) {
      const answer = await answered(given.market, ask1('ask-1', `Cpus: ${cpus}`));
      expect(answer.at(-1)).to.equal(because(`Matched: ${6 - cpus} of 5`));
    }
  });

  it('declines what it does not do', async () => {
    await using given = await givenMarket();
    for (const action of ['Ack', 'Because', 'Decline']) {
      expect(await said(given.market, `SLA-version: 1.0\nAction: ${action}\nId: ask-1\n`)).to.deep.equal([
        decline(
          `not-understood Action ${action}; the market takes Tell, Untell, Ask, Why, Watch and Unwatch`,
        ),
      ]);
    }
    expect(await said(given.market, 'RESOURCE-version: 1.0\nAction: Ask\nId: ask-1\n')).to.deep.equal([
      decline('not-understood RESOURCE-version; send it to infogather').replace('SLA-v', 'RESOURCE-v'),
    ]);
  });

  it('shows an Ask every Tell that was begun before it, answered or not', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const told = ['a', 'b'].map((id) => said(market, tell1(id, 'Cpus: 8')));
    const answer = answered(market, ask1('ask-1', 'Cpus: 8'));
    const later = said(market, tell1('c', 'Cpus: 8'));
    expect(idsOf(await answer)).to.include.members(['a', 'b']);
    await Promise.all([...told, later]);
  });

  it('answers a small Ask while it explains a large one, slice beside slice', async () => {
    await using given = await givenMarket({ 'slice-time': 0 });
    const { market } = given;
    const count = 20_000;
    const tells = Array.from({ length: count }, (_, index) =>
      said(market, tell1(`t${index}`, `Cpus: ${index % 7}`, `Load: ${index % 11}`)),
    );
    await Promise.all(tells);
    let explained = false;
    const why = answered(market, why1('why-1', 'Cpus: 8', 'Load: < 3', 'Queue: fast | unsaid')).then(
      (report) => {
        explained = true;
        return report;
      },
    );
    let isAnswered = false;
    const ask = answered(market, ask1('ask-1', 'Cpus: 3', 'Limit: 1')).then((answer) => {
      isAnswered = true;
      return answer;
    });
    let turns = 0;
    for (; !isAnswered; turns += 1) await turn();
    // Its own slices of some thousand Tells, and as many of the other's.
    expect(turns).to.be.below(3 * Math.ceil(count / 4096) + 5);
    expect(explained).to.equal(false);
    expect((await ask).at(-1)).to.match(new RegExp(`Matched: [0-9]+ of ${count}`));
    expect((await why)[0]).to.match(/^Suggest: /m);
  });

  it('answers as the market stood when the Ask came, whatever is told and taken back meanwhile', async () => {
    await using given = await givenMarket({ 'slice-time': 0 });
    const { market } = given;
    const count = 9000;
    const text = (index: number, seq: number) => tell1(`t${index}`, `Seq: ${seq}`, `Cpus: ${8 + seq}`);
    await Promise.all(Array.from({ length: count }, (_, index) => said(market, text(index, 0))));
    const ask = ask1('ask-1', 'Cpus: 8', 'Limit: 5');
    const then = await said(market, ask);
    await said(market, tell1('other', 'Cpus: 1'));
    const answer = said(market, ask);
    const report = said(market, why1('ask-1', 'Cpus: 9'));
    await turn();
    await turn();
    await Promise.all([
      said(market, untell1('t0')),
      ...[1, 2, 3].map((index) => said(market, text(index, 1))),
    ]);
    expect(idsOf(await answer)).to.deep.equal(idsOf(then));
    expect((await answer).slice(0, -1)).to.deep.equal(then.slice(0, -1));
    expect((await answer).at(-1)).to.match(
      new RegExp(`^Cursor: ${count + 1}\\nMatched: ${count} of ${count + 1}$`, 'm'),
    );
    expect((await report)[0]).to.match(new RegExp(`^Matched: 0 of ${count + 1}$`, 'm'));
    expect(idsOf(await said(market, ask1('ask-1', 'Cpus: 9', 'Limit: 5')))).to.deep.equal(['t1', 't2', 't3']);
  });

  it('speaks to peers of both versions, whoever told', async () => {
    await using given = await givenMarket();
    const { market } = given;
    const old = (application: string, port: number, more = '') =>
      `SLA-version: 0.1\nAction: Tell\nApplication: ${application}\nBroker-IP: 10.0.0.1:${port}\n${more}`;
    const askOld = 'SLA-version: 0.1\nAction: Ask\nApplication: gcc4.0.2\n';
    const accepts = ['Accepts-version: 0.1', 'Application: gcc4.0.2, gcc5.1.0', 'Walltime: <= 1 h'];
    const at = (port: number, id: string, ...headers: string[]) =>
      tell1(id, ...headers).replace('193.10.66.141:7685', `10.0.0.1:${port}`);
    expect(await said(market, at(2, 'silent', 'Application: gcc4.0.2'))).to.have.length(1);
    await said(market, at(2, 'new', ...accepts), another);
    expect(await said(market, old('gcc4.0.2', 1, 'Region: eu\n'))).to.deep.equal([]);
    await said(market, old('gcc4.0.2', 2));
    await said(market, at(2, 'same', ...accepts));
    await said(market, at(3, 'other', ...accepts));
    await said(market, tell1('nowhere', ...accepts).replace(':7685', ''));
    const expected = [old('gcc4.0.2', 2), old('gcc4.0.2', 1, 'Region: eu\n'), old('gcc4.0.2', 3)];
    expect(await said(market, askOld)).to.deep.equal(expected);
    const answer = await answered(
      market,
      ask1('ask-1', 'Application: gcc (>= 4)', 'Limit: 3', 'Walltime: 2 h'),
    );
    expect(answer.slice(0, -1)).to.deep.equal([
      at(2, 'silent', 'Application: gcc4.0.2').replace('Broker', 'In-reply-to: ask-1\nBroker'),
      old('gcc4.0.2', 1, 'Region: eu\n'),
      old('gcc4.0.2', 2),
    ]);
    expect(answer.at(-1)).to.equal(because('Matched: 3 of 7'));
    await given.restart();
    expect(await said(given.market, askOld)).to.deep.equal(expected);
    const again = await answered(
      given.market,
      ask1('ask-1', 'Application: gcc (>= 4)', 'Limit: 3', 'Walltime: 2 h'),
    );
    expect(again).to.deep.equal(answer);
    await said(given.market, 'SLA-version: 1.0\nAction: Untell\nId: new\n', another);
    expect(await said(given.market, askOld)).to.deep.equal([expected[1], expected[0], expected[2]]);
  });
});
