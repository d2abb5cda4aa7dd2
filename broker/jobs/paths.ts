import type { Request, Response } from 'express';

/** The paths of a job and of one of its tasks, as express has them. */
export const ofJob = '/broker/v1/jobs/:job';
export const ofTask = `${ofJob}/tasks/:task`;

export function jobIn({ params }: Request): string {
  return String(params.job);
}

/** A number that no task has where it is none. */
export function taskIn({ params }: Request): number {
  const text = String(params.task);
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : 0;
}

/** Aborted when the one who asked has gone. */
export function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}
