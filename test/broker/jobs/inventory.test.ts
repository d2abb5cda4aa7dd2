import { expect } from 'chai';
import { brief, factsOf, givenJobs, ScriptedAgent } from './support.ts';

describe('an agent that comes back with more than one message names', () => {
  it('has what all of them name, gets nothing before the last, and has lost nothing until then', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 3 });
    const { id } = await given.submit({ tasks: 5 });
    for (const number of [1, 2, 3]) await agent.mayStart(`${id}.${number}`);
    const again = new ScriptedAgent(given, 'n1');
    again.attach();
    const held = (number: number) => ({ task: `${id}.${number}`, attempt: 1, stage: 'started' as const });
    await again.say(factsOf({ mostTasks: 3 }), { type: 'inventory', tasks: [held(1)], more: true });
    await again.say({ type: 'inventory', tasks: [{ ...held(9), stage: 'held' }], more: true });
    expect([again.heard, await given.states(id)]).to.deep.equal([
      [],
      '1 started 2 started 3 started 4 matching 5 matching',
    ]);
    await again.say({ type: 'inventory', tasks: [held(3)] });
    expect(await given.states(id)).to.equal('1 started 2 lost 3 started 4 held 5 matching');
    expect(brief(again.heard)).to.deep.equal([`forget ${id}.9 #1`, `assign ${id}.4 #1`]);
  });

  it('is not listened to where it never ends', async () => {
    await using given = await givenJobs();
    const agent = new ScriptedAgent(given, 'n1');
    agent.attach();
    const tasks = Array.from({ length: 500 }, (_, number) => ({
      ...{ task: `j.${number}`, attempt: 1, stage: 'held' as const },
    }));
    const message = { type: 'inventory', tasks, more: true } as const;
    const page = Array.from({ length: 200 }, () => message);
    await agent.say(...page);
    expect(String(await agent.say(message).catch((error: unknown) => error))).to.contain('100000');
  });
});
