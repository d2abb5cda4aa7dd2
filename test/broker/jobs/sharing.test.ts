import { expect } from 'chai';
import type { AgentFacts } from '../../../protocol/agent/messages.ts';
import { brief, type GivenJobs, givenJobs, ScriptedAgent } from './support.ts';

const accepts: Partial<AgentFacts> = { acceptsUnisolated: true };
const isolates: Partial<AgentFacts> = {
  powers: { limits: [], isolates: true, gracefulCancel: true, outlivesAgent: true },
};

async function share(given: GivenJobs, ...shares: readonly string[]): Promise<void> {
  given.shares.clear();
  for (const one of shares) given.shares.add(one);
  await given.jobs.dispatch.accessChanged();
  await given.settle();
}

describe('a node that is shared', () => {
  it('runs the jobs of those with whom it is, from then on, and of nobody else', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', accepts);
    const { id } = await given.submit({ resources: ['n1', 'n2'] }, 'ann');
    await given.submit({}, 'bob');
    expect((await given.job(id, 'ann')).reason, 'as if it were not there').to.equal(
      'no node is there among n1, n2',
    );
    await share(given, 'n1 ann', 'n1 eve');
    expect(agent.assigned).to.deep.equal([`${id}.1 #1`]);
    expect(agent.heard).to.deep.include.members([{ ...agent.heard[0]!, owner: 'ann' }]);
    expect((await given.job('job2', 'bob')).reason).to.equal('no node is there');
  });

  it('runs them only kept apart, or where its owner accepts that they are not and it is not the broker’s user', async () => {
    for (const [facts, isHouse, runs] of [
      [{}, false, false],
      [accepts, false, true],
      [accepts, true, false],
      [isolates, true, true],
      [isolates, false, true],
    ] as const) {
      await using given = await givenJobs();
      const agent = new ScriptedAgent(given, 'n1');
      await agent.begin(facts, [], undefined, isHouse);
      await share(given, 'n1 ann');
      const { id } = await given.submit({}, 'ann');
      expect(agent.assigned, JSON.stringify([facts, isHouse])).to.deep.equal(runs ? [`${id}.1 #1`] : []);
    }
  });

  it('runs not even its owner’s as the broker’s user, who is another, unless who runs its agent accepts that', async () => {
    for (const [facts, isHouse, who, runs] of [
      [{}, true, 'ann', false],
      [{}, true, 'local', true],
      [{}, false, 'ann', true],
      [accepts, true, 'ann', true],
      [isolates, true, 'ann', true],
    ] as const) {
      await using given = await givenJobs();
      const agent = new ScriptedAgent(given, 'n1');
      await agent.begin(facts, [], who, isHouse);
      const { id } = await given.submit({}, who);
      const said = JSON.stringify([facts, isHouse, who]);
      expect(agent.assigned, said).to.deep.equal(runs ? [`${id}.1 #1`] : []);
      const why =
        'no node is there but n1, where programs would be the user who runs this broker: run its agent as another user, or set agent.accept-unisolated there';
      expect((await given.job(id, who)).reason, said).to.equal(runs ? null : why);
      const held = [{ task: `${id}.1`, attempt: 1, stage: 'asking' as const }];
      const again = new ScriptedAgent(given, 'n1');
      await again.begin({}, runs ? held : [], who, isHouse);
      const answer = runs ? brief(await again.mayStart(`${id}.1`)) : [];
      const mayGoOn = !isHouse || who === 'local';
      expect(answer, `${said}, and then by itself no more`).to.deep.equal(
        runs ? [`${mayGoOn ? 'start' : 'drop'} ${id}.1 #1`] : [],
      );
    }
  });

  it('gets of those with whom another than the administrator shares it only the jobs that name it', async () => {
    await using given = await givenJobs();
    const agent = new ScriptedAgent(given, 'n1');
    await agent.begin(isolates, [], 'eve');
    await share(given, 'n1 ann', 'n1 local');
    const drawn = await given.submit({}, 'ann');
    await given.submit();
    expect(agent.assigned, 'whatever it says of itself').to.deep.equal([]);
    expect((await given.job(drawn.id, 'ann')).reason).to.equal(
      'no node is there but n1, which others share with its owner: they serve jobs that name them',
    );
    const wanted = await given.submit({ resources: ['n1'] }, 'ann');
    expect(agent.assigned).to.deep.equal([`${wanted.id}.1 #1`]);
  });

  it('begins nothing more of those from whom it is taken back: that goes elsewhere, and what runs goes on', async () => {
    await using given = await givenJobs();
    const shared = await given.agent('n1', accepts);
    await share(given, 'n1 ann');
    const { id } = await given.submit({ tasks: 3 }, 'ann');
    await shared.mayStart(`${id}.1`);
    await shared.say({ type: 'stage', task: `${id}.2`, attempt: 1, stage: 'staging-in' });
    const own = new ScriptedAgent(given, 'n2');
    await own.begin({}, [], 'ann');
    await share(given);
    expect(shared.heard.slice(-2).map((message) => ({ ...message }))).to.have.deep.members([
      { type: 'forget', task: `${id}.2`, attempt: 1 },
      { type: 'forget', task: `${id}.3`, attempt: 1 },
    ]);
    expect(own.assigned).to.have.members([`${id}.2 #2`, `${id}.3 #2`]);
    expect(await shared.mayStart(`${id}.2`), 'that had not heard').to.deep.include.members([
      { type: 'drop', task: `${id}.2`, attempt: 1, reason: 'nobody wants this attempt any more' },
    ]);
    await shared.end(`${id}.1`);
    const { tasks } = await given.jobs.tasks('ann', id, {});
    expect(tasks.map(({ state }) => state)).to.deep.equal(['done', 'held', 'held']);
  });

  it('lets nothing start there either where the broker was killed just as that was written', async () => {
    await using given = await givenJobs();
    await share(given, 'n1 ann');
    await given.agent('n1', accepts);
    const { id } = await given.submit({}, 'ann');
    given.shares.clear(); // and nobody was told
    await given.restart();
    const held = [{ task: `${id}.1`, attempt: 1, stage: 'asking' as const }];
    const back = await given.agent('n1', accepts, held);
    expect(await back.mayStart(`${id}.1`)).to.deep.equal([
      { type: 'drop', task: `${id}.1`, attempt: 1, reason: 'n1 serves the owner of this task no more' },
    ]);
    expect((await given.job(id, 'ann')).counts).to.include({ matching: 1, held: 0 });
  });

  it('goes on with what it was let start before, also where the answer had not come', async () => {
    await using given = await givenJobs();
    await share(given, 'n1 ann');
    const agent = await given.agent('n1', accepts);
    const { id } = await given.submit({}, 'ann');
    const first = await agent.mayStart(`${id}.1`, 1, 7);
    await share(given);
    expect(await agent.mayStart(`${id}.1`, 1, 7)).to.deep.equal(first);
  });
});

describe('a task of which attempts come to nothing', () => {
  it('is tried again for as often as nothing ran, and so often where it may have', async () => {
    await using given = await givenJobs({ 'most-attempts': 2 });
    const { id } = await given.submit({ repeatable: true });
    let attempt = 1;
    for (; attempt <= 12; attempt += 1) {
      const agent = await given.agent('n1');
      expect(agent.assigned).to.deep.equal([`${id}.1 #${attempt}`]);
      await agent.vanish(); // the network flaps
    }
    for (const after of ['matching', 'failed'] as const) {
      const agent = await given.agent('n1');
      await agent.mayStart(`${id}.1`, attempt);
      await agent.vanish();
      attempt += 1;
      expect((await given.task(id)).state).to.equal(after);
    }
    expect((await given.task(id)).reason).to.equal(
      '2 attempts came to nothing; of the last: nothing is heard of n1',
    );
  });
});
