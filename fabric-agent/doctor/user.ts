import { type Finding, warning, well } from './finding.ts';

/** The user who runs the agent, and with it all tasks; undefined where the system knows no such numbers. */
export function judgeUser(uid: number | undefined): Finding {
  if (uid !== 0) return well('user', uid === undefined ? 'not root' : `user ${uid}, not root`);
  return warning(
    'user',
    'the agent runs as root, and so does every task',
    'make a user for it (useradd --system --create-home ogm), and run it as that one',
  );
}
