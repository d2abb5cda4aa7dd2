import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path/posix';
import { parseArgs } from 'node:util';
import { settingsSchema } from '../cli/settings.ts';
import { aboutDeal } from '../grammar/vocabulary/deals.ts';
import { names } from '../grammar/vocabulary/names.ts';
import { catalogue } from '../protocol/catalogue.ts';
import { amendmentMoves, amendmentStates, dealMoves, dealStates } from '../protocol/deals/states.ts';
import { jobMoves, jobStates, taskMoves, taskStates } from '../protocol/jobs/states.ts';
import { nodeMoves, nodeStates } from '../protocol/node-states.ts';
import { askSituations } from '../protocol/why/asks.ts';
import { batchSituations } from '../protocol/why/batch.ts';
import { dealSituations } from '../protocol/why/deals.ts';
import { jobSituations } from '../protocol/why/jobs.ts';
import { requestSituations } from '../protocol/why/requests.ts';
import { taskSituations } from '../protocol/why/tasks.ts';
import { configurationPage } from './configuration-page.ts';
import { dealsPage } from './deals-page.ts';
import { errorsPage } from './errors-page.ts';
import { generatedParsers } from './generate-parsers.ts';
import { jobsPage } from './jobs-page.ts';
import { nodesPage } from './nodes-page.ts';
import { root } from './project.ts';
import { slaReferencePage } from './sla-reference.ts';
import { whyPage } from './why-page.ts';

/**
 * `npm run generate`: writes the files that are made from others and committed all the same. With `--check` it writes
 * nothing and fails where one is stale.
 */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const generated = await generatedParsers();
generated.set('docs/configuration.md', configurationPage(settingsSchema));
generated.set(
  'docs/deals.md',
  dealsPage([
    {
      title: 'What may become of a deal',
      introduction: 'A deal begins as open, by an Offer, or as declined, by a Decline that is not final.',
      states: dealStates,
      first: ['open', 'declined'],
      moves: dealMoves,
    },
    {
      title: 'What may become of an Amend',
      introduction:
        'An Amend stands beside its agreement, which is active before and after it, with the old terms or the new ones and\nnever with something between. One is open at a time.',
      states: amendmentStates,
      first: ['proposed'],
      moves: amendmentMoves,
    },
  ]),
);
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
generated.set(
  'docs/why.md',
  whyPage([
    {
      title: 'Asks and Watches',
      introduction: 'Why an Ask has the matches that it has, by the Because of the market.',
      situations: askSituations,
    },
    {
      title: 'Deals',
      introduction:
        'Why there is no Offer or Agreement, or one waits or has ended; each word of a Decline is among them.',
      situations: dealSituations,
    },
    {
      title: 'Jobs that wait for a node',
      introduction: 'Why no node was chosen for tasks of a job, and how the job as a whole stands.',
      situations: jobSituations,
    },
    {
      title: 'Tasks on their nodes',
      introduction:
        'Why a task that a node was chosen for has not begun or goes on, by the word of its agent.',
      situations: taskSituations,
    },
    {
      title: 'Tasks in the queue of a batch system',
      introduction:
        'The same where the job of the task waits in Slurm or Grid Engine, which are asked when somebody asks why.',
      situations: batchSituations,
    },
    {
      title: 'Requests that are refused',
      introduction:
        'What is refused at once, and may go another time; the code of the refusal stands in the name ([errors.md](errors.md)).',
      situations: requestSituations,
    },
  ]),
);

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
