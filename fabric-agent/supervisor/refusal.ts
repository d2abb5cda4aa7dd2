import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** That the supervisor says no, with its own word for why, such as `unknown-task` or `busy`. */
export class SupervisorRefusal extends Refusal {
  readonly word: string;

  constructor(word: string, detail: string) {
    super(failure('supervisor-refused', `the supervisor of tasks refuses: ${detail}`));
    this.word = word;
  }
}

/** Whether what was thrown is its word for a task that it does not know. */
export function isUnknownTask(error: unknown): boolean {
  return error instanceof SupervisorRefusal && error.word === 'unknown-task';
}

/** What the supervisor knows nothing of neither runs nor is kept. */
export async function unlessUnknown(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!isUnknownTask(error)) throw error;
  }
}
