import { expect } from 'chai';
import { JobsWhy } from '../../broker/why/jobs.ts';
import { MockBackEnd, MockMachine } from '../../fabric-agent/back-ends/mock.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Standing } from '../../protocol/agent/standing.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { askOf, type GivenJobs, givenBlobs, givenJobs, type ScriptedAgent } from '../broker/jobs/support.ts';
import { type LinkedAgent, linkedAgent } from './linked-agent.ts';
import { seen } from './seen.ts';

const blob = 'a'.repeat(64);
const input = { path: 'data.csv', blob };

function whyOf(given: GivenJobs): JobsWhy {
  return new JobsWhy(given.service.store, given.jobs.dispatch.waiting);
}

async function whyJob(given: GivenJobs, id: string): Promise<Cause | undefined> {
  return (await whyOf(given).job('local', id)).causes[0];
}

async function whyTask(given: GivenJobs, id: string, number = 1): Promise<Cause | undefined> {
  return (await whyOf(given).task('local', id, number)).causes[0];
}

/** Why a job waits, where its agent answers the question with how the attempt stands. */
async function whyAnswered(
  given: GivenJobs,
  agent: ScriptedAgent,
  id: string,
  said: Partial<Standing> & Pick<Standing, 'stage'>,
): Promise<Cause | undefined> {
  const asked = agent.heard.length;
  const why = whyJob(given, id);
  const question = () => agent.heard.slice(asked).find((message) => message.type === 'why');
  while (question() === undefined) await given.settle();
  const { task, attempt, ask } = question()!;
  await agent.say({ type: 'standing', task, attempt, ask, forMs: 150_000, says: null, queue: null, ...said });
  return why;
}

/** An agent over a machine that runs nothing: `images` says what its image, the first word of a task, does. */
function mocked(given: GivenJobs, fetched?: typeof fetch, images = false): Promise<LinkedAgent> {
  const words = (all: readonly string[]) =>
    images ? { image: all[0] ?? '', rest: all.slice(1) } : { rest: all };
  return linkedAgent(given, {
    resource: 'n1',
    applications: [
      {
        ...{ name: 'app', program: 'mock', timeMs: 60_000, outputBytes: 1e6 },
        commandLine(all) {
          const { rest, ...image } = words(all);
          return { argv: ['mock', ...rest], ...image };
        },
      },
    ],
    async openBackEnd(folder) {
      const backEnd = new MockBackEnd(folder, new MockMachine(), systemClock, {});
      const bring = async (image: string, begins: () => void, signal: AbortSignal) => {
        begins();
        if (image === 'bad') throw new Error('the image bad cannot be had: no such image');
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      };
      return images ? Object.assign(backEnd, { bring }) : backEnd;
    },
    ...(fetched === undefined ? {} : { fetch: fetched }),
  });
}

describe('why a task waits on its node', () => {
  it('is an image that is brought yet, and where that cannot be had, that', async () => {
    await using given = await givenJobs();
    await using agent = await mocked(given, undefined, true);
    const { id } = await given.submit({ arguments: ['good', 'exit', '0'] });
    await agent.said('says', `${id}.1`);
    const image = await whyJob(given, id);
    seen('task-held', image);
    expect(image?.cause).to.match(/^task 1 waits on n1 for \d+ \w+: its image good is brought$/);
    const bad = await given.submit({ arguments: ['bad', 'exit', '0'] });
    await agent.said('refuse', `${bad.id}.1`);
    const text = 'no node that fits takes it; n1 refuses it: the image bad cannot be had: no such image';
    seen('task-image', await whyTask(given, bad.id), `task 1 failed before it began: ${text}`);
  });

  it('is an input that comes yet, and where that cannot be had, that', async () => {
    await using given = await givenJobs({}, givenBlobs(new Map([[blob, 10]])));
    const never = Promise.withResolvers<never>();
    let answer: () => Promise<Response> = () => never.promise;
    await using agent = await mocked(given, (_url, init) => {
      init?.signal?.addEventListener('abort', () => never.reject(init.signal?.reason));
      return answer();
    });
    const { id } = await given.submit({ inputs: [input], arguments: ['exit', '0'] });
    await agent.said('stage', `${id}.1`);
    const brought = await whyTask(given, id);
    seen('task-held', brought);
    expect(brought?.cause).to.match(/: its input files are brought, 1 in all$/);
    answer = async () =>
      Response.json({ code: 'not-found', detail: 'there is no such blob' }, { status: 404 });
    const gone = await given.submit({ inputs: [input], arguments: ['exit', '0'] });
    await agent.said('refuse', `${gone.id}.1`);
    seen('task-input', await whyTask(given, gone.id));
  });

  it('is room beside those that run there', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1, mostHeld: 1 });
    const { id } = await given.submit({ tasks: 2 });
    await agent.mayStart(`${id}.1`);
    await agent.mayStart(`${id}.2`);
    const room = 'task 2 is on n1, ready to start, and waits for room beside the 1 task that runs there';
    seen('task-asking', await whyTask(given, id, 2), room);
  });

  it('is nothing where it runs, or sends what it left; or the node does not say, or is silent', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit({ ask: askOf('Walltime: 10 min') });
    await agent.mayStart(`${id}.1`);
    const runs = await whyAnswered(given, agent, id, { stage: 'started' });
    seen('task-runs', runs, 'task 1 runs on n1 for 2 min');
    seen('task-unheard', await whyAnswered(given, agent, id, { stage: 'busy' }));
    await agent.say({ type: 'stage', task: `${id}.1`, attempt: 1, stage: 'staging-out' });
    seen('task-sends', await whyAnswered(given, agent, id, { stage: 'staging-out' }));
    const waiting = await whyAnswered(given, agent, id, {
      stage: 'started',
      queue: { system: 'PBS', job: '12', word: 'Q', says: 'Not enough CPUs free', startsInMs: null },
    });
    const text = 'task 1 waits on n1 for 2 min: job 12 of PBS is in state Q: Not enough CPUs free';
    seen('batch-other', waiting, text);
    const licensed = await whyAnswered(given, agent, id, {
      stage: 'started',
      queue: { system: 'Slurm', job: '13', word: 'Licenses', says: '', startsInMs: 3_600_000 },
    });
    seen('slurm-other', licensed);
    await agent.vanish();
    const silent = 'nothing is heard of n1, which has task 1 in its hands since its attempt 1';
    seen('task-on-silent-node', await whyJob(given, id), silent);
  });

  it('is given up after a while where the node answers nothing, and is told of nobody else’s', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    const why = whyJob(given, id);
    while (agent.heard.every(({ type }) => type !== 'why')) await given.settle();
    const asked = agent.heard.find((message) => message.type === 'why');
    await agent.say({
      ...{ type: 'standing', task: `${id}.2`, attempt: 1, ask: asked?.ask ?? 0 },
      ...{ stage: 'started', forMs: 0, says: null, queue: null },
    });
    await given.clock.advance(60_000);
    seen('task-unheard', await why);
    const refused = await whyOf(given)
      .job('eve', id)
      .catch((error: unknown) => error);
    expect(refused).to.include({ code: 'not-found' });
  });
});

