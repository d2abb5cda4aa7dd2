import { randomInt } from 'node:crypto';

/** Without what looks like something else; some 10^18 of them. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** A name for a job that no other has. */
export function randomJobId(): string {
  return Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('');
}
