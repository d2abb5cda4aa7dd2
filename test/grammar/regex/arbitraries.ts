import fc from 'fast-check';
import { compileRegex } from '../../../grammar/regex/index.ts';

/**
 * Expressions that RE2 and JavaScript (flag u) read alike, over few characters, so that they are often found; not those
 * that are too large to be read here.
 */
export const commonRegex: fc.Arbitrary<string> = fc
  .letrec<{
    whole: string;
    branch: string;
    item: string;
    atom: string;
  }>((tie) => ({
    whole: fc.array(tie('branch'), { minLength: 1, maxLength: 2 }).map((branches) => branches.join('|')),
    branch: fc.array(tie('item'), { maxLength: 3 }).map((items) => items.join('')),
    item: fc
      .tuple(
        tie('atom'),
        fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '+?', '{0}'),
      )
      .map(([atom, quantifier]) => (/^(?:[\^$]|\\[bB])$/.test(atom) ? atom : atom + quantifier)),
    atom: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom(
        'a',
        'b',
        'c',
        'K',
        '1',
        ' ',
        'é',
        'σ',
        '😀',
        '.',
        '\\d',
        '\\D',
        '\\w',
        '\\W',
        '\\s',
        '\\S',
        '^',
        '$',
      ),
      fc.constantFrom(
        '\\b',
        '\\B',
        '[ab]',
        '[^a]',
        '[a-c1]',
        '[^\\d]',
        '[\\wé]',
        '[é-σ]',
        '\\p{L}',
        '\\P{Lu}',
        '[^\\p{Lu}b]',
        '\\.',
      ),
      tie('whole').map((inner) => `(${inner})`),
      tie('whole').map((inner) => `(?:${inner})`),
    ),
  }))
  .whole.filter((source) => !isTooLarge(source));

function isTooLarge(source: string): boolean {
  const read = compileRegex(source, false);
  return 'problem' in read && read.problem.startsWith('the expression is too large');
}

/**
 * Those that JavaScript finds in a time that can be waited for: it tries every way in turn, and there are very many
 * where a quantifier stands on a group that holds another.
 */
export const tameRegex = commonRegex.filter((source) => {
  const groups = [false];
  let closed = false;
  for (const token of source.match(/\\.|\(\?:|\[[^\]]*\]|[()]|[*+?]|\{\d+(?:,\d*)?\}|./gu) ?? []) {
    const quantifies = /^(?:[*+?]|\{.*\})$/.test(token);
    if (quantifies && closed) return false;
    if (quantifies) groups[groups.length - 1] = true;
    if (token === '(' || token === '(?:') groups.push(false);
    closed = token === ')' && groups.pop() === true;
    if (closed) groups[groups.length - 1] = true;
  }
  return true;
});

const character = fc.constantFrom(
  'a',
  'b',
  'c',
  'A',
  'k',
  'K',
  '1',
  '_',
  ' ',
  '\n',
  '.',
  'é',
  'É',
  'σ',
  'ς',
  '😀',
);
const joined = (characters: readonly string[]) => characters.join('');

export const commonText: fc.Arbitrary<string> = fc.array(character, { maxLength: 12 }).map(joined);

/** Short enough for JavaScript to try every way through a few alternatives. */
export const shortText: fc.Arbitrary<string> = fc.array(character, { maxLength: 6 }).map(joined);
