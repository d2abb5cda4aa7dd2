import { ServiceFailure } from '../../client/index.ts';
import { Refusal, sentence } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** Why there is no line, as a sentence. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof ServiceFailure) return sentence(error);
  return error instanceof Error ? error.message : String(error);
}

/** Whether another try is of no use until somebody has done something about it. */
export function isRefusal(error: unknown): boolean {
  const status = error instanceof Refusal || error instanceof ServiceFailure ? error.status : undefined;
  return status !== undefined && [401, 403, 404].includes(status);
}

/** The line broke, or infogather was silent. */
export function unanswered(): ServiceFailure {
  return new ServiceFailure(failure('unavailable', 'infogather gave no answer'));
}

/** Nobody says by which key this infogather proves itself. */
export function unproven(url: string): Refusal {
  const detail = `the infogather at ${url} cannot prove who it is without TLS`;
  const next = 'name its key, which it logs when it starts, as agent.infogather-key';
  return new Refusal({ ...failure('unavailable', detail, next), status: 403 });
}
