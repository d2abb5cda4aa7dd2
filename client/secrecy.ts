import { failure } from '../protocol/catalogue.ts';
import { ServiceFailure } from './failure.ts';

/** Names and addresses of this machine, as URLs have them. */
const thisMachine = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Throws a ServiceFailure `bad-address` where what is sent to a URL can be read on the way. */
export function checkSecret(url: string): void {
  const { protocol, hostname, origin } = new URL(url);
  if (protocol === 'https:' || thisMachine.test(hostname)) return;
  const detail = `a token is not shown to ${origin}: others could read it on the way`;
  throw new ServiceFailure(failure('bad-address', detail, 'give an address that begins with https://'));
}
