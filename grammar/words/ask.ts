import type { Document1 } from '../documents/document.ts';
import type { Need, Party } from '../documents/model.ts';
import { isCritical } from '../matching/demands.ts';
import { clausePhrase } from './clauses.ts';
import { expressionWords, type Owners } from './expressions.ts';
import { listed, sentence } from './lists.ts';
import { amountOf } from './nouns.ts';
import { headerValue, ofItself, type Said, saidOf } from './said.ts';

const owners: Owners = { my: 'its own', their: "the broker's" };

/** What an Ask wants, a Why and a Watch too. */
export function askSentences(document: Document1, party: Party): string[] {
  return [
    wants(party),
    ...own(saidOf(document), party),
    ...party.requires.map(({ expression }) => `It must be that ${expressionWords(expression.root, owners)}`),
    ...cost(document, party),
    ...promises(document, party),
    ...party.prefers.map(({ expression }) => `Better is where ${expressionWords(expression.root, owners)}`),
    ...(party.rank === undefined
      ? []
      : [`Best is the highest value of this: ${expressionWords(party.rank.root, owners)}`]),
    ...limit(document),
  ].map(sentence);
}

function wants(party: Party): string {
  const amounts = needs(party.needs);
  const slots = party.count > 1 ? `${party.count} slots at once` : '';
  const size = slots === '' ? amounts || 'a slot' : `${slots}${amounts === '' ? '' : `, each of ${amounts}`}`;
  return [`wants ${size}`, ...party.tests.map(clausePhrase)].join(', ');
}

/** 'at least 8 cpus and 16 GiB of memory, and from 1 to 4 gpus'. */
function needs(all: readonly Need[]): string {
  const least = all.filter(({ exact, from, upTo }) => !exact && from === upTo);
  const others = all.filter((need) => !least.includes(need));
  const phrases = others.map(({ exact, name, header, negotiable }) => {
    const text = header.slice(header.indexOf(': ') + 2);
    const [low = '', high = ''] = text.replace(/^== /, '').split('..');
    const size = exact ? `exactly ${amountOf(name, low)}` : `from ${low} to ${amountOf(name, high)}`;
    return negotiable ? `${size} (which is negotiable)` : size;
  });
  if (least.length > 0) {
    const sizes = least.map(({ name, header, negotiable }) => {
      const text = header.slice(header.indexOf(': ') + 2);
      const size = amountOf(name, text.replace(/^>= /, '').replace(/\.\.$/, ''));
      return negotiable ? `${size} (which is negotiable)` : size;
    });
    phrases.unshift(`at least ${listed(sizes, 'and')}`);
  }
  return phrases.join(', and ');
}

/** What it says of itself. */
function own(said: readonly Said[], { needs: needed }: Party): string[] {
  const of = (name: string) => said.find((one) => one.name === name)?.text;
  const [walltime, tasks, owner, vo] = [of('walltime'), of('tasks'), of('owner'), of('vo')];
  const sentences: string[] = [];
  if (tasks !== undefined) {
    const each = walltime === undefined ? '' : ` of at most ${walltime} each`;
    sentences.push(`runs ${tasks} task${tasks === '1' ? '' : 's'} in all${each}`);
  } else if (walltime !== undefined) sentences.push(`runs for at most ${walltime}`);
  if (!needed.some(({ name }) => name === 'cpus')) {
    sentences.push('takes 1 cpu, as it asks for no number of them');
  }
  if (owner !== undefined || vo !== undefined) {
    sentences.push(`is asked ${[owner && `by ${owner}`, vo && `for ${vo}`].filter(Boolean).join(' ')}`);
  }
  const rest = said.filter(({ name }) => !['walltime', 'tasks', 'owner', 'vo'].includes(name));
  return [...sentences, ...ofItself(rest)];
}

function cost({ headers }: Document1, { budgets }: Party): string[] {
  if (budgets.length === 0) return ['may cost anything, as it says no Budget'];
  const texts = headers.filter(({ name }) => /^budget\??$/i.test(name)).map(({ value }) => value);
  return [`may cost ${listed(texts, 'or')} in all`];
}

const promised: Readonly<Record<string, (value: string) => string>> = {
  Deadline: (value) => `must have ended by ${value}`,
  Start: (value) => `wants the slots from ${value} on`,
  Guarantee: (value) => `wants the guarantee '${value}'`,
};

function promises(document: Document1, party: Party): string[] {
  return party.promises.map((name) => {
    const else_ = isCritical(party, name)
      ? 'who cannot promise this does not match'
      : 'who cannot promise this may match all the same';
    return `${promised[name]?.(headerValue(document, name) ?? '') ?? name}; ${else_}`;
  });
}

function limit(document: Document1): string[] {
  const most = headerValue(document, 'Limit');
  return most === undefined ? [] : [`shows ${most} match${most === '1' ? '' : 'es'} at most`];
}
