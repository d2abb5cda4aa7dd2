import { z } from 'zod';

/** With whom a resource may be shared. */
export interface Principal {
  readonly kind: 'user' | 'group';
  readonly name: string;
}

/** Before the name of a group, where a user might stand as well. */
const groupPrefix = 'group:';

/** The name of a group of users. */
export const groupName = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,62}$/, 'begins with a small letter; then small letters, digits, dots, dashes');

/** A user by their name, or a group as `group:NAME`. */
const principalText = z
  .string()
  .regex(/^(?:group:)?[a-z][a-z0-9._-]{0,62}$/, 'is the name of a user, or group:NAME')
  .describe('The name of a user, or `group:` and that of a group.');

/** Users and groups (a count) that one request may name. */
const mostNamed = 100;

/** `POST /broker/v1/resources/{name}/share` and `…/unshare`. */
export const shareRequest = z.strictObject({ with: z.array(principalText).min(1).max(mostNamed) });

/** `POST /broker/v1/groups`. */
export const groupRequest = z.strictObject({ name: groupName });

/** `POST /broker/v1/groups/{name}/add` and `…/remove`. */
export const membersRequest = z.strictObject({
  users: z.array(z.string().max(63)).min(1).max(mostNamed),
});

export const groupView = z.object({ name: groupName, members: z.array(z.string()) });
export type GroupView = z.output<typeof groupView>;

export const groupList = z.object({ groups: z.array(groupView) });

/** What {@link principalText} says. */
export function principalOf(text: string): Principal {
  return text.startsWith(groupPrefix)
    ? { kind: 'group', name: text.slice(groupPrefix.length) }
    : { kind: 'user', name: text };
}

export function principalName({ kind, name }: Principal): string {
  return kind === 'group' ? `${groupPrefix}${name}` : name;
}
