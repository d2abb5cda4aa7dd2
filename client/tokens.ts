import {
  brokerKey,
  type TokenMade,
  type TokenRequest,
  type TokenView,
  tokenList,
  tokenMade,
  type UserRequest,
  type UserView,
  userList,
} from '../protocol/identities.ts';
import { type CallOptions, initOf, request, requestJson, type ServiceAddress } from './http.ts';
import { checkSecret } from './secrecy.ts';

/** The token that is shown to a service; nothing where there is none. */
export type TokenSource = () => Promise<string | undefined>;

/**
 * A service to which each request shows a token. Throws a ServiceFailure `bad-address` from each call where others could
 * read it on the way.
 */
export function showing({ url, fetch }: ServiceAddress, token: TokenSource): ServiceAddress {
  return {
    get url() {
      return url;
    },
    async fetch(input, init = {}) {
      const shown = await token();
      if (shown === undefined) return fetch(input, init);
      checkSecret(String(input));
      const headers = new Headers(init.headers);
      headers.set('Authorization', `Bearer ${shown}`);
      return fetch(input, { ...init, headers });
    },
  };
}

/** The users of a broker and their tokens. Each call throws a ServiceFailure where it is refused or not answered. */
export class IdentitiesClient {
  readonly #address: ServiceAddress;

  constructor(address: ServiceAddress) {
    this.#address = address;
  }

  /** Adds a user; one whose number on the broker's machine is said needs no token there. */
  async addUser(user: UserRequest, options: CallOptions = {}): Promise<void> {
    await request(this.#address, '/broker/v1/users', initOf({ ...options, method: 'POST', body: user }));
  }

  async users(options: CallOptions = {}): Promise<UserView[]> {
    return (await requestJson(this.#address, '/broker/v1/users', userList, options)).users;
  }

  /** All tokens of the user end at once. */
  async removeUser(name: string, options: CallOptions = {}): Promise<void> {
    await request(this.#address, pathOf('users', name), initOf({ ...options, method: 'DELETE' }));
  }

  /** Makes a token; it is told this once. */
  createToken(token: TokenRequest, options: CallOptions = {}): Promise<TokenMade> {
    const said = { ...options, method: 'POST', body: token };
    return requestJson(this.#address, '/broker/v1/tokens', tokenMade, said);
  }

  /** The public key of the broker, which services elsewhere are to trust. */
  async brokerKey(options: CallOptions = {}): Promise<string> {
    return (await requestJson(this.#address, '/broker/v1/key', brokerKey, options)).key;
  }

  async tokens(options: CallOptions = {}): Promise<TokenView[]> {
    return (await requestJson(this.#address, '/broker/v1/tokens', tokenList, options)).tokens;
  }

  /** Makes a token in the place of one, which holds for a short while yet. */
  rotateToken(id: string, options: CallOptions = {}): Promise<TokenMade> {
    return requestJson(this.#address, `${pathOf('tokens', id)}/rotate`, tokenMade, {
      ...options,
      method: 'POST',
    });
  }

  /** It holds no more, from now on. */
  async revokeToken(id: string, options: CallOptions = {}): Promise<void> {
    await request(this.#address, pathOf('tokens', id), initOf({ ...options, method: 'DELETE' }));
  }
}

function pathOf(what: 'users' | 'tokens', name: string): string {
  return `/broker/v1/${what}/${encodeURIComponent(name)}`;
}
