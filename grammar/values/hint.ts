import { nearest } from '../near.ts';
import { charges, unitBesideCase, units } from './units.ts';

/** What a unit that is none could mean: two things, or the one that people mean by the word. */
const meant: Readonly<Record<string, readonly string[]>> = {
  m: ['min (minutes)', 'ms (milliseconds)'],
  K: ['kB (1000 bytes)', 'KiB (1024 bytes)'],
  k: ['kB (1000 bytes)', 'KiB (1024 bytes)'],
  KB: ['kB (1000 bytes)', 'KiB (1024 bytes)'],
  M: ['MB (1000² bytes)', 'MiB (1024² bytes)'],
  G: ['GB (1000³ bytes)', 'GiB (1024³ bytes)'],
  T: ['TB (1000⁴ bytes)', 'TiB (1024⁴ bytes)'],
  P: ['PB (1000⁵ bytes)', 'PiB (1024⁵ bytes)'],
  b: ['B (bytes)', 'bit/s (bits a second)'],
  Mb: ['MB (bytes)', 'Mbit/s (bits a second)'],
  Gb: ['GB (bytes)', 'Gbit/s (bits a second)'],
  'Mb/s': ['Mbit/s'],
  'Gb/s': ['Gbit/s'],
  Mbps: ['Mbit/s'],
  Gbps: ['Gbit/s'],
  sec: ['s'],
  second: ['s'],
  seconds: ['s'],
  minute: ['min'],
  minutes: ['min'],
  mins: ['min'],
  hour: ['h'],
  hours: ['h'],
  hr: ['h'],
  hrs: ['h'],
  day: ['d'],
  days: ['d'],
  bytes: ['B'],
  percent: ['%'],
};

const measured =
  /^-?[0-9]+(?:\.[0-9]+)?(?<exponent>[eE][+-]?[0-9]+)?(?<blank>[ \t]*)(?<unit>[^ \t0-9][^ \t]{0,20})$/u;

/** Why a text without a type is no value, as what follows "found '…', ". */
export function hintOf(text: string): string {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return `which is written '${lower}'`;
  if (text === '') return 'where a value should stand';
  if (text.startsWith('"')) return 'whose quotes or escapes are not those of a JSON string';
  if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(text)) return momentHint(text);
  const { blank = '', unit, exponent } = measured.exec(text)?.groups ?? {};
  if (unit !== undefined) return unitHint(unit, blank !== '', exponent !== undefined);
  if (/^\.[0-9]/.test(text)) return "and a number begins with a digit, such as '0.5'";
  const found = /[,|()"]/.exec(text)?.[0];
  if (found !== undefined)
    return `and a text with ${found === '"' ? "'\"'" : `'${found}'`} in it stands in quotes`;
  if (/^\p{L}|^_/u.test(text)) return 'which stands in quotes';
  return 'and a text that begins with no letter stands in quotes, such as \'"7zip"\'';
}

function unitHint(unit: string, hasBlank: boolean, hasExponent: boolean): string {
  const [one, other] = Object.hasOwn(meant, unit) ? (meant[unit] ?? []) : [];
  if (other !== undefined) return `whose '${unit}' could be ${one} or ${other}`;
  if (one !== undefined) return `and the unit is written '${one}'`;
  const cased = unitBesideCase(unit);
  if (cased !== undefined) return `and the unit is written '${cased}'`;
  const [currency = '', charge] = unit.split('/');
  const isCurrency = /^[A-Z][A-Z0-9]{2,9}$/.test(currency);
  if (isCurrency && hasExponent) return 'and money has no exponent';
  if (isCurrency && !hasBlank) return `and a blank stands before '${currency}'`;
  if (charge !== undefined && isCurrency) return `and what is charged for is one of ${charges.join(', ')}`;
  if (hasBlank && /^[A-Za-z]{3}$/.test(unit)) {
    return `and a currency is written in capitals, such as '${unit.toUpperCase()}'`;
  }
  const near = nearest(unit, [...units.keys()]);
  if (near !== undefined && unit.length > 1) return `and '${unit}' is no unit; did you mean '${near}'?`;
  return `and '${unit}' is no unit; a text that begins with a digit stands in quotes`;
}

function momentHint(text: string): string {
  if (/^[0-9-]{10}[Tt ][0-9:.]+$/.test(text)) return "and a time needs its zone, such as '2026-12-01T18:00Z'";
  return "and a timestamp is written such as '2026-12-01' or '2026-12-01T18:00Z'";
}
