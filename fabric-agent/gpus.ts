import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Header, stringText } from '../grammar/index.ts';

/** A graphics processor, as the system tells of it. */
export interface Gpu {
  readonly model: string;
  /** Nothing where the system does not say. */
  readonly memoryBytes: number | undefined;
}

/** A kind of graphics processor for computing, and where Linux tells of each one. */
interface Kind {
  /** The folder of one folder or link for each, seen from the root of the file system. */
  readonly folder: string;
  /** Which names there are of one. */
  readonly each: RegExp;
  /** What the one in a folder is; nothing where it is none of this kind. */
  readonly read: (folder: string) => Promise<Gpu | undefined>;
}

/** To find another kind, add its row here and what Linux really says to the recorded folders of the test. */
const kinds: readonly Kind[] = [
  {
    // Of the driver of NVIDIA: `nvidia-smi` need not be there.
    folder: 'proc/driver/nvidia/gpus',
    each: /^[\da-f]{4,8}:[\da-f]{2}:[\da-f]{2}\.[\da-f]$/i,
    read: async (folder) => {
      const model = /^Model:\s*(\S.*?)\s*$/m.exec(await said(folder, 'information'))?.[1];
      return model === undefined ? undefined : { model, memoryBytes: undefined };
    },
  },
  {
    // Of amdgpu. One that shares the memory of the machine has little of its own.
    folder: 'sys/class/drm',
    each: /^card\d+$/,
    read: async (folder) => {
      const device = join(folder, 'device');
      if ((await said(device, 'vendor')).trim() !== '0x1002') return undefined;
      const memoryBytes = Number((await said(device, 'mem_info_vram_total')).trim());
      if (!Number.isSafeInteger(memoryBytes) || memoryBytes < leastMemoryBytes) return undefined;
      const model = (await said(device, 'product_name')).trim();
      return { model: model === '' ? 'AMD' : model, memoryBytes };
    },
  },
];

/** With less, in bytes, it shows pictures and computes nothing. */
const leastMemoryBytes = 2 * 2 ** 30;
/** Processors (a count) that are told of at most. */
const mostGpus = 64;

/** The graphics processors of this machine; `root` is that of the file system. */
export async function gpusOf(root = '/'): Promise<Gpu[]> {
  const found = await Promise.all(
    kinds.map(async ({ folder, each, read }) => {
      const names = await readdir(join(root, folder)).catch(() => []);
      const folders = names.filter((name) => each.test(name)).sort();
      return Promise.all(folders.slice(0, mostGpus).map((name) => read(join(root, folder, name))));
    }),
  );
  return found.flat().filter((gpu) => gpu !== undefined);
}

/** What a node says of its graphics processors, of which it lends so many at most: those of the model it has most of. */
export function gpuHeaders(gpus: readonly Gpu[], most = mostGpus): Header[] {
  const byModel = [...Map.groupBy(gpus, ({ model }) => model)];
  const [first] = byModel.sort(([, a], [, b]) => b.length - a.length);
  if (first === undefined || most === 0) return [];
  const [model, same] = first;
  const memory = same.map(({ memoryBytes }) => memoryBytes).filter((bytes) => bytes !== undefined);
  const least = memory.length === same.length ? Math.min(...memory) : undefined;
  return [
    { name: 'Gpus', value: String(Math.min(most, same.length)) },
    { name: 'Gpu-Model', value: stringText(model) },
    ...(least === undefined ? [] : [{ name: 'Gpu-Memory', value: `${Math.floor(least / 2 ** 20)} MiB` }]),
  ];
}

/** What a file of the system says; nothing where it is not there. */
async function said(folder: string, name: string): Promise<string> {
  return readFile(join(folder, basename(name)), 'utf8').catch(() => '');
}
