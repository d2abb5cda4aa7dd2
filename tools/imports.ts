/** One import of a module: `import`, `import type`, `export … from`, `import(…)` or a type's `import('…')`. */
export interface Import {
  /** What is imported, as it is written. */
  readonly specifier: string;
  /** Whether nothing of it is left once types are stripped. */
  readonly typeOnly: boolean;
}

/** The formatter puts each statement at the start of a line, where no other text of the sources looks like one. */
const statement =
  /^(?:import|export)\b(?<type>\s+type\s+(?!from\b))?(?:[^'"`;=()]*?\bfrom\b)?\s*['"](?<from>[^'"]+)['"]/gm;
const call = /\bimport\s*\(\s*['"`](?<from>[^'"`]+)['"`]/g;

/** The imports of a formatted module. A specifier that is computed is not among them. */
export function importsOf(source: string): Import[] {
  return [...source.matchAll(statement), ...source.matchAll(call)].map(({ groups }) => ({
    specifier: groups?.from ?? '',
    typeOnly: groups?.type !== undefined,
  }));
}
