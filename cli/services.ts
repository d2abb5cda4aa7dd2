import type { ServiceAddress } from '../client/index.ts';
import { showing } from '../client/index.ts';
import type { Context } from './commands/context.ts';

/** Where a service is that the configuration names; each request shows it the token that the configuration names. */
export function serviceAt(
  { config, egress, token }: Pick<Context, 'config' | 'egress' | 'token'>,
  name: 'market' | 'broker' | 'infogather',
): ServiceAddress {
  return showing({ url: config.client[`${name}-url`], fetch: egress.request }, token);
}
