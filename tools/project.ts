import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout, with a slash at its end. */
export const root = fileURLToPath(new URL('../', import.meta.url));

const leftAlone = new Set(['node_modules', 'dist', 'dist-agent', '.git']);
/** What whoever follows the README has in the checkout itself: a data folder, and what came of jobs. */
const madeByReader = new Set(['market-data', 'results', 'cooled', 'agreed']);

/** Every file of the checkout below `folder`, by its path from the root; without what is installed, built or made by commands of the README. */
export async function projectFiles(folder = ''): Promise<string[]> {
  const entries = await readdir(root + folder, { withFileTypes: true });
  const nested = entries
    .filter(({ name }) => !leftAlone.has(name) && !(folder === '' && madeByReader.has(name)))
    .map(async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? projectFiles(path) : [path];
    });
  return (await Promise.all(nested)).flat().sort();
}

/** The folders that stand in the published package: those that `tsconfig.build.json` compiles. */
export async function publishedFolders(): Promise<string[]> {
  const { include } = JSON.parse(await readFile(`${root}tsconfig.build.json`, 'utf8')) as {
    include: string[];
  };
  return include;
}
