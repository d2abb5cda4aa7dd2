import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { SshTarget } from './words.ts';

/** What ssh complains of, and what an owner does about it; the first that fits counts. */
const known: readonly (readonly [RegExp, (target: SshTarget) => readonly [says: string, next: string]])[] = [
  [
    /ssh cannot be started/,
    () => [
      'ssh cannot be started on the machine of the agent',
      'install the client of OpenSSH (openssh-client, openssh-clients) where PATH of the agent finds it',
    ],
  ],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|host key .*has changed/i,
    ({ host, knownHosts }) => [
      `${host} shows another host key than the one in ${knownHosts}`,
      'ask whoever keeps that host; only if it was made anew, take its old line out of that file and the new one in',
    ],
  ],
  [
    /Host key verification failed|No .* host key is known/i,
    ({ host, port, knownHosts }) => [
      `the host key of ${host} is not in ${knownHosts}`,
      `ssh-keyscan -p ${port} ${host} shows it: compare it with what whoever keeps that host says, and put it there`,
    ],
  ],
  [
    /bad permissions|UNPROTECTED PRIVATE KEY/i,
    ({ key }) => [`others may read the key ${key}, so ssh does not use it`, `chmod 600 ${key}`],
  ],
  [
    /Load key .*(?:passphrase|invalid format|error in libcrypto)|incorrect passphrase/i,
    ({ key }) => [
      `the key ${key} cannot be used without asking somebody`,
      'make one without a passphrase for the agent alone: ssh-keygen -t ed25519 -N ""',
    ],
  ],
  [
    /Permission denied/i,
    ({ host, user, key }) => [
      `${host} does not let ${user} in with the key ${key}`,
      `put ${key}.pub into .ssh/authorized_keys of ${user} there`,
    ],
  ],
  [
    /Could not resolve hostname/i,
    ({ host }) => [`nobody knows an address of ${host}`, 'mend agent.ssh-host in the configuration'],
  ],
  [
    /Connection refused|timed out|No route to host|unreachable|Connection (?:closed|reset)|not responding/i,
    ({ host, port }) => [
      `${host} does not answer at port ${port}`,
      'see that it is up, and that agent.ssh-host and agent.ssh-port are right',
    ],
  ],
  [
    /subsystem request failed/i,
    ({ host }) => [`sshd of ${host} has no SFTP`, 'have its configuration say: Subsystem sftp internal-sftp'],
  ],
];

/** Characters of a complaint that nobody has thought of. */
const mostShown = 300;

/** Why a host is not reached, of what ssh said of it. */
export function notReached(target: SshTarget, complaint: string): Refusal {
  for (const [pattern, tell] of known)
    if (pattern.test(complaint)) {
      const [says, next] = tell(target);
      return new Refusal(failure('back-end-failed', says, next));
    }
  const shown = complaint.trim().replaceAll(/\s+/g, ' ').slice(-mostShown);
  const detail = `${target.host} is not reached over ssh: ${shown === '' ? 'ssh ended without a word' : shown}`;
  return new Refusal(failure('back-end-failed', detail, 'see what is wrong there: ogm agent doctor'));
}
