import { document1Of, type Header, partyOf } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { DealView } from '../../protocol/deals/deal.ts';

/** What is agreed, as far as a job under it goes. */
type Agreed = Pick<DealView, 'agreement' | 'application' | 'terms' | 'currency' | 'estimate' | 'charged'>;

/** Throws a Refusal `bad-files` where a job says another application than the agreement that it is to run under. */
export function checkApplication({ agreement, application }: Agreed, wanted: string | undefined): void {
  if (wanted === undefined || application === null || wanted === application) return;
  const detail = `the command runs ${wanted}, and agreement ${agreement} is for ${application}`;
  throw new Refusal(failure('bad-files', detail, `have it run ${application}, or make another agreement`));
}

/** What a job is told of its agreement before anything of it runs: what that costs yet, and where it has more tasks. */
export function agreedLines(agreed: Agreed, tasks: number): string[] {
  const { agreement, currency, estimate, charged } = agreed;
  if (estimate === null) return [];
  const cost = `agreement ${agreement} costs ${estimate} ${currency} at most, of which ${charged ?? '0'} are charged`;
  const most = tasksIn(agreed.terms);
  if (tasks <= most) return [cost];
  const next = `ogm agreement amend ${agreement} 'Tasks: ${tasks}'`;
  return [
    cost,
    `it is for ${most} ${most === 1 ? 'task' : 'tasks'}, and the job has ${tasks}: those that its Estimate does not pay for wait; next: ${next}`,
  ];
}

/** How many tasks the terms of a deal are for: one for each slot, unless they say. */
function tasksIn(terms: readonly Header[]): number {
  const tasks = terms.filter(({ name }) => name === 'Tasks' || name === 'Count');
  const head = { 'SLA-version': '1.0', Action: 'Ask' };
  const party = partyOf(
    document1Of([...Object.entries(head).map(([name, value]) => ({ name, value })), ...tasks]),
  );
  return party.tasks ?? party.count;
}
