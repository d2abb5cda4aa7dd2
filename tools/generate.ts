import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path/posix';
import { parseArgs } from 'node:util';
import { settingsSchema } from '../cli/settings.ts';
import { aboutDeal } from '../grammar/vocabulary/deals.ts';
import { names } from '../grammar/vocabulary/names.ts';
import { catalogue } from '../protocol/catalogue.ts';
import { jobMoves, jobStates, taskMoves, taskStates } from '../protocol/jobs/states.ts';
import { nodeMoves, nodeStates } from '../protocol/node-states.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';
import { generatedParsers } from './generate-parsers.ts';
import { jobsPage } from './jobs-page.ts';
import { nodesPage } from './nodes-page.ts';
import { root } from './project.ts';
import { slaReferencePage } from './sla-reference.ts';

/**
 * `npm run generate`: writes the files that are made from others and committed all the same. With `--check` it writes
 * nothing and fails where one is stale.
 */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const generated = await generatedParsers();
generated.set('docs/configuration.md', configurationPage(settingsSchema));
generated.set('docs/errors.md', errorsPage(catalogue));
generated.set(
  'docs/jobs.md',
  jobsPage([
    {
      title: 'What may become of a job',
      introduction: 'A job begins as NEW where it is held, else as QUEUED.',
      states: jobStates,
      moves: jobMoves,
    },
    {
      title: 'What may become of a task',
      introduction: 'A task begins as matching; each attempt of it goes this way.',
      states: taskStates,
      moves: taskMoves,
    },
  ]),
);
generated.set(
  'docs/nodes.md',
  nodesPage({
    title: 'What may become of a node',
    introduction: 'A node begins as joining, when something of it is registered.',
    states: nodeStates,
    moves: nodeMoves,
  }),
);
generated.set('docs/sla-reference.md', slaReferencePage([...names, ...aboutDeal]));

let stale = 0;
for (const [path, text] of generated) {
  const present = await readFile(root + path, 'utf8').catch(() => undefined);
  if (present === text) continue;
  stale += 1;
  if (!values.check) {
    await mkdir(dirname(root + path), { recursive: true });
    await writeFile(root + path, text);
  }
  process.stdout.write(
    values.check ? `${path} is stale: run npm run generate, and commit it\n` : `wrote ${path}\n`,
  );
}
if (values.check && stale > 0) process.exitCode = 1;
