import type { Agent } from '../../fabric-agent/index.ts';
import { createListening } from '../../fabric-agent/listening/index.ts';
import type { PagedNode } from '../../fabric-agent/page/index.ts';
import { parseAddress } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { readCertificate } from '../../platform/doors/certificate.ts';
import { Refusal } from '../../platform/failure.ts';
import { guestAdmission } from '../../platform/identity/address-admission.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Config } from '../settings.ts';
import { localAdmission } from './admission.ts';
import { doorLimits } from './limits.ts';
import { renewing } from './renewed-certificate.ts';

/** Where the door for clients opens that is asked for without an address. */
export const usualDoor = '127.0.0.1:8485';

/** The door for clients; undefined where none is wanted. Throws a Refusal where it cannot be as the settings say. */
export async function agentListening({
  config,
  asked,
  nodes,
  clock,
  log,
}: {
  readonly config: Config;
  /** As the command line says. */
  readonly asked: string | true | undefined;
  readonly nodes: readonly (Pick<PagedNode, 'resource'> & { readonly agent: Pick<Agent, 'clients'> })[];
  readonly clock: Clock;
  readonly log: Log;
}): Promise<(Part & { readonly url: string }) | undefined> {
  const { listen: set, 'listen-certificate': certFile, 'listen-key': keyFile } = config.agent;
  const said = asked === true ? (set ?? usualDoor) : (asked ?? set);
  if (said === undefined) return undefined;
  const listen = parseAddress(said);
  if (listen === undefined) throw unusable(`'${said}' is no address to listen at`, `say ${usualDoor}`);
  if ((certFile === undefined) !== (keyFile === undefined))
    throw unusable('agent.listen-certificate and agent.listen-key go together', 'set both, or neither');
  const files = certFile === undefined || keyFile === undefined ? undefined : ([certFile, keyFile] as const);
  const certificate = files && (await readCertificate(...files));
  const door = createListening({
    nodes: nodes.map(({ resource, agent }) => ({ resource, clients: () => agent.clients })),
    listen,
    certificate,
    limits: doorLimits(config),
    // Whoever comes proves who they are by their key; the system's word counts for nothing.
    admission: certificate === undefined ? localAdmission(config, log, true) : guestAdmission,
    patienceMs: config.agent['broker-wait'],
    ...{ clock, log },
  });
  const renewal = files && certificate && renewing({ door, files, first: certificate, ...{ clock, log } });
  const stop = async () => {
    await renewal?.stop();
    await door.stop();
  };
  const part = {
    get url(): string {
      const { host, port } = door.listening;
      const named = certificate === undefined ? host : certificate.names[0];
      return `${certificate === undefined ? 'http' : 'https'}://${named}:${port}`;
    },
    async start() {
      await door.start();
      await renewal?.start();
      log.info('clients may call this agent', { at: part.url });
      if (nodes.every(({ agent }) => agent.clients.size === 0))
        log.warn('no client may call this agent yet: admit one with ogm agent admit, and start it again');
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return part;
}

function unusable(detail: string, next: string): Refusal {
  return new Refusal(failure('bad-configuration', detail, next));
}
