import type { Value, VersionValue } from '../values/value.ts';
import { versionOf } from '../values/version.ts';

/** The version in a string that is a name and then a version; nothing where it is not that. */
export function versionBehind(name: string, value: Value): VersionValue | 'bare' | undefined {
  if (value.kind !== 'string' || !value.text.startsWith(name)) return undefined;
  if (value.text.length === name.length) return 'bare';
  const version = versionAfter(value.text, name.length);
  return version === undefined ? undefined : versionOf(version);
}

const versionText = /^[A-Za-z]?[0-9](?:[A-Za-z0-9_+-]|\.(?!\.))*$/;

/**
 * The version that follows a name: straight after one that does not end in a digit, or after one of `- _ /` or a
 * blank, where one letter may precede it.
 */
function versionAfter(text: string, end: number): string | undefined {
  const after = text.charAt(end);
  const isApart = after === '-' || after === '_' || after === '/' || after === ' ';
  const said = text.slice(isApart ? end + 1 : end);
  if (!versionText.test(said)) return undefined;
  const startsWithDigit = isDigit(said.charCodeAt(0));
  if (!isApart && (!startsWithDigit || isDigit(text.charCodeAt(end - 1)))) return undefined;
  return said.startsWith('v') ? said.slice(1) : said;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
