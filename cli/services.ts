import { exchanged, type ServiceAddress, showing, type TokenSource } from '../client/index.ts';
import { jwtServices } from '../protocol/identities.ts';
import type { Context } from './commands/context.ts';

type Here = Pick<Context, 'config' | 'egress' | 'token'>;

/** Where a service is that the configuration names; each request shows it who asks. */
export function serviceAt(context: Here, name: 'market' | 'broker' | 'infogather'): ServiceAddress {
  const { config, egress } = context;
  return showing({ url: config.client[`${name}-url`], fetch: egress.request }, tokenFor(context, name));
}

/**
 * What a service is shown: the token of the configuration, where the service is beside the broker, which knows it; else
 * a JWT that the broker gives for the token. Who runs the broker needs none to be given one.
 */
export function tokenFor(context: Here, name: 'market' | 'broker' | 'infogather'): TokenSource {
  const { client } = context.config;
  const url = client[`${name}-url`];
  const audience = jwtServices.find((service) => service === name);
  if (audience === undefined || url === client['broker-url']) return context.token;
  const isElsewhere = url.startsWith('https:');
  if (client['token-file'] === undefined && !isElsewhere) return context.token;
  return exchanged(serviceAt(context, 'broker'), { audience, at: url });
}
