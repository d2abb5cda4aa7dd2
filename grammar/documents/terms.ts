import { quoted } from '../diagnostics.ts';
import { mismatch } from '../values/phrase.ts';
import { readValue } from '../values/read.ts';
import type { MoneyValue } from '../values/value.ts';
import type { Row } from '../vocabulary/row.ts';
import type { Rate } from './model.ts';

type Problem = { readonly problem: string; readonly at: number };

/** A sum of rates and plain amounts of one currency, none below zero. */
export function readPrice(
  { example }: Pick<Row, 'example'>,
  text: string,
): { readonly currency: string; readonly rates: readonly Rate[]; readonly text: string } | Problem {
  const rates: Rate[] = [];
  const texts: string[] = [];
  let currency: string | undefined;
  let at = 0;
  for (const part of text.split('+')) {
    const begin = at + part.length - part.trimStart().length;
    const read = readMoney(example, part.trim(), begin);
    if ('problem' in read) return read;
    const { money } = read;
    currency ??= money.currency;
    if (money.currency !== currency) {
      const problem = `has one currency each; found ${currency} and ${money.currency}: write another Price for the other`;
      return { problem, at: begin };
    }
    rates.push({ nano: money.nano, per: money.per });
    texts.push(read.text);
    at += part.length + 1;
  }
  return { currency: currency ?? '', rates, text: texts.join(' + ') };
}

/** An amount of money that is not below zero, and no rate. */
export function readBudget(
  { example }: Row,
  text: string,
): { readonly money: MoneyValue; readonly text: string } | Problem {
  const read = readMoney(example, text, 0);
  if ('problem' in read || read.money.per === undefined) return read;
  return {
    problem: `is what the whole may cost, such as '${example}'; found ${quoted(text)}, a rate`,
    at: 0,
  };
}

function readMoney(
  example: string,
  text: string,
  at: number,
): { readonly money: MoneyValue; readonly text: string } | Problem {
  const read = readValue('money', text);
  const wanted = { type: 'money', example } as const;
  if ('problem' in read) return { problem: mismatch(wanted, text, read.problem), at };
  const { value } = read;
  if (value.kind !== 'money') return { problem: mismatch(wanted, text, 'which is none'), at };
  if (value.nano < 0n) return { problem: mismatch(wanted, text, 'which is below zero'), at };
  return { money: value, text: read.text };
}
