import { backEndBySsh, loneSettings } from '../support.ts';

/** An agent that starts one task, says so, and stays: `launching.ts FOLDER`. */
const backEnd = await backEndBySsh(process.argv[2] ?? '', loneSettings);
await backEnd.start();
const { atMs } = backEnd.now();
await backEnd.launch({
  ...{ task: 'a', attempt: 1, environment: { PATH: '/usr/bin:/bin' }, graceMs: 1_000, timeMs: 120_000 },
  argv: ['/bin/sh', '-c', 'until [ -e /var/tmp/ogmlone/go ]; do sleep 0.05; done; exit 5'],
  ...{ latestStartMs: atMs + 60_000, endMs: atMs + 120_000, leaseEndMs: atMs + 122_000 },
  limits: { outputBytes: 1e6, memoryBytes: null, processes: null },
  asks: { cpus: 1, memoryBytes: null },
});
process.stdout.write('launched\n');
setInterval(() => {}, 60_000);
