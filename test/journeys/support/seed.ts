import type { Door } from './house.ts';

/** The address that the broker of the seed conversation gives as its own. */
export const brokerAddress = '193.10.66.141:7685';

/** One line of the conversation: to whom, what, and all that comes back. */
export interface Line {
  readonly to: Door;
  readonly says: string;
  /** The document that answers; nothing answers a Tell. */
  readonly answer: string | undefined;
}

const told = lines(
  'SLA-version: 0.1',
  'Action: Tell',
  'Application: gcc4.0.2',
  `Broker-IP: ${brokerAddress}`,
);
const registered = lines(
  'RESOURCE-version: 0.1',
  'Action: Tell',
  'Application: gcc4.0.2',
  'Host: 193.10.66.20:8483',
  'Poll: 193.10.66.20:8484',
  'CPU-Load: 0.2',
  'Date: 34857934',
);
const asked = lines('SLA-version: 0.1', 'Action: Ask', 'Application: gcc4.0.2');
const looked = lines(
  'RESOURCE-version: 0.1',
  'Action: Ask',
  'Application: gcc4.0.2',
  'CPU-Load: 0.5',
  'Date: 34857924',
);

/** The conversation from which the language grew, in its order. */
export const conversation: readonly Line[] = [
  { to: 'market', says: told, answer: undefined },
  { to: 'infogather', says: registered, answer: undefined },
  { to: 'market', says: asked, answer: told },
  { to: 'broker', says: asked, answer: `${told}Host: 193.10.66.20:8483\n` },
  { to: 'infogather', says: looked, answer: registered },
];

/** The same document in JSON. */
export function inJson(document: string): Record<string, string> {
  return Object.fromEntries(
    document
      .trimEnd()
      .split('\n')
      .map((line) => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
  );
}

export function tell(application: string, broker = '127.0.0.1:9'): string {
  return lines('SLA-version: 0.1', 'Action: Tell', `Application: ${application}`, `Broker-IP: ${broker}`);
}

export function ask(application: string): string {
  return lines('SLA-version: 0.1', 'Action: Ask', `Application: ${application}`);
}

function lines(...headers: string[]): string {
  return headers.map((header) => `${header}\n`).join('');
}
