import { type Cells, type ClauseType, rows } from './row.ts';

/** What an Ask takes, and what a Tell has left for one slot. */
const takenCells: readonly Cells<ClauseType>[] = [
  ['Cpus', 'number', 'Processor cores.', '8'],
  ['Gpus', 'number', 'Graphics processors.', '1'],
  ['Slots', 'whole', 'How many slots like this a broker has left; 1 unless said.', '4'],
  ['Licences', 'number', 'Licences of the application.', '2'],
  ['Memory', 'bytes', 'Memory.', '16 GiB'],
  ['Disk', 'bytes', 'Disk.', '100 GB'],
];

const tellerCells: readonly Cells<ClauseType>[] = [
  ['Application', 'string', 'A program that can be run.', 'gcc4.0.2'],
  ['Arch', 'string', 'The instruction set.', 'x86_64'],
  ['Os', 'string', 'The operating system.', 'Linux'],
  ['Region', 'string', 'The region.', 'eu-north'],
  ['Site', 'string', 'The site.', 'PDC'],
  ['Country', 'string', 'The country, by its two letters.', 'SE'],
  ['Fabric', 'string', 'What runs the work.', 'slurm'],
  ['Interconnect', 'string', 'What joins the nodes of a slot.', 'infiniband'],
  ['Gpu-Model', 'string', 'The model of the graphics processors.', 'A100'],
  ['Os-Version', 'version', 'The version of the operating system.', '22.04'],
  ['Cuda', 'version', 'The version of CUDA.', '12.4'],
  ['Gpu-Capability', 'version', 'What the graphics processors can compute.', '8.6'],
  ['Features', 'string', 'What the processors can do beside.', 'avx2, sse4.2'],
  ['Datasets', 'string', 'Data that is there already.', 'imagenet'],
  ['Gpu-Memory', 'bytes', 'The memory of one graphics processor.', '40 GiB'],
  ['Cpu-Speed', 'frequency', 'The clock of the processors.', '2.4 GHz'],
  ['Network', 'rate', 'What the network carries.', '10 Gbit/s'],
  ['Latency', 'duration', 'How long a message takes.', '2 ms'],
  ['Start-Delay', 'duration', 'How long it takes until work starts.', '30 s'],
  ['Load', 'number', 'How busy the machine is.', '0.2'],
  ['CPU-Load', 'number', 'How busy the processors are.', '0.2'],
  ['Reputation', 'number', 'How well the broker kept its promises, up to 1.', '0.9'],
  ['Availability', 'number', 'The part of the time in which it is there.', '99 %'],
  ['Date', 'seconds', 'When the load was taken.', '2026-12-01T18:00Z'],
];

const askerCells: readonly Cells<ClauseType>[] = [
  ['Walltime', 'duration', 'How long one task takes at most.', '2 h'],
  ['Tasks', 'whole', 'How many runs there are in all.', '10'],
  ['Owner', 'string', 'Who asks.', 'alice'],
  ['Vo', 'string', 'The organisation for which the owner asks.', 'atlas'],
  ['Input-Size', 'bytes', 'How much data goes in.', '2 GB'],
  ['Output-Size', 'bytes', 'How much data comes out.', '500 MB'],
  ['Priority', 'number', 'How urgent the work is.', '5'],
];

export const taken = rows('amount', 'teller', takenCells);
export const aboutTeller = rows('clause', 'teller', tellerCells);
export const aboutAsker = rows('clause', 'asker', askerCells);
