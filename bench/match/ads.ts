/** One ad of the matching set: an expression of ClassAds is a string `/Expr(…)/`, as HTCondor writes it in JSON. */
export type Ad = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Numbers from 0 to 1, the same for the same seed. */
type Random = () => number;

const sites: readonly (readonly [site: string, country: string])[] = [
  ['cern.ch', 'CH'],
  ['desy.de', 'DE'],
  ['nikhef.nl', 'NL'],
  ['in2p3.fr', 'FR'],
  ['ral.ac.uk', 'GB'],
  ['cnaf.it', 'IT'],
  ['pic.es', 'ES'],
  ['triumf.ca', 'CA'],
  ['bnl.gov', 'US'],
  ['fnal.gov', 'US'],
  ['grid.sinica.tw', 'TW'],
  ['kek.jp', 'JP'],
];
const vos = ['atlas', 'cms', 'lhcb', 'alice', 'biomed', 'enmr', 'virgo', 'icecube', 'belle2', 'ops'];
const sw = [
  'python3.9',
  'python3.11',
  'gcc12',
  'gcc13',
  'root6.30',
  'openmpi4',
  'cuda12',
  'singularity',
  'docker',
  'java17',
  'geant4',
  'gromacs2023',
  'namd3',
  'R4.3',
  'blender4',
];
const gpuNames = ['NVIDIA A100', 'NVIDIA H100', 'NVIDIA T4', 'NVIDIA RTX 4090'];

/** What every machine wants of a job, and what its kind wants beside it. */
const start =
  '(TARGET.RequestCpus <= MY.Cpus) && (TARGET.RequestMemory <= MY.Memory) && (TARGET.RequestDisk <= MY.Disk) && member(TARGET.VO, MY.AllowedVOs) && (TARGET.BidPerCoreHour >= MY.PricePerCoreHour) && (TARGET.WallTime <= MY.MaxWallTime)';
const starts: readonly (readonly string[])[] = [
  [],
  ['(TARGET.Owner =!= "banned") && (TARGET.ReputationOfOwner >= 0.6 || TARGET.Deposit >= 10)'],
  [
    'ifThenElse(isUndefined(TARGET.RequestGPUs) || TARGET.RequestGPUs == 0, MY.GPUs == 0, TARGET.RequestGPUs <= MY.GPUs)',
  ],
];

/** What every job wants of a machine, and what its kind wants beside it. */
const wanted =
  '(TARGET.Arch == "X86_64") && (TARGET.OpSys == "LINUX") && (TARGET.Cpus >= MY.RequestCpus) && (TARGET.Memory >= MY.RequestMemory) && (TARGET.Disk >= MY.RequestDisk)';
const wants: readonly (readonly string[])[] = [
  [],
  [
    '(TARGET.Reputation >= 0.8) && (TARGET.PricePerCoreHour <= MY.BidPerCoreHour) && member("python3.11", TARGET.Software)',
  ],
  [
    '(TARGET.HasSingularity =?= true) && TARGET.HasCVMFS && regexp("^wn[0-9]+[.](cern|desy|nikhef)", TARGET.Machine)',
  ],
  [
    '(TARGET.GPUs >= MY.RequestGPUs) && (TARGET.GPUs_Capability >= 8.0) && (TARGET.GPUs_GlobalMemoryMb >= 24000)',
  ],
  [
    'member(TARGET.Country, {"CH", "DE", "NL", "FR"}) && (TARGET.Mips / TARGET.PricePerCoreHour > 200000) && (TARGET.LoadAvg < 0.25) && (member("gcc12", TARGET.Software) || member("gcc13", TARGET.Software))',
  ],
];

