import type { Work } from '../../broker/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sender } from '../../platform/doors/door.ts';
import type { Identify } from '../../platform/doors/identify.ts';
import type { JwtTrust } from '../../platform/identity/jwt.ts';
import { JwtEntrance, ownIssuer } from '../../platform/identity/jwt-entrance.ts';
import type { Paces } from '../../platform/identity/paces.ts';
import { gatheringPath } from '../../protocol/agent/gathering.ts';
import { failure } from '../../protocol/catalogue.ts';
import { jwtServices } from '../../protocol/identities.ts';
import type { Config } from '../settings.ts';

export interface EntranceParts {
  readonly trusts: ReadonlyMap<string, JwtTrust>;
  /** The work of the broker of this house, where it has one: that knows users and their tokens. */
  readonly work: Pick<Work, 'entrance'> | undefined;
  readonly paces: Paces;
  readonly clock: Clock;
}

/** How the doors of a house find out who comes; nothing where nobody can say who they are. */
export interface HouseEntrance {
  readonly identify: Identify;
  stop(): void;
}

export function houseEntrance({ trusts, work, paces, clock }: EntranceParts): HouseEntrance | undefined {
  if (work === undefined && trusts.values().every(({ issuers }) => issuers.length === 0)) return undefined;
  const jwts = new JwtEntrance({ trusts, may: allowedBy, paces, clock });
  const otherwise: Identify =
    work === undefined
      ? (request, sender) => {
          if (!sender.guest) return { sender };
          const isAgent = request.url?.split('?', 1)[0] === gatheringPath;
          return paces.stranger(sender) ?? (isAgent ? { sender } : { failure: unknown });
        }
      : (request, sender) => work.entrance.identify(request, sender);
  return {
    identify: (request, sender) => jwts.identify(request, sender, otherwise),
    stop: () => jwts.stop(),
  };
}

/** What each service of this house trusts that takes JWTs, by its name. */
export function trustsOf(
  { doors, ...config }: Config,
  names: readonly string[],
  work: Pick<Work, 'jwts'> | undefined,
): ReadonlyMap<string, JwtTrust> {
  const own = work === undefined ? [] : [{ name: ownIssuer, key: work.jwts.publicKey }];
  const [skewMs, longestLifeMs] = [doors['clock-skew'], doors['longest-jwt']];
  return new Map(
    jwtServices
      .filter((service) => names.includes(service))
      .map((service) => {
        const issuers = [...own, ...config[service]['trusted-brokers']];
        return [service, { issuers, skewMs, longestLifeMs }];
      }),
  );
}

function allowedBy(scopes: readonly string[]): Pick<Sender, 'only'> | undefined {
  if (scopes.includes('resources')) return { only: undefined };
  return scopes.includes('read') ? { only: 'reading' } : undefined;
}

const unknown = failure(
  'not-authenticated',
  'this wants a JWT of a broker that this service trusts: you are not the user who runs it',
  'exchange a token for a JWT at your broker: a command does so by itself where client.token-file names one',
);
