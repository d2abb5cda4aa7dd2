import { type Literal, readLiteral } from './literal.ts';

export interface Attribute {
  /** As it was written; case does not count. */
  readonly name: string;
  readonly value: Literal;
}

/** The attributes of one ad by their names in small letters; of a name that repeats the last counts. */
export type ClassAd = ReadonlyMap<string, Attribute>;

export interface ReadAds {
  readonly ads: readonly ClassAd[];
  /** The numbers of the lines that are no attribute. */
  readonly strays: readonly number[];
}

const name = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/**
 * Reads what `condor_status -long` prints: an attribute a line, ads divided by empty lines, in time linear in the text.
 * The syntax is that of old ClassAds (https://htcondor.readthedocs.io/en/latest/classads/classad-mechanism.html).
 */
export function readClassAds(text: string): ReadAds {
  const ads: ClassAd[] = [];
  const strays: number[] = [];
  let ad = new Map<string, Attribute>();
  const end = (): void => {
    if (ad.size > 0) ads.push(ad);
    ad = new Map();
  };
  for (const [index, written] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = written.trim();
    if (line === '') {
      end();
      continue;
    }
    const sign = line.indexOf('=');
    const before = line.slice(0, Math.max(0, sign)).trimEnd();
    if (!name.test(before)) strays.push(index + 1);
    else ad.set(before.toLowerCase(), { name: before, value: readLiteral(line.slice(sign + 1).trim()) });
  }
  end();
  return { ads, strays };
}
