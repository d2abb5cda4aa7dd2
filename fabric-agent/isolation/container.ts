import { createHash } from 'node:crypto';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type AttemptKey, wordOf } from '../back-ends/back-end.ts';
import { containerWords, type Making } from './container-words.ts';
import { type Enclosure, runnerWords } from './enclosure.ts';
import { Engine } from './engine.ts';
import { Images } from './images.ts';

export interface ContainerOptions {
  /** The folder of the supervisor: what is of another one is another agent's. */
  readonly folder: string;
  /** `podman`, `docker`, a path of one, or undefined for the first that there is. */
  readonly engine: string | undefined;
  /** Whether programs have the network of this machine; none at all else. */
  readonly network: boolean;
  /** Bytes of /dev/shm. */
  readonly sharedMemoryBytes: number;
  /** The number of the user as whom programs run where root starts them. */
  readonly taskUser: number;
  /** The agent's own environment. */
  readonly environment: NodeJS.ProcessEnv;
}

/** What podman and the monitor of a container take beside the program: processes, threads among them, and bytes. */
const podmans = { processes: 64, memoryBytes: 128 * 1024 * 1024 };

/** Encloses programs by one throw-away container each. */
export function createContainers(options: ContainerOptions): Enclosure {
  const { folder, network, sharedMemoryBytes, taskUser } = options;
  const mark = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const label = `ogm.agent=${mark}`;
  const nameOf = (key: AttemptKey) => `ogm-${mark}-${wordOf(key)}`;
  const images = new Images();
  let opened: { readonly engine: Engine; readonly making: Making } | undefined;
  const reached = () => {
    if (opened === undefined) throw new Error('the enclosure was not opened');
    return opened;
  };
  const isRoot = process.geteuid?.() === 0;
  // Root of podman's containers is who started them; of docker's it is root, who without powers cannot enter others' folders.
  const userIn = ({ isPodman }: Engine) =>
    isPodman || isRoot ? '0:0' : `${process.geteuid?.()}:${process.getegid?.()}`;
  return {
    powers: { isolates: !network, containers: true },
    user: isRoot ? taskUser : undefined,
    limits: (limits) =>
      // Docker's containers are no descendants of the supervisor: docker bounds them.
      reached().engine.isPodman
        ? {
            ...limits,
            memoryBytes: limits.memoryBytes === null ? null : limits.memoryBytes + podmans.memoryBytes,
            processes: limits.processes === null ? null : limits.processes + podmans.processes,
          }
        : { ...limits, memoryBytes: null, processes: null },
    async open(runner) {
      if ([folder, runner].some((path) => /[,"\n]/.test(path)))
        throw new Refusal(
          failure('back-end-failed', `${folder} cannot be mounted: a comma or a quote is in its name`),
        );
      const engine = await Engine.find(options.engine, options.environment);
      const { isPodman } = engine;
      const whose = { isPodman, isRoot, user: userIn(engine) };
      opened = { engine, making: { ...whose, network, sharedMemoryBytes, label, runner } };
    },
    start(order, place) {
      const { engine, making } = reached();
      const words = containerWords(making, nameOf(order), order, place);
      const user = making.isRoot ? taskUser : 0;
      return {
        argv: [engine.program, ...words, ...runnerWords(order, place, user)],
        environment: engine.environment,
      };
    },
    bring: (image, begins, signal) => images.bring(reached().engine, image, begins, signal),
    async end(runs) {
      images.doubt();
      await reached().engine.remove(runs.map(nameOf), label);
    },
    async endAllBut(runs) {
      const { engine } = reached();
      const kept = new Set(runs.map(nameOf));
      const strays = (await engine.named(label)).filter((name) => !kept.has(name));
      await engine.remove(strays, label);
    },
  };
}
