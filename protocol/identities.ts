import { z } from 'zod';

/**
 * What a token may be for: `read` looks at what is its user's, and asks; `submit` has jobs run; `resources` lends
 * machines, and tells; `admin` does all of it for everyone, and makes users and tokens.
 */
export const scopes = ['read', 'submit', 'resources', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** The name of the user who runs the broker, who has no token on its machine. */
export const localUser = 'local';

/** The name of a user: never given to another, even after the user has gone. */
const userName = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,62}$/, 'begins with a small letter; then small letters, digits, dots, dashes')
  .refine((name) => name !== localUser, { error: `${localUser} is the user who runs the broker` });

/** What every token begins with, so that people and programs see what it is. */
export const tokenPrefix = 'ogm_';

/** A token: 32 random bytes in base64url after its prefix. */
export const tokenPattern = /^ogm_[\w-]{43}$/;

/** `POST /broker/v1/users`. */
export const userRequest = z.strictObject({
  name: userName,
  uid: z
    .int()
    .min(0)
    .max(2 ** 32 - 2)
    .optional()
    .describe('The user of this machine who needs no token on loopback: their number.'),
});
export type UserRequest = z.output<typeof userRequest>;

export const userView = z.object({
  name: z.string(),
  createdAt: z.number(),
  tokens: z.number(),
  uid: z.number().nullable().describe('As whom they need no token on this machine; null where nobody is.'),
});
export type UserView = z.output<typeof userView>;

export const userList = z.object({ users: z.array(userView) });

/** `POST /broker/v1/tokens`. */
export const tokenRequest = z.strictObject({
  user: z.string().max(63),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  lifeMs: z.number().int().positive().optional().describe('As the broker has it unless given.'),
  note: z.string().max(200).default('').describe('What it is for, in the words of who made it.'),
});
export type TokenRequest = z.input<typeof tokenRequest>;

/** A token as it is listed: nothing of it tells the token itself. */
export const tokenView = z.object({
  id: z.string(),
  user: z.string(),
  scopes: z.array(z.enum(scopes)),
  note: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
});
export type TokenView = z.output<typeof tokenView>;

export const tokenList = z.object({ tokens: z.array(tokenView) });

/** A token that was made: the only time that it is told. */
export const tokenMade = tokenView.extend({ token: z.string().regex(tokenPattern) });
export type TokenMade = z.output<typeof tokenMade>;

/** The first frame of a WebSocket whose request showed no token, as browsers cannot. */
export const tokenFrame = z.strictObject({ token: z.string().max(100) });

/** The services that know users by what their brokers sign. */
export const jwtServices = ['market', 'infogather'] as const;

/** `GET /broker/v1/key`: by which other services know what the broker has signed, 32 bytes in base64url. */
export const brokerKey = z.object({ key: z.string() });

/** `POST /broker/v1/tokens/exchange`: a short JWT for one service. */
export const jwtRequest = z.strictObject({
  audience: z.enum(jwtServices),
  at: z
    .string()
    .max(300)
    .refine(isOrigin, { error: "is no address of a service; say 'https://market.example.org:8443'" })
    .describe('Where that service is: the JWT says nothing anywhere else.'),
});
export type JwtRequest = z.output<typeof jwtRequest>;

/** It is shown as a token is. */
export const jwtMade = z.object({
  jwt: z.string(),
  holdsMs: z.number().positive().describe('How long from now, whatever the clock of who asked says.'),
});
export type JwtMade = z.output<typeof jwtMade>;

/** What a JWT says that it is for: the address of a service, as whoever asks it writes it. */
export function serviceAddress(audience: JwtRequest['audience'], at: string): string {
  return `${at}/${audience}`;
}

function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text;
}
