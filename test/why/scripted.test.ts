import { expect } from 'chai';
import { whyQueued } from '../../broker/why/batch.ts';
import { JobsWhy } from '../../broker/why/jobs.ts';
import { MockBackEnd, MockMachine } from '../../fabric-agent/back-ends/mock.ts';
import { systemClock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import { becauseRefused } from '../../protocol/why/declines.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { givenAgreements } from '../broker/agreements/given.ts';
import { askOf, factsOf, type GivenJobs, givenJobs, ScriptedAgent } from '../broker/jobs/support.ts';
import { type LinkedAgent, linkedAgent } from './linked-agent.ts';
import { seen } from './seen.ts';

// What cannot be had of agents and batch systems that are real, or only now and then: by agents that do what a test says.

function whyOf(given: GivenJobs): JobsWhy {
  return new JobsWhy(given.service.store, given.jobs.dispatch.waiting);
}

async function whyJob(given: GivenJobs, id: string): Promise<Cause | undefined> {
  return (await whyOf(given).job('local', id)).causes[0];
}

async function whyTask(given: GivenJobs, id: string, number = 1): Promise<Cause | undefined> {
  return (await whyOf(given).task('local', id, number)).causes[0];
}

/** An agent over a machine that runs nothing, to which the image `good` comes for ever, and `bad` never. */
function imaging(given: GivenJobs): Promise<LinkedAgent> {
  return linkedAgent(given, {
    resource: 'n1',
    applications: [
      {
        ...{ name: 'app', program: 'mock', timeMs: 60_000, outputBytes: 1e6 },
        commandLine: ([image = '', ...rest]) => ({ argv: ['mock', ...rest], image }),
      },
    ],
    async openBackEnd(folder) {
      const backEnd = new MockBackEnd(folder, new MockMachine(), systemClock, {});
      const bring = async (image: string, begins: () => void, signal: AbortSignal) => {
        begins();
        if (image === 'bad') throw new Error('the image bad cannot be had: no such image');
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      };
      return Object.assign(backEnd, { bring });
    },
  });
}

describe('why something waits, by agents that do what a test says', () => {
  // The store takes nothing, just when a node has room: a moment that nothing else holds.
  it('is nothing but that one is being chosen, where the store does not take it just now', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { draining: true });
    const { id } = await given.submit();
    given.isFull = true;
    await agent.say(factsOf());
    seen('being-chosen', await whyJob(given, id), '1 node fits; one is being chosen');
    given.isFull = false;
  });

  // Between the beginning of a session and what an agent says first lies a moment.
  it('is that a node has said nothing yet of what it is', async () => {
    await using given = await givenJobs();
    const agent = new ScriptedAgent(given, 'n1');
    agent.attach();
    const { id } = await given.submit();
    const says = 'n1 has joined, and has not said yet what it is and has in its hands';
    seen('node-joining', await whyJob(given, id), says);
  });

  // The agents of this project put no test into what they say; those of others may.
  it('is that what a node says asks for something that the job is not', async () => {
    await using given = await givenJobs();
    await given.agent('n3', { says: { ...factsOf().says, 'Their.Owner': 'eve' } });
    const mine = await given.submit({ resources: ['n3'] });
    const refused = 'the one node that is there does not fit: refused by Owner -> 1 no';
    seen('node-refuses', await whyJob(given, mine.id), refused);
  });

  // An agent that is there answers, or its connection is over: between the two lies a moment.
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

  // A Slurm without a database of accounts, and without licences, has none of these reasons; and its one node stays up.
  it('is what Slurm says of licences, of limits of accounts, and of nodes that are down', () => {
    const why = (word: string, says = '') => {
      const reason = { system: 'Slurm', job: '13', word, says, startsInMs: 3_600_000 };
      return whyQueued({ task: 1, node: 'q1', for: '2 min' }, reason, 0);
    };
    const head = 'task 1 waits on q1 for 2 min: job 13 of Slurm says';
    const tail = '; it expects to begin it 1970-01-01T01:00Z';
    seen('slurm-Licenses', why('Licenses'), `${head} Licenses, none is free of one that it asks for${tail}`);
    const words = ['AssocGrpCpuLimit', 'AssocMaxJobsLimit', 'QOSMaxCpuPerUserLimit', 'MaxJobsPerAccount'];
    for (const word of words) {
      const most = `${head} ${word}, the user or account of the agent has there as much as it may${tail}`;
      seen('slurm-limit', why(word), most);
    }
    const down =
      'Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions';
    const away = `${head} ${down}: machines that it needs are away${tail}`;
    seen('slurm-nodes-away', why(down), away);
  });

  // That the broker stops while a node has yet to answer takes one that does not.
  it('is that the broker stops meanwhile', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1');
    const { id } = await given.submit();
    await agent.mayStart(`${id}.1`);
    const wanted = { task: `${id}.1`, attempt: 1, stream: 'stdout', offset: 0, most: 1, waitMs: 1 } as const;
    const read = given.jobs.dispatch.read('n1', wanted, new AbortController().signal);
    const [error] = await Promise.all([read.catch((thrown: unknown) => thrown), given.jobs.stop()]);
    if (!(error instanceof Refusal)) throw new Error(`${error}`);
    seen('refused-stopped', becauseRefused(error));
  });

  // No image comes for ever where a test waits for that.
  it('is an image that is brought yet, and where that cannot be had, that', async () => {
    await using given = await givenJobs();
    await using agent = await imaging(given);
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

  it('is told however long somebody says that the task before may run', async () => {
    await using given = await givenJobs();
    const agent = await given.agent('n1', { mostTasks: 1 });
    const long = await given.submit({ ask: askOf('Walltime: 200000000 d') });
    await agent.mayStart(`${long.id}.1`);
    const { id } = await given.submit();
    const latest = '1 node fits, and is busy; the first frees by 9999-12-31T23:59Z at the latest';
    seen('nodes-busy', await whyJob(given, id), latest);
  });

  it('is answered also where the reason that somebody gave fills a header', async () => {
    await using given = await givenAgreements();
    await given.agent();
    // 14 bytes, an odd one, and pairs of surrogates: 8,191 of the 8,192 that a header may have, with the end of its line.
    for (const filler of ['x'.repeat(8_176), `x${'😀'.repeat(2_043)}`]) {
      const agreement = await given.agree('Walltime: 100 s');
      const ended = await given.say('Terminate', [`Agreement: ${agreement}`, `Reason: policy ${filler}`]);
      expect(ended).to.match(/^State: terminated$/m);
      const because = await given.say('Why', [`Agreement: ${agreement}`]);
      expect(because).to.match(/^Note: the agreement \S+ is terminated: x.*…; see what is owed/m);
      expect(await given.say('Report', [`Agreement: ${agreement}`])).to.match(/^Note: policy x.*…$/m);
    }
  });
});
