import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BatchPeer, batchPeers, batchSide, jobsATurn } from '../dispatch/batch.ts';
import { nothing } from '../dispatch/house.ts';
import { forkLoop } from '../dispatch/limit.ts';
import type { BenchContext } from '../harness/bench.ts';
import { LineProgram } from '../harness/line-program.ts';
import type { Side } from '../harness/rounds.ts';

/** A back end, and the same work by the system behind it alone. */
export interface BackEndPeer {
  readonly name: string;
  /** Tasks of one turn. */
  readonly count: number;
  /** Settings of the agent. */
  readonly agent: Readonly<Record<string, unknown>>;
  /** Variables of the agent. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Undefined where it does not serve here. */
  beside(context: BenchContext, running: AsyncDisposableStack): Promise<Side | undefined>;
}

/** Programs that a loop in the shell has under way at once: more of them make it no faster on two cores. */
const loopsAtOnce = 8;

/** The image that test/real/podman.sh makes, and how its engine is found. */
const image = 'localhost/ogm/tools:latest';
const containers = '/run/ogm-real/podman/containers.conf';
const torqueCommands = '/run/ogm-real/torque/bin';

/** Where Debian has the programs that its commands of Grid Engine start, and how they find it. */
const sgeVariables = {
  PATH: `/usr/lib/gridengine:${process.env.PATH ?? '/usr/bin:/bin'}`,
  SGE_ROOT: process.env.SGE_ROOT ?? '/var/lib/gridengine',
  SGE_CELL: process.env.SGE_CELL ?? 'default',
};

/** Every back end; fewer tasks a turn where each takes long. */
export function backEndPeers(quick: boolean): BackEndPeer[] {
  const some = (whole: number, few: number) => (quick ? few : whole);
  const batch = batchPeers.map((peer) => batchPeer(peer, some(jobsATurn.whole, jobsATurn.quick)));
  const torque: BackEndPeer = {
    name: 'TORQUE’s commands over Slurm',
    count: some(60, 5),
    agent: { 'back-end': 'torque' },
    variables: { PATH: `${torqueCommands}:${process.env.PATH ?? '/usr/bin:/bin'}` },
    beside: (context, running) => script('torque.sh', [], torque, 'a loop of qsub', context, running),
  };
  const local: BackEndPeer = {
    name: 'this machine',
    count: some(1_000, 50),
    agent: { 'back-end': 'local' },
    async beside({ folder }, running) {
      const loop = await forkLoop(join(folder, 'loop'), running);
      return {
        what: 'a C loop: folder, fork, exec, journal',
        run: async () => local.count / (await loop('durable', local.count)),
      };
    },
  };
  const bubblewrap: BackEndPeer = {
    name: 'bubblewrap',
    count: some(300, 20),
    agent: { 'back-end': 'bubblewrap' },
    beside: (context, running) => {
      const words = ['bwrap', '--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', '/bin/true'];
      return script('loop.sh', [`${loopsAtOnce}`, ...words], bubblewrap, 'a loop of bwrap', context, running);
    },
  };
  const container: BackEndPeer = {
    name: 'containers of podman',
    count: some(20, 4),
    agent: {
      ...{ 'back-end': 'container', 'container-engine': 'podman' },
      applications: [{ name: nothing, argv: ['/bin/true'], image }],
    },
    ...(existsSync(containers) ? { variables: { CONTAINERS_CONF: containers } } : {}),
    beside(context, running) {
      const found = existsSync(containers) ? [`CONTAINERS_CONF=${containers}`] : [];
      const words = ['env', ...found, 'podman', 'run', '--rm', '--network=none', image, '/bin/true'];
      return script(
        'loop.sh',
        [`${loopsAtOnce}`, ...words],
        container,
        'a loop of podman run',
        context,
        running,
      );
    },
  };
  return [...batch, torque, local, bubblewrap, container];
}

function batchPeer(peer: BatchPeer, count: number): BackEndPeer {
  return {
    name: peer.name,
    count,
    agent: { 'back-end': peer.word, 'max-queued': 2 * count },
    ...(peer.word === 'sge' ? { variables: sgeVariables } : {}),
    beside: (context, running) => batchSide(peer, context, running),
  };
}

async function script(
  program: string,
  words: readonly string[],
  { name, count }: BackEndPeer,
  what: string,
  { say }: BenchContext,
  running: AsyncDisposableStack,
): Promise<Side | undefined> {
  const file = fileURLToPath(new URL(`../peers/${program}`, import.meta.url));
  const loop = await LineProgram.start('bash', [file, ...words]).catch(() => undefined);
  if (loop === undefined) {
    say(`${name}: none serves here`);
    return undefined;
  }
  running.use(loop);
  return { what, run: async () => count / Number(await loop.ask(`${count}`)) };
}
