/**
 * The documents of the benches: applications are told by one broker each, so that an Ask is answered by one Tell, of
 * about the size of the seed conversation's.
 */

/** What is said to a door: Asks in a scattered order for so many applications, or Tells that nobody told before. */
export type Said =
  | { readonly kind: 'asks'; readonly applications: number }
  | { readonly kind: 'tells'; readonly series: string };

/** A prime that shares no factor with the numbers of applications, so that a walk by it meets all of them. */
const stride = 7_919;

/** The next document each time, without the empty line that ends it on a text connection. */
export function sayer(said: Said): () => string {
  let at = 0;
  if (said.kind === 'tells') {
    return () => {
      at += 1;
      return tellText(`${said.series}.${at}`, brokerOf(at));
    };
  }
  const { applications } = said;
  return () => {
    at = (at + stride) % applications;
    return askText(applicationOf(at));
  };
}

export function applicationOf(index: number): string {
  return `gcc4.${index}`;
}

/** One of a thousand brokers. */
export function brokerOf(index: number): string {
  const broker = index % 1_000;
  return `193.10.${broker >> 8}.${broker & 0xff}:7685`;
}

function askText(application: string): string {
  return `SLA-version: 0.1\nAction: Ask\nApplication: ${application}\n`;
}

export function tellText(application: string, brokerIp: string): string {
  return `SLA-version: 0.1\nAction: Tell\nApplication: ${application}\nBroker-IP: ${brokerIp}\n`;
}
