import type {
  Action,
  Address,
  Header,
  Language,
  ResourceAsk,
  ResourceTell,
  SlaAsk,
  SlaTell,
} from './document.ts';
import { formatAddress } from './values.ts';
import { knownName, printed, type TermName } from './vocabulary.ts';

/**
 * Documents made by programs. An application that cannot stand in a header (empty, blanks around it, a control
 * character) and a number that is none are the caller's mistake: TypeError.
 */

/** A broker's offer of an application. */
export function slaTell(said: {
  application: string;
  brokerIp: Address;
  host?: Address | undefined;
}): SlaTell {
  const { application, brokerIp, host } = said;
  const headers = written('SLA', 'Tell', {
    Application: text(application),
    'Broker-IP': formatAddress(brokerIp),
    Host: host && formatAddress(host),
  });
  return { language: 'SLA', version: '0.1', action: 'Tell', application, brokerIp, host, headers };
}

/** A user's search for an application. */
export function slaAsk({ application }: { application: string }): SlaAsk {
  const headers = written('SLA', 'Ask', { Application: text(application) });
  return { language: 'SLA', version: '0.1', action: 'Ask', application, headers };
}

/** A node's registration of an application. */
export function resourceTell(said: {
  application: string;
  host: Address;
  poll?: Address | undefined;
  cpuLoad?: number | undefined;
  date?: number | undefined;
}): ResourceTell {
  const { application, host, poll, cpuLoad, date } = said;
  const headers = written('RESOURCE', 'Tell', {
    Application: text(application),
    Host: formatAddress(host),
    Poll: poll && formatAddress(poll),
    'CPU-Load': load(cpuLoad),
    Date: number(date),
  });
  return {
    language: 'RESOURCE',
    version: '0.1',
    action: 'Tell',
    application,
    host,
    poll,
    cpuLoad,
    date,
    headers,
  };
}

/** A broker's search for a node: one that is loaded less than `cpuLoad` and told so later than `date`. */
export function resourceAsk(said: {
  application: string;
  cpuLoad?: number | undefined;
  date?: number | undefined;
}): ResourceAsk {
  const { application, cpuLoad, date } = said;
  const headers = written('RESOURCE', 'Ask', {
    Application: text(application),
    'CPU-Load': load(cpuLoad),
    Date: number(date),
  });
  return { language: 'RESOURCE', version: '0.1', action: 'Ask', application, cpuLoad, date, headers };
}

/** The Tell as the broker itself answers it: with where to take the work. */
export function withHost(tell: SlaTell, host: Address): SlaTell {
  return { ...tell, host, headers: replaced(tell, { Host: formatAddress(host) }) };
}

/** The registration with a newer load and the moment at which it was taken. */
export function withLoad(
  registration: ResourceTell,
  cpuLoad: number | undefined,
  date: number | undefined,
): ResourceTell {
  const headers = replaced(registration, { 'CPU-Load': load(cpuLoad), Date: number(date) });
  return { ...registration, cpuLoad, date, headers };
}

type Written = Partial<Record<TermName, string | undefined>>;

function written(language: Language, action: Action, said: Written): readonly Header[] {
  const all: Written = { [`${language}-version`]: '0.1', Action: action, ...said };
  return printed[language].flatMap((name) => {
    const value = all[name];
    return value === undefined ? [] : [{ name, value }];
  });
}

/** The headers with these values: each where it stood, a new one at the end. */
function replaced(document: SlaTell | ResourceTell, said: Written): readonly Header[] {
  const left = new Map(Object.entries(said).filter((entry) => entry[1] !== undefined));
  const headers = document.headers.map((header) => {
    const known = knownName(document.language, header.name) ?? '';
    const value = left.get(known);
    if (value === undefined) return header;
    left.delete(known);
    return { name: header.name, value };
  });
  return [...headers, ...Array.from(left, ([name, value = '']) => ({ name, value }))];
}

function text(application: string): string {
  if (/^[ \t]|[ \t]$|^$|[^\P{Cc}\t]/u.test(application) || !application.isWellFormed()) {
    throw new TypeError(`${JSON.stringify(application)} is no text that a header can hold`);
  }
  return application;
}

function load(value: number | undefined): string | undefined {
  if (value !== undefined && value < 0) throw new TypeError(`${value} is below zero, and no load`);
  return number(value);
}

function number(value: number | undefined): string | undefined {
  if (value !== undefined && !Number.isFinite(value))
    throw new TypeError(`${value} cannot stand in a header`);
  return value === undefined ? undefined : String(value);
}
