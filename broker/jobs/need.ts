import {
  diagnosticSentence,
  document1Of,
  type Header,
  type Party,
  readAnyDocuments,
  rowOf,
  stringText,
} from '../../grammar/index.ts';
import { sha256 } from '../../platform/digest.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** What an Ask takes of an amount: at least `from`, and of a node that has more up to `upTo`. */
interface Take {
  /** In small letters, such as `cpus`. */
  readonly name: string;
  readonly from: number;
  readonly upTo: number;
}

/** What tasks need of a node. Two needs of one key fit the same nodes. */
export interface Need {
  readonly key: string;
  readonly owner: string;
  /** The resources of which one is to run it; any where none is named. */
  readonly resources: readonly string[] | undefined;
  /** The one agent that may run it, where a reservation is kept by that. */
  readonly agent?: string | undefined;
  /** The Id of the agreement under which it runs, in what that has reserved; any other runs in what nobody holds. */
  readonly agreement?: string | undefined;
  /** Resources that refused it. */
  readonly not: readonly string[];
  readonly application: string;
  /** As it was sent. What it says of nodes is read anew (`partyOf`), for that takes much memory, and most needs wait. */
  readonly ask: string | null;
  /** Of cpus 1 unless the Ask says otherwise. */
  readonly takes: readonly Take[];
  /** How long a task may run, in milliseconds. */
  readonly limitMs: number | null;
}

/** What of a job says where it may run. */
export interface Wanting {
  readonly owner: string;
  readonly application: string;
  /** The text of an Ask of version 1.0. */
  readonly ask: string | null;
  /** Names of resources, as a list in JSON. */
  readonly resources: string | null;
  /** In which reservation it is to run: where that is kept is the one name in `resources`. */
  readonly reservation?: string | null;
  /** Under which agreement it is to run. */
  readonly agreement?: string | null;
}

type Saying = Pick<Wanting, 'owner' | 'application' | 'ask'>;

/** Under these names an Ask says about itself what says nothing of what it needs. */
const aboutItself = (name: string) => rowOf(name)?.kind === 'envelope' && name !== 'Critical';

/** Says who asks; the broker knows better. */
const ownerNames = new Set(['owner', 'my.owner']);

/**
 * Reads what a job needs. Its node must offer the application, and is told the owner by the broker.
 *
 * @throws Refusal `job-refused` where the Ask cannot be read or wants what a task cannot have
 */
export function needOf(wanting: Wanting): Need {
  const { owner, application, ask, resources, reservation = null, agreement = null } = wanting;
  const said = headersOf(ask);
  const party = partyOf(wanting, said);
  if (party.count > 1)
    throw refused('its Ask says Count, but each task has one slot; say how many tasks there are');
  const needed = party.needs.map(({ name, from, upTo }) =>
    name === oneCpu.name && from === 1 && upTo === 1 ? oneCpu : { name, from, upTo },
  );
  const takes = needed.some(({ name }) => name === oneCpu.name) ? needed : [...needed, oneCpu];
  const names = resources === null ? undefined : (JSON.parse(resources) as string[]);
  return {
    key: keyOf([
      ...[owner, application, resources, reservation !== null, ...(agreement === null ? [] : [agreement])],
      said.map(({ name, value }) => [name, value]),
    ]),
    owner,
    resources: names,
    agent: reservation === null ? undefined : names?.[0],
    ...(agreement === null ? {} : { agreement }),
    not: nobody,
    application,
    ask,
    takes,
    limitMs: party.walltime === undefined ? null : Math.ceil(party.walltime * 1000),
  };
}

/** What most tasks take; many needs wait, and share it. */
const oneCpu: Take = { name: 'cpus', from: 1, upTo: 1 };
const nobody: readonly string[] = [];

/** Short, for many needs wait; long enough that nobody finds two that have one. */
const keyBytes = 18;

function keyOf(said: readonly unknown[]): string {
  return Buffer.from(sha256(JSON.stringify(said)), 'hex').toString('base64url', 0, keyBytes);
}

/** What jobs need, read once for those that say the same one after another. */
export class NeedReader {
  readonly #most: number;
  /** In the order in which they were read. */
  readonly #read = new Map<string, Need>();

  /** Keeps at most `most` needs. */
  constructor(most: number) {
    this.#most = most;
  }

  /** As `needOf`. */
  of(wanting: Wanting): Need {
    const { owner, application, ask, resources, reservation = null, agreement = null } = wanting;
    const key = JSON.stringify([owner, application, ask, resources, reservation !== null, agreement]);
    const need = this.#read.get(key) ?? needOf(wanting);
    this.#read.set(key, need);
    const [oldest] = this.#read.keys();
    if (this.#read.size > this.#most && oldest !== undefined) this.#read.delete(oldest);
    return need;
  }
}

/** The same need, of any node but those that refused it. */
export function needBut(need: Need, not: readonly string[]): Need {
  if (not.length === 0) return need;
  return { ...need, not, key: `${need.key} not ${JSON.stringify(not.toSorted())}` };
}

/** What an Ask says of its tasks, and of what they cost; nothing where there is none. Throws a Refusal `job-refused`. */
export function headersOf(ask: string | null): readonly Header[] {
  if (ask === null) return [];
  const [reading, ...more] = readAnyDocuments(ask.endsWith('\n') ? ask : `${ask}\n`);
  if (reading === undefined || more.length > 0) throw refused('its Ask is not one document');
  if (!('document' in reading)) {
    const said = 'diagnostics' in reading ? reading.diagnostics.map(diagnosticSentence) : [];
    throw refused(`its Ask cannot be read${said.length > 0 ? `: ${said.join('; ')}` : ' in version 1.0'}`);
  }
  const { document } = reading;
  if (!('envelope' in document)) throw refused('its Ask is not of version 1.0');
  if (document.language !== 'SLA' || document.action !== 'Ask')
    throw refused(`its Ask is a ${document.language} ${document.action}`);
  return document.headers.filter(
    ({ name }) => !aboutItself(name) && !ownerNames.has(name.toLowerCase()) && name !== 'SLA-version',
  );
}

/** What says which nodes fit. */
export function partyOf({ owner, application, ask }: Saying, said = headersOf(ask)): Party {
  try {
    const { party } = document1Of([
      { name: 'SLA-version', value: '1.0' },
      { name: 'Action', value: 'Ask' },
      { name: 'Application', value: JSON.stringify(application) },
      { name: 'Owner', value: stringText(owner) },
      ...said,
    ]);
    if (party !== undefined) return party;
    throw new TypeError('it is no Ask');
  } catch (error) {
    if (error instanceof TypeError) throw refused(`what it needs cannot be said in an Ask: ${error.message}`);
    throw error;
  }
}

function refused(detail: string): Refusal {
  return new Refusal(failure('job-refused', detail));
}
