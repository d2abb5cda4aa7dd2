import { partyOf } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Context } from '../commands/context.ts';
import { interruptible } from '../commands/interruptible.ts';
import { inputFiles } from '../jobs/inputs.ts';
import { type JobOptions, sendJob } from '../jobs/sending.ts';
import { firstOf, type GivenSweep, programOf, showSweep } from '../jobs/sweeps.ts';
import { askIn, dealAsk, isFor } from './asking.ts';
import { dryRun, Progress, type WorkOrder, workUnderDeal } from './under.ts';

/** What a job by an Ask is told beside its program. */
export interface AskOptions extends Omit<JobOptions, 'sweep'> {
  readonly sweep?: GivenSweep | undefined;
  readonly ask: string;
  readonly dryRun?: true;
  readonly detach?: true;
}

/**
 * `ogm submit --ask`: from an Ask to the Bill. Words are those of the program; the first is the application where the Ask
 * tests none. A plan says its application by itself, which the Ask has to be for. `follow` waits for the job and brings what it left.
 */
export async function submitByAsk(
  context: Context,
  words: readonly string[],
  options: AskOptions,
  follow: NonNullable<WorkOrder['follow']>,
): Promise<void> {
  const progress = new Progress();
  await interruptible(
    () => progress.stopped,
    async (signal) => {
      const ask = await askIn(context, options.ask);
      const { sweep } = options;
      const isNamed = partyOf(ask).tests.some(({ name }) => name === 'application');
      // Who says the application behind -- as well means no argument by it.
      const isSaid = !isNamed || isFor(ask, sweep === undefined ? words[0] : firstOf(sweep));
      const swept = sweep && programOf(sweep, !isSaid);
      const application = swept !== undefined ? swept.application : isSaid ? words[0] : undefined;
      if (!isNamed && application === undefined) {
        const detail = 'neither the Ask nor the command says which application is to run';
        throw new Refusal(
          failure('bad-files', detail, 'say Application in the Ask, or the application behind --'),
        );
      }
      const tasks = sweep?.tasks ?? options.tasks;
      const wanted = dealAsk(ask, { application, tasks, resources: options.resource });
      if (options.dryRun && sweep !== undefined)
        await showSweep(sweep, { ...context, most: context.config.client['result-entries'] });
      if (options.dryRun) return dryRun(context, wanted, signal);
      // Before anybody is asked: what cannot be sent is mended here.
      await inputFiles(options.input ?? [], context.config.client['result-entries']);
      const order: WorkOrder = {
        wanted,
        application,
        submit: (at, under, called) =>
          sendJob(
            at,
            { ...options, ...under, sweep: swept?.order, words: isSaid ? words.slice(1) : words },
            called,
          ),
        ...(options.detach ? {} : { follow }),
      };
      await workUnderDeal(context, order, progress, signal);
    },
  );
}
