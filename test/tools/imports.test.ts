import { expect } from 'chai';
import { importsOf } from '../../tools/imports.ts';

const specifiers = (source: string) => importsOf(source).map(({ specifier }) => specifier);

describe('imports of a module', () => {
  it('are found in every form in which they are written', () => {
    const source = [
      "import './side-effect.ts';",
      "import { a, b as c } from './named.ts';",
      "import * as all from './all.ts';",
      "import one, { two } from './default.ts';",
      "import { type Kind, value } from './inline-type.ts';",
      "export { d } from './re-export.ts';",
      "export * from './re-export-all.ts';",
      'import {',
      '  long,',
      '  list,',
      "} from './lines.ts';",
      "const late = await import('./dynamic.ts');",
      "const kind: import('./type-query.ts').Kind = 1;",
    ].join('\n');
    expect(specifiers(source)).to.deep.equal([
      './side-effect.ts',
      './named.ts',
      './all.ts',
      './default.ts',
      './inline-type.ts',
      './re-export.ts',
      './re-export-all.ts',
      './lines.ts',
      './dynamic.ts',
      './type-query.ts',
    ]);
  });

  it('are of types alone only where the whole statement is', () => {
    const source = [
      "import type { A } from './a.ts';",
      "export type { B } from './b.ts';",
      "import { type C } from './c.ts';",
      "import type from './d.ts';",
    ].join('\n');
    expect(importsOf(source).map(({ typeOnly }) => typeOnly)).to.deep.equal([true, true, false, false]);
  });

  it('are not seen in comments, texts and declarations', () => {
    const source = [
      "// import { a } from './comment.ts';",
      " * import { b } from './doc.ts'",
      "export const text = 'copied from';",
      "export interface From { from: 'x' }",
      "export function importer(from = 'y') {}",
      'const message = "import { c } from \'./text.ts\'";',
    ].join('\n');
    expect(specifiers(source)).to.deep.equal([]);
  });
});
