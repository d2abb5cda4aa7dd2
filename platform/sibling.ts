/**
 * The URL of the module `path` (written without its ending, such as './worker') beside the module whose
 * `import.meta.url` is given: it ends as that module does, `.ts` in the checkout and `.js` in the built package.
 */
export function siblingModule(from: string, path: string): URL {
  const ending = /\.[a-z]+$/.exec(new URL(from).pathname)?.[0] ?? '';
  return new URL(path + ending, from);
}

/** The URL of a file that is the same in the checkout and in the built package, or of a folder of them (ending in '/'). */
export function siblingFile(from: string, path: string): URL {
  return new URL(path, from);
}
