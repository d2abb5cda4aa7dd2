import type { ClauseType } from '../vocabulary/row.ts';
import { type Fault, type Literal, make } from './make.ts';
import { units } from './units.ts';
import type { Dimension } from './value.ts';

/**
 * The values that nearly all documents have, without the grammar: a short path, which says nothing where it is not
 * sure. A property test holds what it says equal to what the grammar's rules say.
 */
export function readShort(type: ClauseType | undefined, text: string): Literal | Fault | undefined {
  switch (type) {
    case undefined:
      if (text === 'true' || text === 'false') return make.boolean(text === 'true');
      return shortNumber(text) ?? shortQuantity(text) ?? shortString(text);
    case 'string':
      return plainText.test(text) ? { value: { kind: 'string', text }, text } : undefined;
    case 'number':
      return shortNumber(text);
    case 'whole':
      return /^[0-9]{1,15}$/.test(text) ? shortNumber(text) : undefined;
    case 'bytes':
    case 'duration':
    case 'frequency':
    case 'rate':
      return shortQuantity(text, type);
    case 'version':
      return /^[0-9]+(?:\.[0-9]+)*$/.test(text) ? make.version(text) : undefined;
    case 'money':
      return shortMoney(text);
    default:
      return undefined;
  }
}

const plainNumber = /^[0-9]{1,15}(?:\.[0-9]{1,15})?$/;
const plainQuantity = /^([0-9]{1,15}(?:\.[0-9]{1,15})?) ?([A-Za-z]+(?:\/s)?)$/;
/** One blank at most between two words. */
const plainText = /^[A-Za-z0-9_.+/:-]+(?: [A-Za-z0-9_.+/:-]+)*$/;
/** What may be a version or a Boolean is left to the grammar. */
const plainString = /^(?!v[0-9]|true$|false$)[A-Za-z_][A-Za-z0-9_.+/:-]*(?: [A-Za-z0-9_.+/:-]+)*$/i;

function shortNumber(text: string): Literal | undefined {
  return plainNumber.test(text) ? { value: { kind: 'number', value: Number(text) }, text } : undefined;
}

const plainMoney = /^([0-9]{1,15}(?:\.[0-9]{1,9})?) ([A-Z][A-Z0-9]{2,9})(?:\/([A-Za-z-]+))?$/;

function shortMoney(text: string): Literal | Fault | undefined {
  const [, amount, currency, per] = plainMoney.exec(text) ?? [];
  return amount === undefined || currency === undefined
    ? undefined
    : make.money(amount, currency, per ?? null);
}

function shortString(text: string): Literal | undefined {
  return plainString.test(text) ? { value: { kind: 'string', text }, text } : undefined;
}

function shortQuantity(text: string, wanted?: Dimension): Literal | undefined {
  const [, number = '', name = ''] = plainQuantity.exec(text) ?? [];
  const unit = units.get(name);
  if (unit === undefined || (wanted !== undefined && unit.dimension !== wanted)) return undefined;
  const { dimension, mantissa, exponent } = unit;
  // Whole numbers whose product a double holds exactly need no rounding.
  const value = Number(number) * mantissa * (exponent > 0 ? 10 ** exponent : 1);
  if (exponent < 0 || number.includes('.') || !Number.isSafeInteger(value)) {
    const read = make.quantity([{ number, unit: name }]);
    return 'problem' in read ? undefined : read;
  }
  return { value: { kind: 'quantity', dimension, value }, text: `${number} ${name}` };
}
