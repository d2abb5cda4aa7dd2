import { type Document1, dealOf, document1Of, type Header, rowOf, unanswered } from '../../grammar/index.ts';
import type { Agreement } from './agreement.ts';
import { headersOf, partyOf } from './need.ts';
import { refusal } from './owned.ts';

/** What a job says of its tasks. */
export interface Said {
  readonly owner: string;
  readonly application: string;
  /** The text of an Ask of version 1.0. */
  readonly ask: string | null;
}

/**
 * The text of the Ask by which tasks run under an agreement: what the job says, and what it leaves unsaid by the terms.
 * Each task takes what the terms say that one takes, for that is reserved and paid for.
 *
 * @throws Refusal `job-refused` where the job wants what the agreement does not say
 */
export function askUnder(agreement: Pick<Agreement, 'id' | 'terms'>, said: Said): string {
  const { id, terms } = agreement;
  const own = headersOf(said.ask).filter(isOfTasks);
  const ask = partyOf(said, own);
  const broken = unanswered(ask, { headers: terms });
  if (broken.length > 0)
    throw refusal('job-refused', `agreement ${id} does not promise ${inWords(broken, terms)}`);
  const walltime = dealOf(terms).facts.get('walltime')?.values[0];
  const longest = walltime?.kind === 'quantity' ? walltime.value : undefined;
  if (longest !== undefined && (ask.walltime ?? 0) > longest)
    throw refusal('job-refused', `under agreement ${id} a task runs ${termOf(terms, 'Walltime')} at most`);
  const isSaid = new Set(own.map(({ name }) => bare(name)));
  const filled = [
    ...own.filter(({ name }) => !isAmount(name)),
    ...terms.filter(({ name }) => isAmount(name) || (isWalltime(name) && !isSaid.has(bare(name)))),
  ];
  return [
    'SLA-version: 1.0',
    'Action: Ask',
    ...filled.map(({ name, value }) => `${name}: ${value}`),
    '',
  ].join('\n');
}

/** What is not promised, and what is under that name. `lines` are those of a Because about the terms alone. */
function inWords(lines: readonly Header[], terms: readonly Header[]): string {
  const { value } =
    lines.find((line) => line.name !== 'Clause' || line.value.includes(' -> 0 yes')) ?? lines[0]!;
  const [wanted = ''] = value.split(' -> ', 1);
  const said = terms.find(({ name }) => bare(name) === bare(wanted.split(':', 1)[0] ?? ''));
  return said === undefined ? wanted : `${wanted}; it says ${said.name}: ${said.value}`;
}

/** The Ask for an agreement of which a job is to be the only work. */
export function askOfJob(said: Said, id: string, tasks: number): Document1 {
  const own = headersOf(said.ask);
  const saysTasks = own.some(({ name }) => bare(name) === 'tasks');
  try {
    return document1Of([
      { name: 'SLA-version', value: '1.0' },
      { name: 'Action', value: 'Ask' },
      { name: 'Id', value: id },
      { name: 'Application', value: JSON.stringify(said.application) },
      ...own,
      ...(saysTasks ? [] : [{ name: 'Tasks', value: String(tasks) }]),
    ]);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refusal('job-refused', `what it needs cannot be said in an Ask: ${error.message}`);
  }
}

/** The Budgets of an Ask, a line each. */
export function budgetsIn(ask: string | null): string {
  const budgets = headersOf(ask).filter(({ name }) => rowOf(name)?.name === 'Budget');
  return budgets.map(({ name, value }) => `${name}: ${value}\n`).join('');
}

/** Terms of the deal, such as a Budget, are settled by the agreement; only Requires says something of each task. */
function isOfTasks({ name }: Header): boolean {
  const row = rowOf(name);
  return row?.kind !== 'term' || row.name === 'Requires';
}

function isAmount(name: string): boolean {
  return rowOf(bare(name))?.kind === 'amount' && !/^my\./i.test(name);
}

function isWalltime(name: string): boolean {
  return bare(name) === 'walltime';
}

/** A name without the word that says about whom it is, or that it is negotiable. */
function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:my|their)\./, '')
    .replace(/\?$/, '');
}

function termOf(terms: readonly Header[], wanted: string): string {
  return terms.find(({ name }) => name === wanted)?.value ?? '';
}
