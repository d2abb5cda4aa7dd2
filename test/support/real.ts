/**
 * What of the real world this run provides: `OGM_REAL=strace,gcc,…`. A bare machine names nothing; continuous
 * integration names everything, and fails where a test was left out.
 */
const provided = new Set((process.env.OGM_REAL ?? '').split(',').filter((name) => name !== ''));

/** Root (and with it other users, by setpriv), system calls counted by strace, a C compiler, or what `test/real/` starts. */
export type Real = (typeof reals)[number];

/** All that a run may provide. */
export const reals = [
  ...(['root', 'strace', 'gcc', 'bubblewrap', 'chromium'] as const),
  ...(['podman', 'docker', 'slurm', 'ssh', 'sge', 'torque'] as const),
];

/** Whether this run provides `name`. */
export function real(name: Real): boolean {
  return provided.has(name);
}
