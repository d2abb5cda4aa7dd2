import { parseArgs } from 'node:util';
import { trading } from './trading.ts';

const usage = `npm run trading -- [options]

Users and brokers trade at random in this process, each broker with a store and nodes of its own: Offers are countered,
accepted twice, rejected at once and left to lapse; jobs run under agreements; nodes go and come, brokers stop and start.
All the while and at the end it is looked whether every ledger sums to zero, no escrow and no hold is orphaned, no node is
promised twice, and every Ask was answered. Exit code 1 where something is wrong.

  --users N     how many users (1000)
  --brokers N   how many brokers (20)
  --seconds N   how long they trade (60)
  --rest MS     how long a user waits between deals on average, in milliseconds (8000)
  --seed N      what they do (by the clock)
  --json        the report as JSON
  --help
`;

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000' },
    brokers: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    rest: { type: 'string', default: '8000' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = values.help ? help() : await run();

function help(): number {
  process.stdout.write(usage);
  return 0;
}

async function run(): Promise<number> {
  const [users, brokers, seconds, restMs] = [values.users, values.brokers, values.seconds, values.rest].map(
    Number,
  ) as [number, number, number, number];
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const counts = [users, brokers];
  if (!counts.every((count) => Number.isInteger(count) && count > 0) || !(seconds > 0) || !(restMs >= 0)) {
    process.stderr.write(usage);
    return 2;
  }
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(`${users} users and ${brokers} brokers trade for ${seconds} s, seed ${seed}`);
  const report = await trading({ users, brokers, ms: seconds * 1000, restMs, seed, say });
  if (values.json) process.stdout.write(`${JSON.stringify({ seed, ...report })}\n`);
  else {
    for (const [what, count] of Object.entries(report.counts))
      process.stdout.write(`${String(count).padStart(8)}  ${what}\n`);
    process.stdout.write(`${report.answered} of ${report.asked} Asks were answered\n`);
    for (const line of report.wrong) process.stdout.write(`wrong: ${line}\n`);
  }
  return report.wrong.length > 0 ? 1 : 0;
}
