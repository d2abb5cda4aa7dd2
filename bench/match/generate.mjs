// gen.mjs OUTDIR - deterministic offer ("Machine") and request ("Job") ads for the matcher benchmark.
// Writes machines-{1k,10k,100k}.jsonl/.ads and requests-1k.jsonl/.ads.  Expressions in JSON use HTCondor's own
// convention: a string "/Expr(<classad expression>)/" ("\/Expr(" once JSON-escaped by condor tools).
import fs from 'node:fs';

const out = process.argv[2] ?? '.';
function rng(seed) {
  return () => {
    seed |= 0;
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const E = (s) => ({ expr: s });
const sites = [
  'cern.ch',
  'desy.de',
  'nikhef.nl',
  'in2p3.fr',
  'ral.ac.uk',
  'cnaf.it',
  'pic.es',
  'triumf.ca',
  'bnl.gov',
  'fnal.gov',
  'grid.sinica.tw',
  'kek.jp',
];
const countries = ['CH', 'DE', 'NL', 'FR', 'GB', 'IT', 'ES', 'CA', 'US', 'US', 'TW', 'JP'];
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
const pick = (r, a) => a[Math.floor(r() * a.length)];
const some = (r, a, n) => {
  const s = new Set();
  while (s.size < n) s.add(pick(r, a));
  return a.filter((x) => s.has(x));
};
const round = (x, d) => Math.round(x * 10 ** d) / 10 ** d;
function machine(i) {
  const r = rng(1000003 + i),
    s = Math.floor(r() * sites.length),
    cpus = pick(r, [1, 1, 2, 4, 8, 8, 16, 32, 64]),
    hasGpu = r() < 0.12;
  const name = `slot1@wn${String(i).padStart(6, '0')}.${sites[s]}`;
  const kind = Math.floor(r() * 3);
  const a = {
    MyType: 'Machine',
    Name: name,
    Machine: name.split('@')[1],
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
    UidDomain: sites[s],
    FileSystemDomain: sites[s],
    Site: sites[s].split('.')[0].toUpperCase(),
    Country: countries[s],
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
  if (hasGpu) {
    a.GPUs_DeviceName = pick(r, gpuNames);
    a.GPUs_Capability = pick(r, [7.5, 8.0, 8.6, 9.0]);
    a.GPUs_GlobalMemoryMb = pick(r, [16384, 24576, 40960, 81920]);
  }
  const base =
    '(TARGET.RequestCpus <= MY.Cpus) && (TARGET.RequestMemory <= MY.Memory) && (TARGET.RequestDisk <= MY.Disk) && member(TARGET.VO, MY.AllowedVOs) && (TARGET.BidPerCoreHour >= MY.PricePerCoreHour) && (TARGET.WallTime <= MY.MaxWallTime)';
  a.Start = E(
    kind === 0
      ? base
      : kind === 1
        ? `${base} && (TARGET.Owner =!= "banned") && (TARGET.ReputationOfOwner >= 0.6 || TARGET.Deposit >= 10)`
        : `${base} && ifThenElse(isUndefined(TARGET.RequestGPUs) || TARGET.RequestGPUs == 0, MY.GPUs == 0, TARGET.RequestGPUs <= MY.GPUs)`,
  );
  a.Requirements = E('START');
  a.Rank = E(
    kind === 2
      ? 'TARGET.BidPerCoreHour * 100 + ifThenElse(TARGET.VO == "atlas", 5, 0)'
      : 'TARGET.BidPerCoreHour * 100',
  );
  return a;
}
function request(i) {
  const r = rng(7000003 + i),
    t = i % 5,
    cpus = pick(r, [1, 1, 1, 2, 4, 8]);
  const a = {
    MyType: 'Job',
    ClusterId: 1000 + i,
    ProcId: 0,
    Owner: `user${i % 37}`,
    VO: pick(r, vos),
    Cmd: '/bin/true',
    RequestCpus: cpus,
    RequestMemory: cpus * pick(r, [500, 1000, 2000, 4000]),
    RequestDisk: cpus * 2000000,
    RequestGPUs: t === 3 ? 1 : 0,
    BidPerCoreHour: round(0.02 + r() * 0.08, 4),
    WallTime: pick(r, [1800, 7200, 36000, 80000]),
    ReputationOfOwner: round(0.4 + r() * 0.6, 3),
    Deposit: Math.floor(r() * 20),
    JobUniverse: 5,
    JobPrio: Math.floor(r() * 10),
  };
  const base =
    '(TARGET.Arch == "X86_64") && (TARGET.OpSys == "LINUX") && (TARGET.Cpus >= MY.RequestCpus) && (TARGET.Memory >= MY.RequestMemory) && (TARGET.Disk >= MY.RequestDisk)';
  a.Requirements = E(
    [
      base,
      `${base} && (TARGET.Reputation >= 0.8) && (TARGET.PricePerCoreHour <= MY.BidPerCoreHour) && member("python3.11", TARGET.Software)`,
      `${base} && (TARGET.HasSingularity =?= true) && TARGET.HasCVMFS && regexp("^wn[0-9]+[.](cern|desy|nikhef)", TARGET.Machine)`,
      `${base} && (TARGET.GPUs >= MY.RequestGPUs) && (TARGET.GPUs_Capability >= 8.0) && (TARGET.GPUs_GlobalMemoryMb >= 24000)`,
      `${base} && member(TARGET.Country, {"CH", "DE", "NL", "FR"}) && (TARGET.Mips / TARGET.PricePerCoreHour > 200000) && (TARGET.LoadAvg < 0.25) && (member("gcc12", TARGET.Software) || member("gcc13", TARGET.Software))`,
    ][t],
  );
  a.Rank = E(
    t % 2
      ? 'TARGET.Mips / TARGET.PricePerCoreHour'
      : 'TARGET.Reputation * 100 - TARGET.PricePerCoreHour * 1000',
  );
  return a;
}
const js = (a) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(a).map(([k, v]) => [k, v?.expr !== undefined ? `/Expr(${v.expr})/` : v]),
    ),
  )
    .replace(/"\/Expr\(/g, '"\\/Expr(')
    .replace(/\)\/"/g, ')\\/"');
const lit = (v) =>
  v?.expr !== undefined
    ? v.expr
    : typeof v === 'string'
      ? JSON.stringify(v)
      : Array.isArray(v)
        ? `{ ${v.map(lit).join(', ')} }`
        : String(v);
const old = (a) =>
  `${Object.entries(a)
    .map(([k, v]) => `${k} = ${lit(v)}`)
    .join('\n')}\n`;
function write(name, n, f) {
  const j = fs.openSync(`${out}/${name}.jsonl`, 'w'),
    c = fs.openSync(`${out}/${name}.ads`, 'w');
  let bj = [],
    bc = [];
  for (let i = 0; i < n; i++) {
    const a = f(i);
    bj.push(js(a));
    bc.push(old(a));
    if (bj.length === 1000 || i === n - 1) {
      fs.writeSync(j, `${bj.join('\n')}\n`);
      fs.writeSync(c, `${bc.join('\n')}\n`);
      bj = [];
      bc = [];
    }
  }
}
write('machines-1k', 1000, machine);
write('machines-10k', 10000, machine);
write('machines-100k', 100000, machine);
write('requests-1k', 1000, request);
