import { hash } from 'node:crypto';

/** SHA-256 of a text's UTF-8 in small hexadecimal: the system's own, many times as fast as one in JavaScript. */
export function sha256(text: string): string {
  return hash('sha256', text);
}
