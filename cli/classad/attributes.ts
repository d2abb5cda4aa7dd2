/** How an attribute of a machine's ad is said in the SLA language. */
export interface Carried {
  /** The header; the attribute's own name unless given. */
  readonly header?: string;
  /** What the attribute is measured in; `moment` is seconds since 1970. */
  readonly unit?: 'MiB' | 'KiB' | 'MHz' | 's' | 'moment';
}

const groups: readonly (readonly [unit: NonNullable<Carried['unit']>, names: readonly string[]])[] = [
  ['MiB', ['TotalMemory', 'TotalSlotMemory', 'DetectedMemory', 'VM_Memory', 'VM_Guest_Mem']],
  [
    'KiB',
    [
      'TotalDisk',
      'TotalSlotDisk',
      'DetectedDisk',
      'VirtualMemory',
      'TotalVirtualMemory',
      'CpuCacheSize',
      'MonitorSelfImageSize',
      'MonitorSelfResidentSetSize',
    ],
  ],
  ['MHz', ['GPUs_ClockMhz', 'CUDAClockMhz']],
  [
    's',
    [
      'KeyboardIdle',
      'ConsoleIdle',
      'MachineMaxVacateTime',
      'MaxClaimTime',
      'MaxJobRetirementTime',
      'RetirementTimeRemaining',
      'MonitorSelfAge',
    ],
  ],
  [
    'moment',
    [
      'LastHeardFrom',
      'DaemonStartTime',
      'DaemonLastReconfigTime',
      'EnteredCurrentState',
      'EnteredCurrentActivity',
      'ClaimEndTime',
      'JobStart',
      'MonitorSelfTime',
      'LastDrainStartTime',
      'LastDrainStopTime',
    ],
  ],
];

/** By the attribute's name in small letters. */
const carried: ReadonlyMap<string, Carried> = new Map<string, Carried>([
  ...groups.flatMap(([unit, names]) => names.map((name) => [name.toLowerCase(), { unit }] as const)),
  ['memory', { header: 'Memory', unit: 'MiB' }],
  ['disk', { header: 'Disk', unit: 'KiB' }],
  ['gpus_globalmemorymb', { header: 'Gpu-Memory', unit: 'MiB' }],
  ['cudaglobalmemorymb', { header: 'Gpu-Memory', unit: 'MiB' }],
  ['gpus_devicename', { header: 'Gpu-Model' }],
  ['cudadevicename', { header: 'Gpu-Model' }],
  ['gpus_capability', { header: 'Gpu-Capability' }],
  ['cudacapability', { header: 'Gpu-Capability' }],
  ['gpus_driverversion', { header: 'Cuda' }],
  ['cudadriverversion', { header: 'Cuda' }],
  ['loadavg', { header: 'Load' }],
  ['mycurrenttime', { header: 'Date' }],
  ['opsys', { header: 'Os' }],
]);

/**
 * The header and the unit of an attribute (https://htcondor.readthedocs.io/en/latest/classad-attributes/machine-classad-attributes.html).
 * Those that are not in the table keep their name and have no unit.
 */
export function carriedAs(name: string): Carried {
  const lower = name.toLowerCase();
  return carried.get(lower) ?? (/^totaltime[a-z]/.test(lower) ? { unit: 's' } : {});
}

/** What a Tell says by its envelope, or by being one. */
export const saidOtherwise: ReadonlySet<string> = new Set([
  'mytype',
  'targettype',
  'name',
  'myaddress',
  'startdipaddr',
  'addressv1',
]);

/** Instructions that HTCondor tells of by a Boolean attribute each. */
export const features: ReadonlyMap<string, string> = new Map([
  ['has_sse4_1', 'sse4.1'],
  ['has_sse4_2', 'sse4.2'],
  ['has_ssse3', 'ssse3'],
  ['has_avx', 'avx'],
  ['has_avx2', 'avx2'],
  ['has_avx512f', 'avx512f'],
  ['has_avx512dq', 'avx512dq'],
  ['has_avx512dnni', 'avx512dnni'],
]);

const systems: Readonly<Record<string, string>> = { LINUX: 'Linux', WINDOWS: 'Windows', OSX: 'macOS' };

/** ClassAds compare texts whatever their case; here case counts, so these are written as their systems write them. */
export function spelledAs(header: string, text: string): string {
  if (header === 'Os') return Object.hasOwn(systems, text) ? (systems[text] ?? text) : text;
  if (header === 'Arch') return text === 'INTEL' ? 'i686' : text.toLowerCase();
  return text;
}
