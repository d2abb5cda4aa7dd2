import type { Document1 } from '../documents/document.ts';
import type { Party } from '../documents/model.ts';
import { clausePhrase } from './clauses.ts';
import { expressionWords, type Owners } from './expressions.ts';
import { listed, sentence } from './lists.ts';
import { amountOf, nounOf } from './nouns.ts';
import { headerValue, ofItself, type Said, saidOf } from './said.ts';
import { plainText } from './values.ts';

const owners: Owners = { my: 'its own', their: "the asker's" };

/** What a Tell offers, and to whom. */
export function tellSentences(document: Document1, party: Party): string[] {
  const said = saidOf(document);
  return [
    ...offer(said, party),
    ...facts(said, party),
    ...prices(document, party),
    ...(party.tests.length === 0 ? [] : [`takes only work ${party.tests.map(clausePhrase).join(', and ')}`]),
    ...party.requires.map(({ expression }) => `It must be that ${expressionWords(expression.root, owners)}`),
    ...(party.explicit.length === 0
      ? []
      : [`serves only those who ask for ${listed(party.explicit.map(nounOf), 'and')} by name`]),
    ...manners(document, party),
  ].map(sentence);
}

function offer(said: readonly Said[], party: Party): string[] {
  if (party.slots === 0) return ['has nothing left: no Ask matches'];
  const amounts = party.needs.map(({ name }) =>
    amountOf(name, said.find((one) => one.name === name)?.text ?? ''),
  );
  const size = amounts.length === 0 ? '' : listed(amounts, 'and');
  if (party.slots === 1) return size === '' ? [] : [`has ${size} left`];
  return [`has ${party.slots} slots${size === '' ? '' : `, each with ${size}`}`];
}

function facts(said: readonly Said[], party: Party): string[] {
  const amounts = new Set(['slots', ...party.needs.map(({ name }) => name)]);
  const rest = said.filter(({ name }) => !amounts.has(name));
  if (rest.length === 0) return [];
  const [application] = rest.filter(({ name }) => name === 'application');
  const others = rest.filter((one) => one !== application);
  return [...(application === undefined ? [] : [`offers ${application.text}`]), ...ofItself(others)];
}

function prices({ headers }: Document1, { prices: all }: Party): string[] {
  if (all.length === 0) return ['is free'];
  const sums = headers
    .filter(({ name }) => /^price\??$/i.test(name))
    .map(({ value }) => listed(value.split(' + ').map(plainText), 'and'));
  return [`charges ${listed(sums, 'or')}`];
}

const profiles: ReadonlyMap<string, string> = new Map([
  ['time', 'when work starts and has ended'],
  ['guarantee', 'guarantees'],
]);

function manners(document: Document1, { understands, acceptsVersions }: Party): string[] {
  const sentences: string[] = [];
  const can = understands.map((name) => profiles.get(name) ?? nounOf(name));
  if (can.length > 0) sentences.push(`can promise ${listed(can, 'and')}`);
  if (acceptsVersions.length > 0) {
    sentences.push(`answers Asks of version ${listed(acceptsVersions, 'and')} too, by its application alone`);
  }
  const expires = headerValue(document, 'Expires');
  if (expires !== undefined)
    sentences.push(`counts ${/^[0-9]{4}-/.test(expires) ? 'until' : 'for'} ${expires}`);
  return sentences;
}
