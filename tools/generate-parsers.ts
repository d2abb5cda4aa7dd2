import { readFile } from 'node:fs/promises';
import peggy from 'peggy';
import { root } from './project.ts';

/** What each rule that may be asked for returns, as a TypeScript type. */
const values = {
  action: "'Tell' | 'Ask'",
  address: '{ readonly host: string; readonly port: number }',
  load: 'number',
  seconds: 'number',
} as const;

/**
 * The parsers that Peggy makes of the grammars, by their path from the project's root. They are committed, so that
 * nothing is compiled at run time; the same grammar gives the same text.
 */
export async function generatedParsers(): Promise<Map<string, string>> {
  const grammar = await readFile(`${root}grammar/values.peggy`, 'utf8');
  const parser = peggy.generate(grammar, {
    allowedStartRules: Object.keys(values),
    format: 'es',
    output: 'source',
    grammarSource: 'values.peggy',
  });
  return new Map([
    ['grammar/generated/values.js', parser],
    ['grammar/generated/values.d.ts', declarations(values)],
  ]);
}

function declarations(rules: Readonly<Record<string, string>>): string {
  const results = Object.entries(rules).map(([rule, type]) => `  ${rule}: ${type};\n`);
  return `// Generated from values.peggy. Do not edit.

/** What each rule returns. */
export interface Values {
${results.join('')}}

/** Reads the whole text by a rule, or throws a SyntaxError of this module. */
export function parse<R extends keyof Values>(text: string, options: { startRule: R }): Values[R];

declare class PeggySyntaxError extends SyntaxError {
  /** What the rules would have taken; null where the grammar itself said what is wrong. */
  readonly expected: readonly unknown[] | null;
  readonly location: { readonly start: { readonly offset: number } };
}
export { PeggySyntaxError as SyntaxError };
`;
}
