import type { JobChange, JobRequest } from '../../protocol/jobs/job.ts';
import { refusal } from './owned.ts';
import type { JobSettings } from './settings.ts';

type Bounds = Pick<JobSettings, 'most-files' | 'job-size'>;

/** Throws a Refusal `job-refused` where a request says more than it may. */
export function checkRequest(request: JobRequest, bounds: Bounds): void {
  const files = Math.max(request.inputs.length, request.outputs?.length ?? 0);
  const most = bounds['most-files'];
  if (files > most) throw refusal('job-refused', `a job names at most ${most} files`);
  checkSize(request, bounds);
}

/** The same of what is changed of a job that is NEW. */
export function checkSize(said: JobRequest | JobChange, bounds: Bounds): void {
  const most = bounds['job-size'];
  if (Buffer.byteLength(JSON.stringify(said)) > most)
    throw refusal('job-refused', `a job says at most ${most} bytes in all`);
  const paths = (said.inputs ?? []).map(({ path }) => path);
  if (new Set(paths).size < paths.length) throw refusal('job-refused', 'two input files have one path');
}
