import { setTimeout as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { JobsClient } from '../../../client/jobs.ts';
import { ResourcesClient } from '../../../client/resources.ts';
import type { Reserved, WantedReservations } from '../../../protocol/agent/reservations.ts';
import type { ScriptedAgent } from '../agents/scripted-agent.ts';
import { facts, type GivenWork, givenWork } from '../given-work.ts';

const hour = 3_600_000;
const name = 'node-0';

describe('reservations on a resource', () => {
  let given: GivenWork;
  let resources: ResourcesClient;
  let jobs: JobsClient;
  let agent: ScriptedAgent;

  beforeEach(async () => {
    given = await givenWork({ 'reserve-wait': 60_000 });
    resources = new ResourcesClient({ url: given.url, fetch });
    jobs = new JobsClient({ url: given.url, fetch });
    agent = await given.agent();
  });

  afterEach(() => given[Symbol.asyncDispose]());

  const capable = () => agent.say({ ...facts, powers: { ...facts.powers, reserve: true } });

  /** The list that the agent was told as the one with this number, from 1. */
  async function told(number: number): Promise<WantedReservations> {
    for (;;) {
      const lists = agent.heard.filter((word) => word.type === 'reservations');
      const list = lists[number - 1];
      if (list !== undefined) return list;
      await turn(5);
    }
  }

  const answer = (version: number, said: Partial<Reserved> = {}) =>
    agent.say({ type: 'reserved', version, kept: [], refused: [], left: [], ...said });

  const reserve = (said: { slots?: number; startsAt?: number; endsAt?: number } = {}) =>
    resources.reserve(name, { slots: 8, startsAt: Date.now(), endsAt: Date.now() + hour, ...said });

  /** One that the agent keeps; the list after it is the third. */
  async function kept(): Promise<string> {
    await capable();
    await told(1);
    const made = reserve();
    const { version, wanted } = await told(2);
    await answer(version, { kept: [{ id: wanted[0]!.id, handle: '42' }] });
    return (await made).id;
  }

  const codeOf = (done: Promise<unknown>) =>
    done.then(
      () => 'none',
      ({ code }: { code?: string }) => code,
    );

  it('are told to the agent, and known by what it says they are called', async () => {
    const id = await kept();
    const [one, ...others] = await resources.reservations(name);
    expect(others).to.deep.equal([]);
    expect(one).to.deep.include({ id, resource: name, slots: 8, state: 'kept', handle: '42', reason: null });
    expect((await resources.list())[0]?.powers).to.include('reserve');
  });

  it('are refused in the words of the agent, and of one that has not the power', async () => {
    expect(await codeOf(reserve())).to.equal('reservation-refused');
    await capable();
    await told(1);
    const made = codeOf(reserve());
    const { version, wanted } = await told(2);
    await answer(version, { refused: [{ id: wanted[0]!.id, reason: 'Requested nodes are busy' }] });
    expect(await made).to.equal('reservation-refused');
    expect(await resources.reservations(name), 'nothing is left of it').to.deep.equal([]);
    expect(await codeOf(reserve({ startsAt: 0, endsAt: 1 })), 'which is past').to.equal(
      'reservation-refused',
    );
    expect(await codeOf(reserve({ startsAt: 2, endsAt: 1 }))).to.equal('bad-query');
  });

  it('are gone once the agent says so, not before', async () => {
    const id = await kept();
    const gone = resources.release(name, id);
    const { version, wanted } = await told(3);
    expect(wanted).to.deep.equal([]);
    await answer(version - 1, { kept: [{ id, handle: '42' }] }); // what it said before it heard
    await answer(version, { left: [id] });
    while ((await resources.reservations(name))[0]?.state !== 'releasing') await turn(5);
    await answer(version);
    expect(await gone).to.equal(true);
    expect(await resources.reservations(name)).to.deep.equal([]);
    expect(await codeOf(resources.release(name, id))).to.equal('not-found');
  });

  it('are told again to an agent that begins a new session', async () => {
    const id = await kept();
    agent.claim(null);
    agent.cut();
    const again = agent.heard.length;
    await agent.connect();
    await agent.say(
      { ...facts, powers: { ...facts.powers, reserve: true } },
      { type: 'inventory', tasks: [] },
    );
    await agent.until(() => agent.heard.slice(again).some((word) => word.type === 'reservations'));
    const list = agent.heard.findLast((word) => word.type === 'reservations');
    expect(list?.wanted.map((one) => one.id)).to.deep.equal([id]);
  });

  it('have jobs run in them that name them, and stay while those are not over', async () => {
    const id = await kept();
    const job = await jobs.submit({ application: 'echo', reservation: id, hold: true });
    expect(await codeOf(resources.release(name, id))).to.equal('reservation-in-use');
    await jobs.queue(job.id);
    for await (const view of jobs.follow(job.id)) if (view.endedAt !== null) break;
    const assigned = agent.heard.find((word) => word.type === 'assign');
    expect(assigned?.reservation).to.equal(id);
    const gone = resources.release(name, id);
    await answer((await told(3)).version);
    expect(await gone).to.equal(true);
    expect(await codeOf(jobs.submit({ application: 'echo', reservation: id }))).to.equal(
      'reservation-refused',
    );
  });

  it('have jobs run by the agent that keeps them, and by no other of the resource', async () => {
    const id = await kept();
    const other = await given.agent(undefined, undefined, `${name}.2`);
    const assigned = () => other.heard.filter(({ type }) => type === 'assign').length;
    const run = async (said: { reservation?: string }) => {
      const job = await jobs.submit({ application: 'echo', tasks: 40, resources: [name], ...said });
      for await (const view of jobs.follow(job.id)) if (view.endedAt !== null) break;
      return (await jobs.get(job.id)).counts.done;
    };
    expect(await run({ reservation: id })).to.equal(40);
    expect(assigned()).to.equal(0);
    await run({});
    expect(assigned(), 'of those that anybody may run').to.be.greaterThan(0);
  });

  it('serve no job before they are kept', async () => {
    await capable();
    await told(1);
    const made = reserve();
    const { version, wanted } = await told(2);
    const { id } = wanted[0]!;
    const submit = () => jobs.submit({ application: 'echo', reservation: id, hold: true });
    expect(await codeOf(submit())).to.equal('reservation-refused');
    await answer(version, { kept: [{ id, handle: '42' }] });
    await made;
    expect(await codeOf(submit())).to.equal('none');
  });

  it('serve no job that names another resource beside', async () => {
    const id = await kept();
    const elsewhere = { application: 'echo', reservation: id, resources: ['another'] };
    expect(await codeOf(jobs.submit(elsewhere))).to.equal('job-refused');
  });

  it('go with their resource', async () => {
    const id = await kept();
    await resources.remove(name);
    expect(await codeOf(resources.reservations(name))).to.equal('not-found');
    expect(await codeOf(jobs.submit({ application: 'echo', reservation: id }))).to.equal(
      'reservation-refused',
    );
  });
});
