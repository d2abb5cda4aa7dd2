import { estimateOf, type Move } from './model.ts';

/** What of the broker the model does not know: by which Ids it knows each row. */
export interface Ids {
  readonly offer: string;
  readonly agreement: string | undefined;
}

/** A move as one side says it, by the Id of the document. */
export function textOf(
  move: Extract<Move, { by: unknown }>,
  { offer, agreement = offer }: Ids,
  id: string,
): string {
  const lines = (action: string, ...more: string[]) =>
    ['SLA-version: 1.0', `Action: ${action}`, `Id: ${id}`, ...more].join('\n');
  switch (move.kind) {
    case 'Counter':
      return lines('Counter', `Offer: ${offer}`, 'Walltime: 10 min');
    case 'Amend':
      return lines(
        'Amend',
        `Agreement: ${agreement}`,
        `Walltime: ${move.minutes} min`,
        `Estimate: ${estimateOf(move.minutes) / 1000} EUR`,
      );
    case 'accept-amend':
      return lines('Accept', `Agreement: ${agreement}`);
    case 'reject-amend':
      return lines('Reject', `Agreement: ${agreement}`);
    case 'Terminate':
      return lines('Terminate', `Agreement: ${agreement}`, 'Reason: policy enough of it');
    case 'Complete':
      return lines('Complete', `Agreement: ${agreement}`);
    default:
      return lines(move.kind, `Offer: ${offer}`);
  }
}
