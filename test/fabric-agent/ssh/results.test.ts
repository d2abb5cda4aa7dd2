import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { expect } from 'chai';
import { type AttemptKey, placeIn, type RunEnd } from '../../../fabric-agent/back-ends/back-end.ts';
import type { Link } from '../../../fabric-agent/ssh/link.ts';
import { Results } from '../../../fabric-agent/ssh/results.ts';
import { Sftp } from '../../../fabric-agent/ssh/sftp.ts';
import { SftpSession } from '../../../fabric-agent/ssh/sftp-session.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';

const end = {
  state: 'ended',
  exit: { kind: 'exited', code: 0, startedAt: 1, endedAt: 2 },
} as unknown as RunEnd;

/** A session to a process that has ended, of which nobody has heard yet. */
function cutSftp(): Sftp {
  const failure = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
  const input = new Writable({ write: (_piece, _encoding, done) => done(failure) });
  return new Sftp(new SftpSession(input, new PassThrough()));
}

/** A session whose other side says what is no SFTP. */
function babblingSftp(): Sftp {
  const output = new PassThrough();
  const input = new Writable({
    write: (_piece, _encoding, done) => {
      output.write('Connection reset by peer');
      done();
    },
  });
  return new Sftp(new SftpSession(input, output));
}

describe('results on another host', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-ssh-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const [how, broken] of [
    ['is cut while it is written to', cutSftp],
    ['turns into what is no SFTP', babblingSftp],
  ] as const)
    it(`are fetched again, and their end is as it was, where the connection ${how}`, async () => {
      const empty = { look: async () => undefined } as unknown as Sftp;
      const links = [broken()];
      const results = new Results({
        link: { up: async () => ({ sftp: links.pop() ?? empty }) } as unknown as Link,
        here: (key: AttemptKey) => placeIn(folder, key),
        there: (key: AttemptKey) => placeIn('/there', key),
        bounds: { totalBytes: 1, entries: 1, depth: 1 },
        ...{ lookMs: 1_000, clock: systemClock, log: silentLog },
      });
      const heard = new Promise((resolve) => results.listen((_key, said) => resolve(said)));
      // What is waited for keeps no process alive by itself.
      const awake = setInterval(() => {}, 1_000);
      try {
        results.hear({ task: 'a', attempt: 1 }, end);
        expect(await heard).to.deep.equal(end);
      } finally {
        clearInterval(awake);
        results.stop();
      }
    });
});
