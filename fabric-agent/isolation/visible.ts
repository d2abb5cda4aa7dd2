import { normalize } from 'node:path';

/** What programs see of this machine unless more is named: its programs and libraries, and how these are set up. */
export const systemPaths: readonly string[] = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/opt',
  '/etc',
];

/** Whether a path is one of some directories, or lies below one; by its name alone. */
export function isWithin(path: string, directories: readonly string[]): boolean {
  const plain = normalize(path);
  return directories.some((directory) => plain === directory || plain.startsWith(`${directory}/`));
}
