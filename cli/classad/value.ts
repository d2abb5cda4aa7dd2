import { quotedText, rowOf } from '../../grammar/index.ts';
import type { Carried } from './attributes.ts';
import type { Literal } from './literal.ts';

/** The text of a fact, or why there is none. */
export type FactText = { readonly text: string } | { readonly why: string };

/** Says a literal as a fact under a header. */
export function factText(header: string, literal: Literal, unit: Carried['unit']): FactText {
  switch (literal.kind) {
    case 'number':
      return numberText(literal.text, unit);
    case 'boolean':
      return { text: String(literal.value) };
    case 'string':
      return { text: stringText(header, literal.text) };
    case 'list': {
      const texts = literal.items.map((item) => factText(header, item, unit));
      const wrong = texts.find((text) => 'why' in text);
      return wrong ?? { text: texts.map((text) => ('text' in text ? text.text : '')).join(', ') };
    }
    case 'undefined':
      return { why: 'undefined' };
    case 'other':
      return { why: literal.what };
  }
}

function numberText(text: string, unit: Carried['unit']): FactText {
  if (unit !== 'moment') return { text: unit === undefined ? text : `${text} ${unit}` };
  const moment = new Date(Number(text) * 1000);
  const year = moment.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return { why: 'no moment' };
  return { text: moment.toISOString().replace('.000Z', 'Z') };
}

const bare =
  /^(?!(?:true|false)$|(?:not|has|any|unsaid)(?![A-Za-z0-9])|v[0-9])[A-Za-z_][A-Za-z0-9_.+/:@-]*(?: [A-Za-z0-9_.+/:@-]+)*$/i;
const version = /^[0-9]{1,15}(?:\.[0-9]{1,15}){2,9}(?:[A-Za-z0-9_+-]|\.(?!\.))*$/;

/** Without quotes where the language reads it as the same text, or as a version. */
function stringText(header: string, text: string): string {
  if (rowOf(header)?.type === 'version') return text.trim();
  if (bare.test(text) && !text.includes('..')) return text;
  return version.test(text) ? text : quotedText(text);
}
