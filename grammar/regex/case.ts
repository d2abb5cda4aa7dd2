/** Letters that differ in case alone where the small and the capital one are not all there is, by Unicode 17. */
const families: readonly string[] = [
  'Kk\u212a',
  'Ss\u017f',
  '\u00b5\u039c\u03bc',
  '\u00c5\u00e5\u212b',
  '\u00df\u1e9e',
  '\u01c4\u01c5\u01c6',
  '\u01c7\u01c8\u01c9',
  '\u01ca\u01cb\u01cc',
  '\u01f1\u01f2\u01f3',
  '\u0345\u0399\u03b9\u1fbe',
  '\u0390\u1fd3',
  '\u0392\u03b2\u03d0',
  '\u0395\u03b5\u03f5',
  '\u0398\u03b8\u03d1\u03f4',
  '\u039a\u03ba\u03f0',
  '\u03a0\u03c0\u03d6',
  '\u03a1\u03c1\u03f1',
  '\u03a3\u03c2\u03c3',
  '\u03a6\u03c6\u03d5',
  '\u03a9\u03c9\u2126',
  '\u03b0\u1fe3',
  '\u0412\u0432\u1c80',
  '\u0414\u0434\u1c81',
  '\u041e\u043e\u1c82',
  '\u0421\u0441\u1c83',
  '\u0422\u0442\u1c84\u1c85',
  '\u042a\u044a\u1c86',
  '\u0462\u0463\u1c87',
  '\u1c88\ua64a\ua64b',
  '\u1e60\u1e61\u1e9b',
  '\u1f80\u1f88',
  '\u1f81\u1f89',
  '\u1f82\u1f8a',
  '\u1f83\u1f8b',
  '\u1f84\u1f8c',
  '\u1f85\u1f8d',
  '\u1f86\u1f8e',
  '\u1f87\u1f8f',
  '\u1f90\u1f98',
  '\u1f91\u1f99',
  '\u1f92\u1f9a',
  '\u1f93\u1f9b',
  '\u1f94\u1f9c',
  '\u1f95\u1f9d',
  '\u1f96\u1f9e',
  '\u1f97\u1f9f',
  '\u1fa0\u1fa8',
  '\u1fa1\u1fa9',
  '\u1fa2\u1faa',
  '\u1fa3\u1fab',
  '\u1fa4\u1fac',
  '\u1fa5\u1fad',
  '\u1fa6\u1fae',
  '\u1fa7\u1faf',
  '\u1fb3\u1fbc',
  '\u1fc3\u1fcc',
  '\u1ff3\u1ffc',
  '\ufb05\ufb06',
];

const familyOf: ReadonlyMap<number, readonly number[]> = new Map(
  families.flatMap((family) => {
    const codes = Array.from(family, codeOf);
    return codes.map((code) => [code, codes] as const);
  }),
);

const dotlessI = 0x131;

/** The code points that a search without regard to case takes for this one, itself first. */
export function caseVariants(code: number): readonly number[] {
  const family = familyOf.get(code);
  if (family !== undefined) return family;
  if (code === dotlessI) return [code];
  const text = String.fromCodePoint(code);
  return [code, only(text.toLowerCase(), code), only(text.toUpperCase(), code)];
}

/** The one code point of a text; the other where the text has more. */
function only(text: string, other: number): number {
  const code = codeOf(text);
  return text.length === (code > 0xffff ? 2 : 1) ? code : other;
}

function codeOf(text: string): number {
  return text.codePointAt(0) ?? 0;
}
