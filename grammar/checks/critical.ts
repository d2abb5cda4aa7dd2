import { quoted } from '../diagnostics.ts';
import { isCritical } from '../matching/demands.ts';
import type { Check } from './finding.ts';

/** Critical decides something of the promises that the document asks for, by their names or by a profile's, and of nothing else. */
export const checkCritical: Check = ({ headers, party }) => {
  if (party?.action !== 'Ask' || party.critical.length === 0) return [];
  const isIdle = (name: string) =>
    !party.promises.some((term) => isCritical({ ...party, critical: [name] }, term));
  const idle = party.critical.filter(isIdle);
  if (idle.length === 0) return [];
  const header = headers.findIndex(({ name }) => name === 'Critical');
  const message = `Critical decides nothing about ${idle.map((name) => quoted(name)).join(', ')}: it is for Deadline, Start and Guarantee, where the document says them`;
  return [{ code: 'decides-nothing', message, header }];
};