/** The machine of a number, always the same: the file of so many machines holds those below that number. */
export function machineAd(i: number): Ad {
  const r = randomFrom(1_000_003 + i);
  const at = Math.floor(r() * sites.length);
  const [site, country] = sites[at] ?? ['', ''];
  const cpus = pick(r, [1, 1, 2, 4, 8, 8, 16, 32, 64]);
  const hasGpu = r() < 0.12;
  const host = `wn${String(i).padStart(6, '0')}.${site}`;
  const kind = Math.floor(r() * 3);
  const facts = {
    MyType: 'Machine',
    Name: `slot1@${host}`,
    Machine: host,
    MyAddress: `<127.0.0.1:${20000 + (i % 40000)}?sock=fake${i}>`,
    StartdIpAddr: `<127.0.0.1:${20000 + (i % 40000)}?sock=fake${i}>`,
    Arch: r() < 0.88 ? 'X86_64' : 'aarch64',
    OpSys: r() < 0.95 ? 'LINUX' : 'WINDOWS',
    OpSysAndVer: pick(r, ['Debian12', 'AlmaLinux9', 'AlmaLinux8', 'Ubuntu22', 'Rocky9']),
    Cpus: cpus,
    TotalCpus: cpus,
    Memory: cpus * pick(r, [1024, 2048, 4096, 8192]),
    Disk: cpus * pick(r, [5, 10, 20, 50]) * 1000000,
    Mips: 8000 + Math.floor(r() * 30000),
    KFlops: 500000 + Math.floor(r() * 3000000),
    GPUs: hasGpu ? pick(r, [1, 2, 4, 8]) : 0,
    HasSingularity: r() < 0.7,
    HasDocker: r() < 0.4,
    HasCVMFS: r() < 0.6,
    State: 'Unclaimed',
    Activity: 'Idle',
    LoadAvg: round(r() * 0.3, 3),
    KeyboardIdle: Math.floor(r() * 100000),
    UidDomain: site,
    FileSystemDomain: site,
    Site: site.replace(/[.].*$/, '').toUpperCase(),
    Country: country,
    PricePerCoreHour: round(0.005 + r() * 0.09, 4),
    Currency: 'OGC',
    Reputation: round(0.5 + r() * 0.5, 3),
    Availability: round(0.7 + r() * 0.3, 3),
    MaxWallTime: pick(r, [3600, 14400, 43200, 86400, 259200]),
    OutboundMbps: pick(r, [100, 1000, 10000]),
    Latency: round(r() * 120, 1),
    AllowedVOs: some(r, vos, 2 + Math.floor(r() * 6)),
    Software: some(r, sw, 3 + Math.floor(r() * 9)),
  };
  const gpu = hasGpu && {
    GPUs_DeviceName: pick(r, gpuNames),
    GPUs_Capability: pick(r, [7.5, 8.0, 8.6, 9.0]),
    GPUs_GlobalMemoryMb: pick(r, [16384, 24576, 40960, 81920]),
  };
  const bid = 'TARGET.BidPerCoreHour * 100';
  return {
    ...facts,
    ...gpu,
    Start: expression([start, ...(starts[kind] ?? [])].join(' && ')),
    Requirements: expression('START'),
    Rank: expression(kind === 2 ? `${bid} + ifThenElse(TARGET.VO == "atlas", 5, 0)` : bid),
  };
}

/** The job of a number, always the same; the number modulo 5 is its kind. */
export function jobAd(i: number): Ad {
  const r = randomFrom(7_000_003 + i);
  const kind = i % 5;
  const cpus = pick(r, [1, 1, 1, 2, 4, 8]);
  const facts = {
    MyType: 'Job',
    ClusterId: 1000 + i,
    ProcId: 0,
    Owner: `user${i % 37}`,
    VO: pick(r, vos),
    Cmd: '/bin/true',
    RequestCpus: cpus,
    RequestMemory: cpus * pick(r, [500, 1000, 2000, 4000]),
    RequestDisk: cpus * 2000000,
    RequestGPUs: kind === 3 ? 1 : 0,
    BidPerCoreHour: round(0.02 + r() * 0.08, 4),
    WallTime: pick(r, [1800, 7200, 36000, 80000]),
    ReputationOfOwner: round(0.4 + r() * 0.6, 3),
    Deposit: Math.floor(r() * 20),
    JobUniverse: 5,
    JobPrio: Math.floor(r() * 10),
  };
  const rank =
    kind % 2 === 1
      ? 'TARGET.Mips / TARGET.PricePerCoreHour'
      : 'TARGET.Reputation * 100 - TARGET.PricePerCoreHour * 1000';
  return {
    ...facts,
    Requirements: expression([wanted, ...(wants[kind] ?? [])].join(' && ')),
    Rank: expression(rank),
  };
}

function expression(text: string): string {
  return `/Expr(${text})/`;
}

function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(r: Random, values: readonly T[]): T {
  return values[Math.floor(r() * values.length)] as T;
}

/** So many different ones, in the order of the list. */
function some(r: Random, values: readonly string[], count: number): string[] {
  const picked = new Set<string>();
  while (picked.size < count) picked.add(pick(r, values));
  return values.filter((value) => picked.has(value));
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
