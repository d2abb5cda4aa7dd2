import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path/posix';
import peggy from 'peggy';
import { root } from './project.ts';

/** A grammar, and what each rule of it that may be asked for returns, as a TypeScript type. */
interface Grammar {
  /** From the project's root. */
  readonly path: string;
  /** The name of the interface in the declarations that says so. */
  readonly results: string;
  readonly rules: Readonly<Record<string, string>>;
  /** The import that the types need. */
  readonly imports?: string;
  /** The type of what a parser is given beside the rule, for the grammar's actions. */
  readonly options?: string;
}

const read = 'Literal | Fault';

const grammars: readonly Grammar[] = [
  {
    path: 'grammar/values.peggy',
    results: 'Values',
    rules: {
      action: "'Tell' | 'Ask'",
      address: '{ readonly host: string; readonly port: number }',
      load: 'number',
      seconds: 'number',
    },
  },
  {
    path: 'grammar/values/values.peggy',
    results: 'Literals',
    imports: "import type { Fault, Literal, Make } from '../make.ts';",
    options: 'make: Make',
    rules: {
      literal: read,
      string: read,
      seconds: read,
      wholeTimestamp: read,
      wholeVersion: read,
      wholeMoney: read,
      wholeQuantity: read,
      wholeNumber: read,
    },
  },
  {
    path: 'grammar/tests/tests.peggy',
    results: 'Tests',
    imports: "import type { TestMaker } from '../make.ts';\nimport type { Test } from '../test.ts';",
    options: 'make: TestMaker',
    rules: { whole: 'Test' },
  },
  {
    path: 'grammar/expressions/expressions.peggy',
    results: 'Expressions',
    imports: "import type { ExpressionMaker } from '../make.ts';\nimport type { Node } from '../syntax.ts';",
    options: 'make: ExpressionMaker',
    rules: { whole: 'Node' },
  },
];

/**
 * The parsers that Peggy makes of the grammars, by their path from the project's root. They are committed, so that
 * nothing is compiled at run time; the same grammar gives the same text.
 */
export async function generatedParsers(): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  for (const grammar of grammars) {
    const file = basename(grammar.path, '.peggy');
    const parser = peggy.generate(await readFile(root + grammar.path, 'utf8'), {
      allowedStartRules: Object.keys(grammar.rules),
      format: 'es',
      output: 'source',
      grammarSource: `${file}.peggy`,
    });
    const target = `${dirname(grammar.path)}/generated/${file}`;
    made.set(`${target}.js`, parser);
    made.set(`${target}.d.ts`, declarations(grammar));
  }
  return made;
}

function declarations({ path, results, rules, imports, options }: Grammar): string {
  const members = Object.entries(rules).map(([rule, type]) => `  ${rule}: ${type};\n`);
  const given = options === undefined ? '' : `; ${options}`;
  return `// Generated from ${basename(path)}. Do not edit.
${imports === undefined ? '' : `${imports}\n`}
/** What each rule returns. */
export interface ${results} {
${members.join('')}}

/** Reads the whole text by a rule, or throws a SyntaxError of this module. */
export function parse<R extends keyof ${results}>(text: string, options: { startRule: R${given} }): ${results}[R];

declare class PeggySyntaxError extends SyntaxError {
  /** What the rules would have taken; null where the grammar itself said what is wrong. */
  readonly expected: readonly unknown[] | null;
  readonly location: { readonly start: { readonly offset: number } };
}
export { PeggySyntaxError as SyntaxError };
`;
}
