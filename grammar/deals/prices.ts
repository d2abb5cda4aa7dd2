import type { Price } from '../documents/model.ts';
import { readPrice } from '../documents/terms.ts';
import { printAmount } from '../matching/estimate.ts';
import { rowOf } from '../vocabulary/names.ts';

/** A Price that is written as in a document, such as '0.03 EUR/cpu-h + 0.05 EUR/job'; or what is wrong with it. */
export function priceOf(text: string): Price | { readonly problem: string } {
  const read = readPrice(rowOf('Price') ?? { example: '' }, text);
  if ('problem' in read) return { problem: read.problem };
  const { currency, rates } = read;
  return { currency, rates, header: `Price: ${read.text}` };
}

/** How a Price is written: canonical text. */
export function priceText({ currency, rates }: Pick<Price, 'currency' | 'rates'>): string {
  return rates
    .map(({ nano, per }) => `${printAmount(nano, currency)}${per === undefined ? '' : `/${per}`}`)
    .join(' + ');
}
