import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { agreedLines, checkApplication } from '../../../cli/deals/agreed.ts';
import { dealAsk } from '../../../cli/deals/asking.ts';
import { submitByAsk } from '../../../cli/deals/submit.ts';
import { programOf, readSweep, unusedIn } from '../../../cli/jobs/sweeps.ts';
import { Refusal } from '../../../platform/failure.ts';
import { temporaryFolder } from '../../journeys/support/house.ts';
import { refusalOf } from '../../support/documents.ts';
import { GivenBroker, givenContext, heat, read, someDeal } from './given-brokers.ts';

const follow = async () => {};
const anyHeat = read('SLA-version: 1.0\nAction: Ask\nApplication: heat (>= 1)\nBudget: 5 EUR\n');

/** A plan of three tasks in a file, and its Ask in another. */
async function givenFiles(plan: string, ask: string) {
  const folder = await temporaryFolder();
  const [planFile, askFile] = [join(folder.path, 'plan'), join(folder.path, 'ask.sla')];
  await writeFile(planFile, `parameter n from 1 to 3\n${plan}`);
  await writeFile(askFile, ask);
  return { planFile, askFile, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const ask = 'SLA-version: 1.0\nAction: Ask\nApplication: heat (>= 1)\nBudget: 5 EUR\n';

describe('a job that brings a plan and an Ask', () => {
  it('runs the command of the plan, and asks for that application and so many tasks', async () => {
    await using files = await givenFiles(`command heat1.0 \${n}\n`, ask);
    const broker = new GivenBroker(1, '2 EUR');
    const { context, printed, notes } = givenContext([broker]);
    const sweep = await readSweep({ plan: files.planFile }, []);
    await submitByAsk(context, [], { ask: files.askFile, dryRun: true, sweep }, follow);
    expect(printed.slice(0, 4)).to.deep.equal([
      '1: heat1.0 1',
      '2: heat1.0 2',
      '3: heat1.0 3',
      '3 tasks, and nothing was sent',
    ]);
    expect(printed.at(-1)).to.match(/2 EUR +the best/);
    expect(notes).to.deep.equal(['the Budget of the Ask is 5 EUR; nothing is set aside yet']);
    const [asked] = broker.asked;
    expect(asked?.text).to.match(/^Application: "?heat1\.0"?$/m);
    expect(asked?.text).to.match(/^Tasks: 3$/m);
    expect(broker.holds).to.deep.equal([]);
  });

  it('is refused before anybody is asked where the two are for different programs, or numbers of tasks', async () => {
    const refused = async (plan: string, said: string) => {
      await using files = await givenFiles(plan, said);
      const broker = new GivenBroker(1);
      const sweep = await readSweep({ plan: files.planFile }, []);
      const error = await refusalOf(
        submitByAsk(givenContext([broker]).context, [], { ask: files.askFile, sweep }, follow),
      );
      expect(broker.asked).to.deep.equal([]);
      return error.detail;
    };
    expect(await refused(`command warm.js \${n}\n`, ask)).to.equal(
      'the command runs warm.js, and the Ask is for heat (>= 1)',
    );
    expect(await refused(`command heat1.0 \${n}\n`, `${ask}Tasks: 2\n`)).to.equal(
      'the Ask is for 2 tasks, and the job has 3',
    );
  });

  it('takes what stands behind -- for arguments where the deal says the application, and for the application else', async () => {
    await using files = await givenFiles('', ask);
    const sweep = await readSweep({ plan: files.planFile }, ['run.js', `\${n}`]);
    expect(programOf(sweep, true)).to.deep.equal({ order: { ...sweep, arguments: sweep.words } });
    const { application, order } = programOf(sweep, false);
    expect([application, order.arguments]).to.deep.equal(['run.js', sweep.words.slice(1)]);
    const none = await readSweep({ plan: files.planFile }, []);
    expect(() => programOf(none, false)).to.throw(Refusal, /nothing says which program/);
    const varying = await readSweep({ plan: files.planFile }, [`\${n}`]);
    expect(() => programOf(varying, false)).to.throw(Refusal, /same for all tasks/);
  });

  it('takes no word for an argument that says the application once more', async () => {
    await using files = await givenFiles('', ask);
    for (const [said, application] of [
      ['heat1.0', /^Application: heat1\.0$/m],
      ['run.js', /^Application: heat \(>= 1\)$/m],
    ] as const) {
      const broker = new GivenBroker(1);
      const { context } = givenContext([broker]);
      await submitByAsk(context, [said, '1'], { ask: files.askFile, dryRun: true }, follow);
      expect(broker.asked[0]?.text).to.match(application);
    }
  });

  it('asks for just the application of its command, of those that the Ask allows', () => {
    const { ask: narrow } = dealAsk(anyHeat, { application: 'heat1.0', tasks: 1 });
    expect(narrow.headers.filter(({ name }) => name === 'Application')).to.have.length(1);
    expect(() => dealAsk(heat, { application: 'heat2.0' })).to.throw(Refusal, /is for heat1\.0/);
    const wide = dealAsk(read('SLA-version: 1.0\nAction: Ask\nCpus: 8\n'), { application: 'heat2.0' });
    expect(wide.ask.text).to.contain('heat2.0');
  });
});

describe('a plan', () => {
  it('is refused where what comes back lies elsewhere, or where it makes no task', async () => {
    for (const [plan, says] of [
      [`output_files ../x\${n}\n`, /'\.\.\/x1' of output_files is a path below/],
      ['constraint n > 3\n', /makes no task/],
    ] as const) {
      await using files = await givenFiles(plan, ask);
      expect((await refusalOf(readSweep({ plan: files.planFile }, ['run']))).detail).to.match(says);
    }
  });

  it('may have parameters that nothing names, which are told', async () => {
    await using files = await givenFiles(`parameter m 1 2\nparameter k 1 2\noutput_files o\${k}\n`, ask);
    expect(unusedIn(await readSweep({ plan: files.planFile }, ['run', `\${n}`]))).to.deep.equal(['m']);
  });
});

describe('a job under an agreement that is there', () => {
  const agreed = {
    ...{ ...someDeal, agreement: 'agr-1', currency: 'EUR', estimate: '3.00', charged: '1.00' },
    terms: [...someDeal.terms, { name: 'Tasks', value: '3' }],
  };

  it('runs the application of that and no other', () => {
    checkApplication(agreed, 'heat1.0');
    checkApplication(agreed, undefined);
    checkApplication({ ...agreed, application: null }, 'warm.js');
    expect(() => checkApplication(agreed, 'warm.js')).to.throw(Refusal, /agreement agr-1 is for heat1\.0/);
  });

  it('is told what that costs yet, and where it has more tasks than are paid for', () => {
    const cost = 'agreement agr-1 costs 3.00 EUR at most, of which 1.00 are charged';
    expect(agreedLines(agreed, 3)).to.deep.equal([cost]);
    expect(agreedLines(agreed, 4)).to.deep.equal([
      cost,
      "it is for 3 tasks, and the job has 4: those that its Estimate does not pay for wait; next: ogm agreement amend agr-1 'Tasks: 4'",
    ]);
    const counted = { ...agreed, terms: [...someDeal.terms, { name: 'Count', value: '2' }] };
    expect(agreedLines(counted, 3)).to.have.length(2);
    expect(agreedLines({ ...agreed, terms: someDeal.terms }, 2)[1], 'where the Ask said no number').to.match(
      /^it is for 1 task, and the job has 2: .* 'Tasks: 2'$/,
    );
    expect(agreedLines({ ...agreed, estimate: null }, 9), 'where it costs nothing').to.deep.equal([]);
  });
});
