import type { AgentSettings } from '../settings.ts';
import type { CallingClient, TasksOptions } from '../tasks/options.ts';
import { clientFilesIn } from '../tasks/strays.ts';
import { Arrivals } from './arrivals.ts';
import { ClientFiles } from './client-files.ts';
import { enrolledClients } from './clients.ts';

/** A client that may call, with all that the agent has for it. */
export interface ListeningClient extends CallingClient {
  readonly arrivals: Arrivals;
  readonly files: ClientFiles;
}

/** The clients that may call the agent of a data folder. */
export async function openClients({
  config,
  dataFolder,
  clock,
  log,
}: Pick<TasksOptions, 'dataFolder' | 'clock' | 'log'> & {
  readonly config: Pick<AgentSettings, 'client-files' | 'client-files-kept'>;
}): Promise<ListeningClient[]> {
  const all = await enrolledClients(dataFolder);
  return all.map((enrolled) => {
    const arrivals = new Arrivals();
    const files = new ClientFiles({
      folder: clientFilesIn(dataFolder, enrolled.enrolment.brokerKey),
      mostBytes: config['client-files'],
      keptMs: config['client-files-kept'],
      clock,
      log,
    });
    const { lines } = arrivals;
    return { enrolled, arrivals, files, lines, blobs: files, naming: (named) => void files.naming(named) };
  });
}
