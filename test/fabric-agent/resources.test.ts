import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { refuseForgotten, resourceNamed, resourcesIn } from '../../fabric-agent/resources.ts';
import { agentSettings } from '../../fabric-agent/settings.ts';
import { Refusal } from '../../platform/failure.ts';

const read = (settings: object) => resourcesIn(agentSettings.parse(settings), '/data/agent');
const problems = (resources: unknown) => {
  const result = agentSettings.safeParse({ resources });
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the resources of an agent', () => {
  it('are one unless the settings name several', () => {
    const config = agentSettings.parse({ cpus: 3 });
    expect(resourcesIn(config, '/data/agent')).to.deep.equal([{ name: null, config, folder: '/data/agent' }]);
  });

  it('have each a folder of their own, and what is not said of one is as it is said of the agent, but the doors', () => {
    const [here, cluster] = read({
      ...{ cpus: 3, 'task-owners': ['ann'], 'work-directory': '/scratch', 'max-queued': 7 },
      resources: [
        { name: 'here', 'host-doors': true, 'work-directory': '/fast' },
        { name: 'long', 'back-end': 'slurm', queue: 'long', 'queue-patience': '2 h', 'task-owners': ['bob'] },
      ],
    });
    expect(here).to.deep.include({ name: 'here', folder: '/data/agent/resources/here' });
    expect(here?.config).to.include({
      cpus: 3,
      'host-doors': true,
      'poll-door': false,
      'work-directory': '/fast',
    });
    expect(cluster?.config).to.deep.include({
      ...{ cpus: 3, 'max-queued': 7, 'back-end': 'slurm', queue: 'long', 'queue-patience': 7_200_000 },
      ...{
        'task-owners': ['bob'],
        'host-doors': false,
        'poll-door': false,
        'work-directory': '/scratch/long',
      },
      resources: [],
    });
  });

  it('are refused by what is wrong with them, each with where it stands', () => {
    expect(problems([{ name: 'Long' }])).to.deep.equal([
      'resources.0.name: is small letters, digits and dashes',
    ]);
    expect(problems([{ name: 'a', quue: 'long' }])).to.deep.equal([
      'resources.0.quue: is no setting of an agent',
    ]);
    expect(problems([{ name: 'a', resources: [] }])).to.deep.equal([
      'resources.0.resources: is no setting of an agent',
    ]);
    const [wrong = ''] = problems([{ name: 'a' }, { name: 'b', 'back-end': 'lsf' }]);
    expect(wrong).to.match(/^resources\.1\.back-end: .*lsf/);
    expect(() => read({ resources: [{ name: 'a' }, { name: 'a' }] })).to.throw(Refusal, 'twice');
  });

  it('are named where there are several, and not where there is one', () => {
    const two = read({ resources: [{ name: 'a' }, { name: 'b' }] });
    expect(resourceNamed(two, 'b')).to.include({ name: 'b' });
    expect(() => resourceNamed(two, undefined)).to.throw(Refusal, 'say which, by --resource (a, b)');
    expect(() => resourceNamed(two, 'c')).to.throw(Refusal, "no 'c' (a, b)");
    expect(resourceNamed(read({}), undefined)).to.include({ name: null });
    expect(() => resourceNamed(read({}), 'a')).to.throw(Refusal, 'one resource');
  });

  it('of which nothing was there before are let start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ogm-resources-'));
    await refuseForgotten(folder, resourcesIn(agentSettings.parse({ resources: [{ name: 'a' }] }), folder));
    await rm(folder, { recursive: true });
  });
});
