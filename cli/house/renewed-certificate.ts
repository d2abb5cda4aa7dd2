import type { Clock } from '../../platform/clock.ts';
import { type Certificate, readCertificate } from '../../platform/doors/certificate.ts';
import type { HttpDoor } from '../../platform/doors/http.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';

/** How often it is looked whether a certificate was renewed, in milliseconds. */
const lookMs = 60_000;

/** Has a door prove itself by the certificate that its files hold at that time, from `start` to `stop`. */
export function renewing(options: {
  readonly door: Pick<HttpDoor, 'renew'>;
  readonly files: readonly [certificate: string, key: string];
  /** As the door has it. */
  readonly first: Certificate;
  readonly clock: Clock;
  readonly log: Log;
}): Part {
  const { door, files, first, clock, log } = options;
  let own = first;
  let cancel = () => {};
  let looking = Promise.resolve();
  let isStopped = false;

  async function look(): Promise<void> {
    try {
      const now = await readCertificate(...files);
      if (isStopped || (now.cert === own.cert && now.key === own.key)) return;
      own = now;
      door.renew(now);
      log.info('the certificate of the door for clients was renewed');
    } catch (error) {
      log.error('the certificate of the door for clients could not be read again', { error });
    } finally {
      later();
    }
  }

  function later(): void {
    if (isStopped) return;
    cancel = clock.after(lookMs, () => {
      looking = look();
    });
  }

  const stop = async () => {
    isStopped = true;
    cancel();
    await looking;
  };
  return { start: async () => later(), stop, [Symbol.asyncDispose]: stop };
}
