import { expect } from 'chai';
import fc from 'fast-check';
import { placeIn, type RunOrder } from '../../../fabric-agent/back-ends/back-end.ts';
import { chooseEnclosure, runsThere } from '../../../fabric-agent/back-ends/choose.ts';
import { bubblewrapWords, type Sight } from '../../../fabric-agent/isolation/bubblewrap-words.ts';
import { containerWords } from '../../../fabric-agent/isolation/container-words.ts';
import { isWithin } from '../../../fabric-agent/isolation/visible.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';

const sight: Sight = { visible: [], hidden: [], network: false, sharedMemoryBytes: 1 };
const ordinary = { isRoot: false, disablesUserns: true };
const place = placeIn('/data/tasks', { task: 'a', attempt: 1 });
const inside = { program: '/usr/bin/true', place };

describe('the words for bubblewrap', () => {
  const pairs = (words: readonly string[], option: string) =>
    words.flatMap((word, at) => (word === option ? [words[at + 1]] : []));

  it('show nothing of the network, unless it is asked for', () => {
    expect(bubblewrapWords(sight, ordinary, '/r', inside)).to.include('--unshare-net');
    expect(bubblewrapWords({ ...sight, network: true }, ordinary, '/r', inside)).to.not.include(
      '--unshare-net',
    );
  });

  it('cover what is hidden after all that is shown, and nothing that is not there', () => {
    const words = bubblewrapWords({ ...sight, hidden: ['/opt/ogm', '/srv/ogm'] }, ordinary, '/r', inside);
    expect(pairs(words, '--tmpfs')).to.include('/opt/ogm').and.not.include('/srv/ogm');
    expect(words.lastIndexOf('/opt')).to.be.below(words.indexOf('/opt/ogm'));
    expect(pairs(words, '--remount-ro'), 'nobody writes there').to.include.members(['/', '/opt/ogm']);
  });

  it('let a program write to its own files alone, wherever the data folder lies', () => {
    const segment = fc.constantFrom('a', 'tmp', 'var', 'opt', 'home', 'usr', '-x', 'b c');
    const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(path, fc.array(path), fc.array(path), fc.boolean(), (folder, visible, hidden, isRoot) => {
        const own = placeIn(`${folder}/tasks`, { task: 'a', attempt: 1 });
        const words = bubblewrapWords({ ...sight, visible, hidden }, { ...ordinary, isRoot }, '/r', {
          program: '/x/y',
          place: own,
        });
        const writable = new Set([own.work, own.temporary, own.stdout, own.stderr]);
        for (const source of pairs(words, '--bind')) expect([...writable]).to.include(source);
        expect(words.slice(-2)).to.deep.equal(['--', '/.ogm/run']);
      }),
    );
  });

  it('give the runner of root what it needs, and nothing more', () => {
    const powers = (isRoot: boolean) =>
      pairs(bubblewrapWords(sight, { ...ordinary, isRoot }, '/r', inside), '--cap-add');
    expect(powers(true)).to.have.members(['CAP_CHOWN', 'CAP_SETUID', 'CAP_SETGID', 'CAP_KILL']);
    expect(powers(false)).to.deep.equal([]);
  });
});

describe('the words for containers', () => {
  const order: RunOrder = {
    ...{ task: 'a', attempt: 1, argv: ['sh'], image: 'some/image', environment: {} },
    ...{ latestStartMs: 1, endMs: 2, timeMs: 1, leaseEndMs: 2, graceMs: 0 },
    ...{ limits: { outputBytes: 1, memoryBytes: 1, processes: 1 }, asks: { cpus: 1, memoryBytes: 1 } },
  };
  const making = {
    isRoot: true,
    user: '0:0',
    network: false,
    sharedMemoryBytes: 1,
    label: 'a=b',
    runner: '/r',
  };
  const words = (isPodman: boolean) => containerWords({ ...making, isPodman }, 'name', order, place);

  it('let nothing run that the image brings but the program', () => {
    for (const isPodman of [true, false]) expect(words(isPodman)).to.include('--no-healthcheck');
  });

  it('make the runner whoever owns the files, with powers only where that is root', () => {
    const ordinary = { ...making, isPodman: false, isRoot: false, user: '1000:1000' };
    const said = containerWords(ordinary, 'name', order, place).join(' ');
    expect(said).to.include('--user 1000:1000').and.not.include('--cap-add');
    expect(words(false).join(' ')).to.include('--user 0:0').and.include('--cap-add');
  });

  it('let podman make nothing of the image that can be written to', () => {
    expect(words(true).join(' ')).to.include('--image-volume ignore');
  });
});

describe('the settings of what isolates', () => {
  const settings = (said: object) => agentSettings.parse({ 'back-end': 'bubblewrap', ...said });
  const choose = (said: object) =>
    chooseEnclosure({
      config: settings(said),
      ...{ dataFolder: '/data', folder: '/data/tasks', path: '/bin', surroundings: {} },
    });

  it('take paths that can be shown, and refuse others', () => {
    const open = (visible: string) => choose({ visible: [visible] });
    for (const good of ['/srv/tools', '/srv', '/tmp/x'])
      expect(open(good)?.powers.isolates, good).to.equal(true);
    for (const bad of ['/', 'home', '/srv/', '/srv/../root', '/proc', '/dev', '/run', '/a//b'])
      expect(() => open(bad), bad).to.throw('is no absolute path that can be shown');
  });

  it('count what has the network as not isolated', () => {
    for (const backEnd of ['bubblewrap', 'container'])
      expect(choose({ 'task-network': 'host', 'back-end': backEnd })?.powers.isolates, backEnd).to.equal(
        false,
      );
  });

  it('offer what programs can see', () => {
    const config = settings({ visible: ['/srv/tools'] });
    const there = (program: string) => runsThere(config, { program });
    expect(['/usr/bin/gcc', '/srv/tools/x', process.execPath].map(there)).to.deep.equal([true, true, true]);
    expect(['/srv/toolsx', '/root/x', '/usr/../root/x'].map(there)).to.deep.equal([false, false, false]);
    expect(runsThere(agentSettings.parse({}), { program: '/root/x' })).to.equal(true);
  });

  it('tell what lies within what', () => {
    expect(isWithin('/a/b', ['/a'])).to.equal(true);
    expect(isWithin('/ab', ['/a'])).to.equal(false);
  });
});
