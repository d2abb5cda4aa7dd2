import { offeringTell } from '../match/documents.ts';

/**
 * What load says. Where nothing else is measured applications are told by one broker each, so that an Ask is answered
 * by one Tell, of about the size of the seed conversation's; the machines of the matching set have some 40 headers.
 */

/**
 * What is said to a door: Asks in a scattered order for so many applications, Tells that nobody told before, or so many
 * machines from a number on, each once or over and over again.
 */
export type Said =
  | { readonly kind: 'asks'; readonly applications: number }
  | { readonly kind: 'tells'; readonly series: string }
  | { readonly kind: 'machines'; readonly first: number; readonly count: number; readonly again: boolean };

/** A prime that shares no factor with the numbers of applications, so that a walk by it meets all of them. */
const stride = 7_919;

/** The next document each time, without the empty line that ends it on a text connection. */
export function sayer(said: Said): () => string {
  let at = 0;
  switch (said.kind) {
    case 'tells':
      return () => {
        at += 1;
        return tellText(`${said.series}.${at}`, brokerOf(at));
      };
    case 'asks':
      return () => {
        at = (at + stride) % said.applications;
        return askText(applicationOf(at));
      };
    case 'machines': {
      const texts = Array.from({ length: said.count }, (_, index) => offeringTell(said.first + index));
      return () => {
        const text = texts[at];
        if (text === undefined) throw new Error(`more than ${said.count} machines were told in one window`);
        at = said.again ? (at + 1) % said.count : at + 1;
        return text;
      };
    }
  }
}

export function applicationTell(index: number): string {
  return tellText(applicationOf(index), brokerOf(index));
}

export function applicationOf(index: number): string {
  return `gcc4.${index}`;
}

/** One of a thousand brokers. */
export function brokerOf(index: number): string {
  const broker = index % 1_000;
  return `193.10.${broker >> 8}.${broker & 0xff}:7685`;
}

export function askText(application: string): string {
  return `SLA-version: 0.1\nAction: Ask\nApplication: ${application}\n`;
}

export function tellText(application: string, brokerIp: string): string {
  return `SLA-version: 0.1\nAction: Tell\nApplication: ${application}\nBroker-IP: ${brokerIp}\n`;
}
