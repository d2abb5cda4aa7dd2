import { serve } from './serve.ts';

/**
 * `node main.ts FOLDER [LINGER-MS [SAMPLE-MS]]`: the supervisor for where the one in C is not; a group named after these is not used. One line on standard
 * output says how the start went: `ready`, `taken` (another one serves this folder) or `error: …`.
 */
const [dir = '', linger = '10000', sample = '1000'] = process.argv.slice(2);
let said = false;
const say = (line: string) => {
  if (!said) process.stdout.write(`${line}\n`);
  said = true;
};

try {
  const outcome = await serve({
    dir,
    lingerMs: Number(linger),
    sampleMs: Number(sample),
    // Whoever started this waits for the end of the output.
    ready: () => {
      say('ready');
      process.stdout.end();
    },
  });
  if (outcome === 'taken') say('taken');
  process.exitCode = outcome === 'taken' ? 3 : 0;
} catch (error) {
  say(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
