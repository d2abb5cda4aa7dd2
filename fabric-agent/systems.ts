import { Refusal } from '../platform/failure.ts';

/** Why the agent does not run programs on this system, as half a sentence; undefined where it does. */
export function whyNotHere(platform: NodeJS.Platform): string | undefined {
  if (platform === 'win32')
    return 'the agent does not run on Windows, which has neither the process groups nor the sockets that it needs';
  return undefined;
}

/** Throws a Refusal `bad-configuration` on a system where the agent does not run. */
export function refuseElsewhere(platform: NodeJS.Platform): void {
  const why = whyNotHere(platform);
  if (why === undefined) return;
  throw new Refusal({
    code: 'bad-configuration',
    status: 400,
    detail: why,
    next: 'run it on Linux or macOS, or in a Linux of its own there',
  });
}
