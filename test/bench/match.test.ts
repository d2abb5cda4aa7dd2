import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { jobAd, machineAd } from '../../bench/match/ads.ts';
import { askOf, jobAsk, machineTell, offeringTell, tellOf, waitingAsk } from '../../bench/match/documents.ts';
import { checkAnswers, SetReader } from '../../bench/match/set.ts';
import { finish, Matcher, Supply } from '../../grammar/matching/index.ts';

const bench = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

/** Runs one short round of these benches, and resolves with what was printed. */
function run(...names: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [bench, '--quick', '--rounds', '1', '--only', ...names]);
}

const same = "1,000 answers over 1,000 machines equal libclassad's";

describe('the matching set', () => {
  it("is answered as HTCondor's own library answers it, a thousand requests against a thousand machines", async () => {
    const { stdout, stderr } = await run('match-scan');
    expect(stderr).to.contain(same);
    expect(stdout).to.match(/pairs scanned, 1,000 Tells +[\d,]+ {2}recorded: libclassad +154,000 /);
  });

  it('is answered so too where ten thousand and a hundred thousand machines are told', async () => {
    const reader = new SetReader();
    const supply = new Supply();
    const compared = () =>
      checkAnswers(supply.size, (number) => {
        const matcher = new Matcher(reader.party(jobAsk(number)), supply);
        const { rows, matched } = finish(matcher.answer());
        const [best] = rows;
        if (best === undefined) return { matches: matched, best: '' };
        return { matches: matched, best: supply.idOf(best), rank: Number(matcher.rank(best)) };
      });
    const tell = (machines: number) => {
      while (supply.size < machines) supply.add(reader.party(machineTell(supply.size)));
    };
    tell(10_000);
    expect(await compared()).to.equal(100);
    tell(100_000);
    expect(await compared()).to.equal(20);
  });

  it('is answered the same through the door of a market, which was stopped and started since it was told', async () => {
    const { stdout, stderr } = await run('match-wire', 'match-start');
    expect(stderr).to.contain(same);
    expect(stdout).to.match(/ Asks over a WebSocket, 1,000 Tells, median: [\d.,]+ ms /);
    expect(stdout).to.match(/from spawn to the first answer, .*: [\d.]+ s /);
  });

  it('has the same machine and the same job under the same number, however often it is made', () => {
    expect(machineAd(7)).to.deep.equal(machineAd(7));
    expect(machineAd(7).Name).to.equal('slot1@wn000007.fnal.gov');
    expect(jobAd(7)).to.deep.equal(jobAd(7));
    expect(jobAd(7).Owner).to.equal('user7');
  });

  it('is written from its ads alone', () => {
    expect(tellOf({ ...machineAd(7), Mips: 1 })).to.equal(machineTell(7).replace(/^Mips: .*$/m, 'Mips: 1'));
    expect(askOf({ ...jobAd(7), Owner: 'alice' }, 7)).to.equal(jobAsk(7).replace('user7', 'alice'));
  });

  it('differs in its documents by an application where Asks wait for few', () => {
    const reader = new SetReader();
    expect(reader.party(offeringTell(23)).facts.get('application')?.values).to.deep.equal(
      reader.party(`${machineTell(23)}Application: code4\n`).facts.get('application')?.values,
    );
    expect(waitingAsk(23)).to.equal(`${jobAsk(23)}Application: code4\n`);
  });
});