describe('why a job as a whole waits, or has failed', () => {
  it('is a question, or a task that is lost', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const asks = await given.submit();
    await agent.mayStart(`${asks.id}.1`);
    await agent.say({
      type: 'says',
      task: `${asks.id}.1`,
      attempt: 1,
      kind: 'question',
      text: 'go\n\u001b[2J on?',
    });
    const question = 'task 1 waits for an answer to its question: go [2J on?';
    seen('task-asks', await whyJob(given, asks.id), question);
    const lost = await given.submit({ ask: askOf('Walltime: 1 min') });
    await agent.mayStart(`${lost.id}.1`);
    await agent.end(`${lost.id}.1`, 1, { kind: 'lost', code: null });
    const nobody = 'task 1 is lost after attempt 1: n1 may have run it, and nobody knows how it ended';
    seen('task-lost', await whyJob(given, lost.id), nobody);
  });

  it('is another job, or how many of its tasks there may be at once', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const first = await given.submit();
    const second = await given.submit({ after: [{ job: first.id }] });
    const behind = await whyJob(given, second.id);
    seen('job-behind-others', behind);
    expect(behind?.cause).to.include(first.id);
    await agent.mayStart(`${first.id}.1`);
    await agent.end(`${first.id}.1`, 1, { code: 3 });
    const gaveUp = `job ${first.id} ended FAILED, and this one was to run only after it went well`;
    const whole = `the job failed as a whole, and nothing of it is tried: ${gaveUp}`;
    seen('job-gave-up', await whyJob(given, second.id), whole);
    const some = await given.submit({ tasks: 4, atOnce: 2 });
    for (const number of [1, 2]) await agent.mayStart(`${some.id}.${number}`);
    const two =
      '2 tasks of the job are under way, as many as it may have at once; the others wait for one of them to end';
    seen('at-once', await whyTask(given, some.id, 3), two);
  });

  it('is how its tasks ended: by exit code, time, memory, or that no node takes it', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const run = async (how: Parameters<ScriptedAgent['end']>[2], tasks = 1) => {
      const { id } = await given.submit({ tasks });
      for (let number = 1; number <= tasks; number += 1) {
        await agent.mayStart(`${id}.${number}`);
        await agent.end(`${id}.${number}`, 1, number === tasks ? how : {});
      }
      return whyJob(given, id);
    };
    const code = 'task 1 failed: its program ended with exit code 3';
    seen('task-failed', await run({ code: 3 }), code);
    const time =
      'task 1 was ended after its Walltime: its program ran longer than its Walltime, and was ended';
    seen('task-time', await run({ kind: 'timed-out', code: null }), time);
    seen('task-memory', await run({ kind: 'over-memory', code: null }));
    const two = '1 of 2 tasks failed; task 2: its program ended with exit code 3';
    seen('job-failed', await run({ code: 3 }, 2), two);
    const { id } = await given.submit();
    await agent.say({
      ...{ type: 'refuse', task: `${id}.1`, attempt: 1, code: 'policy' },
      ...{ reason: 'it runs no such thing', elsewhere: false },
    });
    seen('task-refused', await whyJob(given, id));
  });

  it('is that it is being cancelled, and nothing once it is over', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    await given.jobs.cancel('local', id);
    seen('job-cancelling', await whyJob(given, id));
    await agent.end(`${id}.1`, 1, { kind: 'cancelled', code: null });
    seen('job-over', await whyJob(given, id), 'nothing of it waits: it is CANCELLED');
  });
});
