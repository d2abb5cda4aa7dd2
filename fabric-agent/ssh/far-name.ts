import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What an agent is called by where its tasks run, as its folder on this machine keeps it: neither another name of the machine,
 * such as each container has its own, nor another place of that folder has tasks there count as lost while they run.
 */
export async function farNameIn(folder: string): Promise<string> {
  const file = join(folder, 'far-name');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return '';
  });
  if (kept !== '') return kept;
  const name = crypto.randomUUID();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  {
    await using aside = await open(`${file}.part`, 'w', 0o600);
    await aside.writeFile(name);
    await aside.sync();
  }
  await rename(`${file}.part`, file);
  await using entries = await open(folder);
  await entries.sync();
  return name;
}
