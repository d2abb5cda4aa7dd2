import { type Document1, printDocument1, rowOf } from '../../grammar/index.ts';

/** What a broker sees of an Ask: sections 5 and 8 of the language. */

/** The names, in small letters, that a Tell in canonical text tests of an Ask by headers. */
export function testedBy(tell: string): string[] {
  return tell.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 0) return [];
    const { prefix, base } = partsOf(line.slice(0, colon));
    if (prefix === 'their') return [base];
    return prefix === '' && rowOf(base)?.about === 'asker' ? [base] : [];
  });
}

/** An Ask in canonical text: its Id, Application, what it takes, and what it says of itself under these names. */
export function redacted({ language, headers }: Document1, tested: ReadonlySet<string>): string {
  return printDocument1({
    headers: headers.flatMap(({ name, value }) => {
      if (name === 'Action') return [{ name, value: 'Ask' }];
      return isShown(name, language, tested) ? [{ name, value }] : [];
    }),
  });
}

function isShown(name: string, language: string, tested: ReadonlySet<string>): boolean {
  if (name === `${language}-version` || name === 'Id') return true;
  const { prefix, base } = partsOf(name);
  const row = rowOf(base);
  const isAboutAsker = prefix === 'my' || (prefix === '' && row?.about === 'asker');
  return isAboutAsker ? tested.has(base) : base === 'application' || row?.kind === 'amount';
}

/** A header's name taken apart, in small letters. */
function partsOf(name: string): { readonly prefix: string; readonly base: string } {
  const [, prefix = '', base = ''] = /^(?:(my|their)\.)?(.*?)\??$/.exec(name.toLowerCase()) ?? [];
  return { prefix, base };
}
