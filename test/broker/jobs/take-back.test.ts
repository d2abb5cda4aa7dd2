import { expect } from 'chai';
import { askOf, brief, givenJobs } from './support.ts';

describe('a task that a busy node holds', () => {
  it('goes to another that is free, the last that came first, and no more than that begins at once', async () => {
    await using given = await givenJobs();
    const busy = await given.agent('n1', { mostTasks: 1, mostHeld: 8 });
    const { id } = await given.submit({ tasks: 5 });
    await busy.mayStart(`${id}.1`);
    expect(busy.assigned).to.have.length(5);
    const free = await given.agent('n2', { mostTasks: 2 });
    expect(free.assigned).to.have.members([`${id}.4 #2`, `${id}.5 #2`]);
    expect(busy.heard.slice(-2)).to.have.deep.members([
      { type: 'forget', task: `${id}.4`, attempt: 1 },
      { type: 'forget', task: `${id}.5`, attempt: 1 },
    ]);
    await busy.end(`${id}.1`);
    expect(await busy.mayStart(`${id}.5`), 'that had not heard').to.deep.equal([
      { type: 'drop', task: `${id}.5`, attempt: 1, reason: 'nobody wants this attempt any more' },
    ]);
    expect(await given.states(id)).to.equal('1 done 2 held 3 held 4 held 5 held');
  });

  it('stays where the other does not fit it, has refused it, drains, or has no more room', async () => {
    for (const facts of [
      { says: { Application: 'other', Cpus: '4' } },
      { says: { Application: 'app', Cpus: '1' } },
      { draining: true },
      { mostTasks: 0 },
    ]) {
      await using given = await givenJobs();
      const busy = await given.agent('n1', { mostTasks: 1, mostHeld: 8 });
      const { id } = await given.submit({ tasks: 2, ask: askOf('Cpus: 2') });
      await busy.mayStart(`${id}.1`);
      const other = await given.agent('n2', facts);
      expect([other.assigned, busy.assigned.length], JSON.stringify(facts)).to.deep.equal([[], 2]);
    }
    await using given = await givenJobs();
    const picky = await given.agent('n2', { mostTasks: 1 });
    const { id } = await given.submit();
    const busy = await given.agent('n1', { mostTasks: 1, mostHeld: 8 });
    const other = await given.submit();
    await busy.mayStart(`${other.id}.1`);
    const refuse = { type: 'refuse', attempt: 1, code: 'policy', reason: 'no', elsewhere: true } as const;
    await picky.say({ ...refuse, task: `${id}.1` });
    expect([picky.assigned, busy.assigned]).to.deep.equal([
      [`${id}.1 #1`],
      [`${other.id}.1 #1`, `${id}.1 #2`],
    ]);
  });

  it('starts on neither twice where it has asked and waits for room', async () => {
    await using given = await givenJobs();
    const busy = await given.agent('n1', { mostTasks: 1, mostHeld: 8 });
    const { id } = await given.submit({ tasks: 2 });
    await busy.mayStart(`${id}.1`);
    expect(await busy.mayStart(`${id}.2`)).to.deep.equal([]);
    const free = await given.agent('n2', { mostTasks: 1 });
    expect(free.assigned).to.deep.equal([`${id}.2 #2`]);
    expect(busy.heard.slice(-2)).to.deep.equal([
      { type: 'forget', task: `${id}.2`, attempt: 1 },
      { type: 'drop', task: `${id}.2`, attempt: 1, reason: 'nobody wants this attempt any more' },
    ]);
  });

  it('stays where it may begin at once', async () => {
    await using given = await givenJobs();
    const first = await given.agent('n1', { mostTasks: 2, mostHeld: 8 });
    const { id } = await given.submit({ tasks: 2 });
    await given.agent('n2');
    expect(first.assigned).to.deep.equal([`${id}.1 #1`, `${id}.2 #1`]);
    expect(await given.states(id)).to.equal('1 held 2 held');
  });
});

describe('a node that asks whether a task may start', () => {
  it('is answered once, however often it asks', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1, mostHeld: 1 });
    const { id } = await given.submit({ tasks: 2 });
    await agent.mayStart(`${id}.1`);
    const may = { type: 'may-start', task: `${id}.2`, attempt: 1, askedAtMs: 1 } as const;
    expect(await agent.say(may, may, may)).to.deep.equal([]);
    expect(brief(await agent.end(`${id}.1`))).to.deep.equal([`forget ${id}.1 #1`, `start ${id}.2 #1`]);
  });
});
