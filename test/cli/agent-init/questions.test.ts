import { expect } from 'chai';
import { answers } from '../../../cli/agent-init/questions.ts';
import type { Found } from '../../../fabric-agent/init/found.ts';

const workstation: Found = {
  batch: [],
  engine: 'podman',
  bubblewrap: true,
  cpus: 8,
  memoryBytes: 16 * 2 ** 30,
  others: 0,
  troubles: [],
};
const cluster: Found = {
  ...workstation,
  batch: [{ backEnd: 'slurm', queues: ['short', 'long'], usual: 'long' }],
};

/** An owner who says these things one after the other, and nothing to what comes then. */
function owner(...words: string[]) {
  const asked: string[] = [];
  const told: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return words.shift() ?? '';
  };
  return { asked, told, ask, tell: (line: string) => void told.push(line) };
}

const plain = (said: ReadonlyMap<string, string>) => Object.fromEntries(said);

describe('the questions of ogm agent init', () => {
  it('are answered by what is found where nobody is asked', async () => {
    expect(plain(await answers(new Map(), workstation, undefined))).to.deep.equal({
      'agent.back-end': 'bubblewrap',
      'agent.cpus': '8',
      'agent.memory': '16384 MiB',
      'client.broker-url': 'http://127.0.0.1:8480',
    });
    expect(plain(await answers(new Map(), cluster, undefined))).to.deep.equal({
      'agent.back-end': 'slurm',
      'agent.queue': 'long',
      'agent.max-queued': '100',
      'client.broker-url': 'http://127.0.0.1:8480',
    });
  });

  it('propose a half where others work too, containers where bubblewrap does not work, local where nothing does', async () => {
    const shared = await answers(new Map(), { ...workstation, others: 2 }, undefined);
    expect([shared.get('agent.cpus'), shared.get('agent.memory')]).to.deep.equal(['4', '8192 MiB']);
    const contained = await answers(new Map(), { ...workstation, bubblewrap: false }, undefined);
    expect([contained.get('agent.back-end'), contained.get('agent.container-engine')]).to.deep.equal([
      'container',
      'podman',
    ]);
    const bare = await answers(
      new Map(),
      { ...workstation, bubblewrap: false, engine: undefined },
      undefined,
    );
    expect(bare.get('agent.back-end')).to.equal('local');
  });

  it('are asked with what was found, which Enter takes; later ones depend on what was said', async () => {
    const one = owner('', 'short', '20', 'ada, ben', 'weekends', 'stop', '');
    expect(plain(await answers(new Map(), cluster, one))).to.deep.equal({
      'agent.back-end': 'slurm',
      'agent.queue': 'short',
      'agent.max-queued': '20',
      'agent.task-owners': 'ada, ben',
      'agent.hours': 'weekends',
      'agent.at-closing': 'stop',
      'client.broker-url': 'http://127.0.0.1:8480',
    });
    expect(one.asked[0]).to.equal('How do tasks run [slurm]: ');
    expect(one.asked[1]).to.equal('In which partition or queue [long]: ');
    const other = owner('local');
    await answers(new Map(), cluster, other);
    expect(other.asked.join()).to.not.contain('partition').and.not.contain('closing');
  });

  it('are asked again where an answer cannot be read, with the reason', async () => {
    const one = owner(
      'lokal',
      'local',
      'many',
      '2',
      '4 GiB',
      '',
      'noon',
      '20:00-08:00',
      'never',
      'finish',
      'here',
    );
    const said = await answers(new Map(), workstation, one);
    expect(said.get('agent.cpus')).to.equal('2');
    expect(one.told).to.have.length(5);
    expect(one.told[0]).to.match(/^ {2}'lokal' is not one of: local, /);
    expect(one.told[2]).to.match(/^ {2}'noon' names a day that there is none of/);
  });

  it('are of a host behind ssh only where tasks run there, and then it has to be named', async () => {
    const far = new Map([['agent.back-end', 'ssh']]);
    expect(await answers(far, workstation, undefined).catch(String)).to.match(/--ssh-host: has to be said/);
    const one = owner('', 'login.example', 'ann', '/keys/ann', '/keys/known', 'sge', 'long.q');
    const said = await answers(far, workstation, one);
    expect(one.told).to.deep.equal(['  has to be said']);
    expect(plain(said)).to.deep.include({ 'agent.ssh-host': 'login.example', 'agent.ssh-way': 'sge' });
    expect(plain(said)).to.deep.include({ 'agent.queue': 'long.q', 'agent.max-queued': '100' });
    expect(plain(said)).to.not.have.any.keys('agent.cpus', 'agent.memory');
  });

  it('are not asked where a flag says it, which is refused by its name where it cannot be read', async () => {
    const one = owner();
    await answers(new Map([['agent.cpus', '3']]), workstation, one);
    expect(one.asked.join()).to.not.contain('cores');
    const refused = await answers(new Map([['agent.hours', '8 to 5']]), workstation, undefined).catch(String);
    expect(refused).to.match(/--hours: '8 to 5' is no window of time/);
    const zone = await answers(new Map([['agent.time-zone', 'Nowhere']]), workstation, undefined).catch(
      String,
    );
    expect(zone).to.match(/--time-zone: nobody knows 'Nowhere'/);
  });
});
