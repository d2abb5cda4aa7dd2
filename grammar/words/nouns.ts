import { quoted } from '../diagnostics.ts';
import { rowOf } from '../vocabulary/names.ts';

/** Where a name's own spelling is not what people call it. */
const called: Readonly<Record<string, string>> = {
  Cpus: 'number of cpus',
  Gpus: 'number of gpus',
  Licences: 'number of licences',
  Slots: 'number of slots',
  Tasks: 'number of tasks',
  Arch: 'architecture',
  Os: 'operating system',
  'Os-Version': 'version of the operating system',
  Vo: 'organisation',
  Cuda: 'version of CUDA',
  'Gpu-Model': 'gpu model',
  'Gpu-Memory': 'memory of a gpu',
  'Cpu-Speed': 'clock of the cpus',
  Datasets: 'data',
  Walltime: 'running time',
};

/** What goes before a value of a name where that alone says what it is. */
const prepositions: Readonly<Record<string, string>> = {
  application: 'for',
  arch: 'on',
  os: 'under',
  region: 'in',
  site: 'at',
  country: 'in',
  features: 'with',
  datasets: 'with the data of',
  fabric: 'run by',
  interconnect: 'joined by',
  'gpu-model': 'with gpus of model',
};

/** What people call a name, in the middle of a sentence; one that is no standard name stands in quotes. */
export function nounOf(spelled: string): string {
  const row = rowOf(spelled);
  if (row === undefined) return quoted(spelled);
  return called[row.name] ?? row.name.toLowerCase().replaceAll('-', ' ');
}

export function prepositionOf(name: string): string | undefined {
  return Object.hasOwn(prepositions, name) ? prepositions[name] : undefined;
}

/** How much of an amount: '8 cpus', '16 GiB of memory'. */
export function amountOf(name: string, text: string): string {
  const row = rowOf(name);
  if (row?.type === 'bytes') return `${text} of ${nounOf(name)}`;
  const plural = row?.name.toLowerCase() ?? name;
  return `${text} ${text === '1' ? plural.replace(/s$/, '') : plural}`;
}
