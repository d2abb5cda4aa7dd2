import type { Address, Document } from '../document.ts';
import { formatAddress } from '../values.ts';
import { sentence } from './lists.ts';

/** What a document of version 0.1 says, with the operators that its names hide. */
export function oldSentences(document: Document): string[] {
  const { application } = document;
  const at = (address: Address) => formatAddress(address);
  if (document.action === 'Ask') {
    const wants = `wants '${application}', written exactly so`;
    if (document.language === 'SLA') return [sentence(wants)];
    const { cpuLoad, date } = document;
    return [
      wants,
      ...(cpuLoad === undefined ? [] : [`the load must be below ${cpuLoad}`]),
      ...(date === undefined ? [] : [`the load must have been taken after second ${date} since 1970`]),
    ].map(sentence);
  }
  if (document.language === 'SLA') {
    const host = document.host === undefined ? [] : [`takes the work at ${at(document.host)}`];
    return [`offers '${application}' through the broker at ${at(document.brokerIp)}`, ...host].map(sentence);
  }
  const { host, poll, cpuLoad, date } = document;
  return [
    `offers '${application}' on the node at ${at(host)}`,
    ...(poll === undefined ? [] : [`says its load at ${at(poll)}`]),
    ...(cpuLoad === undefined ? [] : [`its load is ${cpuLoad}`]),
    ...(date === undefined ? [] : [`the load was taken at second ${date} since 1970`]),
  ].map(sentence);
}
