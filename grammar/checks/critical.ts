import { quoted } from '../diagnostics.ts';
import type { Check } from './finding.ts';

/** Critical decides something of the promises that the document asks for, and of nothing else. */
export const checkCritical: Check = ({ headers, party }) => {
  if (party?.action !== 'Ask' || party.critical.length === 0) return [];
  const promised = new Set(party.promises.map((name) => name.toLowerCase()));
  const idle = party.critical.filter((name) => !promised.has(name));
  if (idle.length === 0) return [];
  const header = headers.findIndex(({ name }) => name === 'Critical');
  const message = `Critical decides nothing about ${idle.map((name) => quoted(name)).join(', ')}: it is for Deadline, Start and Guarantee, where the document says them`;
  return [{ code: 'decides-nothing', message, header }];
};
