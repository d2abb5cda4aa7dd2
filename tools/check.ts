import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { root } from './project.ts';

/**
 * `npm run check`: everything that can be said of the sources without running the whole test suite. One line a
 * step; what the steps that failed have to say stands at the end.
 */
const steps: readonly { readonly name: string; readonly script: string; readonly args: readonly string[] }[] =
  [
    { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['-p', '.'] },
    {
      name: 'lint and format',
      script: 'node_modules/@biomejs/biome/bin/biome',
      args: ['ci', '--colors=off', '--diagnostic-level=warn', '--error-on-warnings'],
    },
    { name: 'dead code', script: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
    {
      name: 'import rules, cycles, sizes, words',
      script: 'node_modules/mocha/bin/mocha.js',
      args: ['--no-parallel', '--reporter', 'dot', 'test/tidy.test.ts'],
    },
    { name: 'generated files', script: 'tools/generate.ts', args: ['--check'] },
  ];

let details = '';
for (const { name, script, args } of steps) {
  const began = performance.now();
  const { code, output } = await run(script, args);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(5)} s  ${name}\n`);
  if (code !== 0) details += `\n${name}: node ${[script, ...args].join(' ')}\n${output}`;
}
if (details !== '') {
  process.stdout.write(details);
  process.exitCode = 1;
}

async function run(
  script: string,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  const [code, ...said] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, output: said.join('') };
}
