import { type Ad, jobAd, machineAd } from './ads.ts';

const units: Readonly<Record<string, string>> = {
  Cpus: '',
  GPUs: '',
  Memory: ' MB',
  Disk: ' kB',
  Latency: ' ms',
};
const known: Readonly<Record<string, string>> = {
  OpSys: 'Os',
  GPUs: 'Gpus',
  Name: 'Id',
  MyAddress: 'Broker-IP',
};

/** The Tell of the machine of a number. */
export function machineTell(number: number): string {
  return tellOf(machineAd(number));
}

/** The Ask of the job of a number. */
export function jobAsk(number: number): string {
  return askOf(jobAd(number), number);
}

/** How many applications Asks wait for, and machines offer. */
const applications = 10_000;

/** The Tell of the machine of a number, which offers one application. */
export function offeringTell(number: number): string {
  return `${machineTell(number)}Application: ${applicationOf(number)}\n`;
}

/** The Ask of the job of a number, for one application: few wait for the same, and most fit few machines. */
export function waitingAsk(number: number): string {
  return `${jobAsk(number)}Application: ${applicationOf(number)}\n`;
}

/** A machine as a Tell: each attribute a fact, its Start as tests of what asks. */
export function tellOf(ad: Ad): string {
  const lines = ['SLA-version: 1.0', 'Action: Tell'];
  for (const [name, value] of Object.entries(ad)) {
    if (name === 'Start' || name === 'Requirements' || name === 'Rank') continue;
    const text =
      name === 'MyAddress' ? String(value).replace(/^<|\?.*$/g, '') : textOf(value) + (units[name] ?? '');
    lines.push(`${known[name] ?? name}: ${text}`);
  }
  const start = String(ad.Start);
  lines.push(
    `Their.Cpus: <= ${ad.Cpus}`,
    `Their.Memory: <= ${ad.Memory} MB`,
    `Their.Disk: <= ${ad.Disk} kB`,
    `Vo: ${(ad.AllowedVOs as readonly string[]).join(' | ')}`,
    `Their.BidPerCoreHour: >= ${ad.PricePerCoreHour}`,
    `Walltime: <= ${ad.MaxWallTime} s`,
  );
  if (start.includes('banned')) {
    lines.push(
      'Owner: not banned | unsaid',
      'Requires: their.ReputationOfOwner >= 0.6 or their.Deposit >= 10',
    );
  }
  if (start.includes('ifThenElse')) {
    const none = 'not known(their.RequestGPUs) or their.RequestGPUs == 0';
    lines.push(`Requires: if(${none}, my.Gpus == 0, their.RequestGPUs <= my.Gpus)`);
  }
  return `${lines.join('\n')}\n`;
}

const facts = [
  'RequestGPUs',
  'BidPerCoreHour',
  'ReputationOfOwner',
  'Deposit',
  'JobUniverse',
  'JobPrio',
  'Cmd',
];

/** What each of the five kinds of request asks beside the base. */
const asked: readonly (readonly string[])[] = [
  [],
  ['Reputation: >= 0.8', 'Requires: their.PricePerCoreHour <= my.BidPerCoreHour', 'Software: has python3.11'],
  ['HasSingularity: true', 'HasCVMFS: true', 'Machine: ~ /^wn[0-9]+[.](cern|desy|nikhef)/'],
  ['Gpus: 1', 'GPUs_Capability: >= 8.0', 'GPUs_GlobalMemoryMb: >= 24000'],
  [
    'Country: CH | DE | NL | FR',
    'Requires: their.Mips / their.PricePerCoreHour > 200000',
    'LoadAvg: < 0.25',
    'Software: gcc12 | gcc13',
  ],
];

/** A job as an Ask; `number` is its place in the file, which decides its kind. */
export function askOf(ad: Ad, number: number): string {
  const rank =
    (number % 5) % 2 === 1
      ? 'their.Mips / their.PricePerCoreHour'
      : 'their.Reputation * 100 - their.PricePerCoreHour * 1000';
  const lines = [
    'SLA-version: 1.0',
    'Action: Ask',
    `Id: ask-${number}`,
    `Owner: ${ad.Owner}`,
    `Vo: ${ad.VO}`,
    `Walltime: ${ad.WallTime} s`,
    ...facts.map((name) => `My.${name}: ${textOf(ad[name] ?? '')}`),
    'Arch: X86_64',
    'Os: LINUX',
    `Cpus: ${ad.RequestCpus}`,
    `Memory: ${ad.RequestMemory} MB`,
    `Disk: ${ad.RequestDisk} kB`,
    ...(asked[number % 5] ?? []),
    `Rank: ${rank}`,
  ];
  return `${lines.join('\n')}\n`;
}

function textOf(value: Ad[string]): string {
  if (typeof value === 'string') return /^[A-Za-z_][^,|()"]*$/.test(value) ? value : JSON.stringify(value);
  return typeof value === 'object' ? value.join(', ') : String(value);
}

/** Scattered, so that an application has jobs of each kind. */
function applicationOf(number: number): string {
  return `code${Math.floor(number / 5) % applications}`;
}
