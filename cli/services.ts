import {
  exchanged,
  type OpenFrames,
  openFrames,
  type ServiceAddress,
  showing,
  type TokenSource,
} from '../client/index.ts';
import { jwtServices } from '../protocol/identities.ts';
import type { Context } from './commands/context.ts';
import { tokenFileOf } from './settings.ts';

/** Of the WebSocket by which events come; a page of them is the longest frame. */
const socketLimits = {
  connectMs: 10_000,
  pingMs: 30_000,
  frameBytes: 16 * 1024 * 1024,
  waitingFrames: 4,
  refusalBytes: 64 * 1024,
};

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
  if (tokenFileOf(client) === undefined && !isElsewhere) return context.token;
  return exchanged(serviceAt(context, 'broker'), { audience, at: url });
}

/** How a service is reached over WebSocket, by which events come as they happen. */
export function framesAt(context: Here, name: 'broker' | 'infogather'): OpenFrames {
  const { config, egress } = context;
  const timeoutMs = config.egress['connect-timeout'];
  const socket = {
    url: config.client[`${name}-url`],
    token: tokenFor(context, name),
    dial: (to: string, signal: AbortSignal) =>
      egress.connect('a question to a service', to, { timeoutMs, signal }),
  };
  return (path, signal) => openFrames(socket, path, socketLimits, signal);
}
