import { join } from 'node:path';
import { Broker, brokerDoors, Work } from '../../broker/index.ts';
import { DocumentClient, InfogatherClient, type ServiceAddress, showing } from '../../client/index.ts';
import { formatAddress, parseAddress } from '../../grammar/index.ts';
import { Infogather, infogatherDoors } from '../../infogather/index.ts';
import { Market, marketDoors } from '../../market/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Admission, Door, Listen } from '../../platform/doors/door.ts';
import { type AnySocketRoute, createHttpDoor } from '../../platform/doors/http.ts';
import { inProcess } from '../../platform/doors/in-process.ts';
import { Reading } from '../../platform/doors/reading.ts';
import { createHousekeeping, type Sweeper } from '../../platform/housekeeping.ts';
import { type KeyPair, keyPairIn } from '../../platform/identity/key-pair.ts';
import { Paces } from '../../platform/identity/paces.ts';
import { group, type Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { siblingFile } from '../../platform/sibling.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Config } from '../settings.ts';
import { makeDataFolder } from './data-folder.ts';
import { descriptionRoutes } from './description.ts';
import type { HouseEgress } from './egress.ts';
import { houseEntrance, trustsOf } from './entrance.ts';
import { checkFree, type Place } from './free-ports.ts';
import { doorLimits, storeLimits } from './limits.ts';
import { createPollLine } from './poll-line.ts';
import { createTextDoors } from './text-doors.ts';
import { createSecureDoor, type SecureDoor } from './tls.ts';

export type ServiceName = 'market' | 'broker' | 'infogather';

/** Where the services of a house listen. */
export interface ServiceAddresses {
  readonly http: string;
  /** For other machines, where there is a door for them. */
  readonly https?: string | undefined;
  readonly text: Readonly<Partial<Record<ServiceName, string>>>;
}

export interface ServicesParts {
  readonly config: Config;
  readonly names: readonly ServiceName[];
  /** The folder that holds a database for each service. */
  readonly folder: string;
  readonly httpPort: number;
  /** Who comes in where nobody can say who they are, and, as guests, where they can. */
  readonly admission: { readonly owner: Admission; readonly guests: Admission };
  readonly egress: HouseEgress;
  readonly clock: Clock;
  readonly log: Log;
}

/** When housekeeping comes, as a cron pattern. */
const everyMinute = '* * * * *';

/** One service as this house runs it. */
interface Room {
  readonly part: Part;
  readonly doors: ReturnType<typeof marketDoors | typeof brokerDoors | typeof infogatherDoors>;
  readonly sweepers: readonly Sweeper[];
}

/** Services that share a process: each with its own store and text door, all behind one HTTP door. */
export class Services implements Part {
  readonly #parts: ServicesParts;
  readonly #running = new AsyncDisposableStack();
  readonly #textDoors = new Map<ServiceName, Door>();
  #http: Door | undefined;
  #https: SecureDoor | undefined;
  #work: Work | undefined;
  /** How services of this house call each other. */
  #within: ServiceAddress['fetch'] = () => Promise.reject(new Error('the house is not open yet'));
  #stopping: Promise<void> | undefined;

  constructor(parts: ServicesParts) {
    this.#parts = parts;
  }

  get addresses(): ServiceAddresses {
    const text = [...this.#textDoors].map(([name, door]) => [name, addressOf(door)] as const);
    return {
      http: `http://${addressOf(this.#http)}`,
      ...(this.#https === undefined ? {} : { https: this.#https.url() }),
      text: Object.fromEntries(text),
    };
  }

  /** What the broker of this house lends and runs, where it has one. */
  get work(): Work | undefined {
    return this.#work;
  }

  /** Opens the stores, then the services over them, then the doors; last the broker, which calls the others. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#running.disposeAsync();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #open(): Promise<void> {
    const { config, names, clock, log, admission } = this.#parts;
    const httpPlace = placeOf('http', this.#parts.httpPort);
    await checkFree([...names.map((name) => this.#textPlace(name)), httpPlace]);
    const paces = new Paces(config.doors, clock);
    if (names.includes('broker')) this.#work = await this.#openWork(paces);
    const trusts = trustsOf(config, names, this.#work);
    const rooms = new Map<ServiceName, Room>();
    for (const name of names) rooms.set(name, await this.#furnish(name, trusts));
    // The broker calls the other two, so it starts when those have started.
    for (const [name, { part }] of rooms) if (name !== 'broker') await this.#run(part);
    const reading = new Reading();
    for (const [name, { doors }] of rooms) {
      const place = this.#textPlace(name);
      const serves = config.doors['local-users'] === 'all' ? admission.guests : admission.owner;
      const door = createTextDoors({
        config,
        place,
        admission: serves,
        conversation: doors.text,
        reading,
        log,
      });
      await this.#run(door.here);
      this.#textDoors.set(name, door.here);
      if (door.elsewhere !== undefined) await this.#run(door.elsewhere);
    }
    const all = [...rooms.values()];
    const shared = {
      routes: [...all.flatMap(({ doors }) => doors.routes), descriptionRoutes(names)],
      sockets: all.flatMap(({ doors }): readonly AnySocketRoute[] => doors.sockets),
      reading,
    };
    const entrance = houseEntrance({ trusts, work: this.#work, paces, clock });
    if (entrance !== undefined) this.#running.defer(() => entrance.stop());
    const identify = entrance?.identify;
    this.#within = inProcess({
      routes: shared.routes,
      sender: { address: '127.0.0.1', uid: process.getuid?.() },
      identify,
      answerBytes: config.egress['answer-bytes'],
      log,
    });
    this.#http = createHttpDoor({
      ...httpPlace,
      limits: doorLimits(config),
      admission: identify === undefined ? admission.owner : admission.guests,
      identify,
      log: log.child({ door: httpPlace.name }),
      ...shared,
    });
    await this.#run(this.#http);
    const { listen } = config.doors;
    if (listen !== undefined && identify !== undefined) {
      this.#https = await createSecureDoor({ config, listen, identify, log, ...shared });
      await this.#run(this.#https.door);
    }
    const broker = rooms.get('broker');
    if (broker !== undefined) await this.#run(broker.part);
    const sweepers = all.flatMap((room) => room.sweepers);
    if (this.#https !== undefined) sweepers.push(this.#https.sweeper);
    await this.#run(createHousekeeping({ sweepers, schedule: everyMinute, clock, log }));
  }

  #textPlace(name: ServiceName): Place {
    return placeOf(`${name} text`, this.#parts.config.doors[`${name}-port`]);
  }

  async #run(part: Part): Promise<void> {
    this.#running.defer(() => part.stop());
    await part.start();
  }

  async #furnish(name: ServiceName, trusts: ReturnType<typeof trustsOf>): Promise<Room> {
    const { config, clock, egress } = this.#parts;
    const log = this.#parts.log.child({ service: name });
    const limits = { answerBytes: config.doors['answer-bytes'] };
    switch (name) {
      case 'market': {
        const store = await this.#openStore(name, siblingFile(import.meta.url, '../../market/migrations/'));
        const market = new Market({ config: config.market, store, clock, log });
        return {
          part: market,
          doors: marketDoors(market, limits),
          sweepers: [{ name, sweep: (now) => market.sweep(now) }],
        };
      }
      case 'infogather': {
        const store = await this.#openStore(
          name,
          siblingFile(import.meta.url, '../../infogather/migrations/'),
        );
        const line = createPollLine(egress, config.infogather);
        const infogather = new Infogather({ config: config.infogather, store, line, clock, log });
        const sweepers = [{ name, sweep: (now: number) => infogather.sweep(now) }];
        const keys = await this.#gatheringKeys();
        log.info('infogather proves itself to agents by its key', { key: keys.publicKey });
        const agents = {
          config: config.infogather,
          keys,
          trust: trusts.get(name)!,
          ...{ clock, log },
        };
        return { part: infogather, doors: infogatherDoors(infogather, limits, agents), sweepers };
      }
      case 'broker': {
        const work = this.#work!;
        const broker = new Broker({
          config: config.broker,
          market: new DocumentClient(this.#addressOf('market', work), '/market'),
          infogather: new InfogatherClient(this.#addressOf('infogather', work)),
          address: () =>
            parseAddress(config.doors['broker-address'] ?? '') ?? listeningAt(this.#textDoors.get('broker')),
          lentBy: (key) => work.lent(key),
          deals: work.deals,
          clock,
          log,
        });
        return {
          part: group([work, broker], log),
          doors: brokerDoors(broker, limits, work),
          sweepers: work.sweepers,
        };
      }
    }
  }

  /** Where the broker finds another service: in this house where it runs here, else where the configuration says. */
  #addressOf(audience: 'market' | 'infogather', { jwts }: Work): ServiceAddress {
    const { names, config, egress } = this.#parts;
    const url = () => `http://${addressOf(this.#http)}`;
    if (names.includes(audience))
      return {
        get url() {
          return url();
        },
        fetch: (input, init) => this.#within(input, init),
      };
    const at = config.client[`${audience}-url`];
    // On this machine the system says who calls.
    const shown = at.startsWith('https:') ? () => jwts.own({ audience, at }).jwt : () => undefined;
    return showing({ url: at, fetch: egress.request }, async () => shown());
  }

  /** The work of the broker, which knows by what key others know it. */
  async #openWork(paces: Paces): Promise<Work> {
    const { config, folder, clock } = this.#parts;
    const log = this.#parts.log.child({ service: 'broker' });
    const store = await this.#openStore('broker', siblingFile(import.meta.url, '../../broker/migrations/'));
    const isHere = this.#parts.names.includes('infogather');
    const gatheringKey = isHere ? (await this.#gatheringKeys()).publicKey : undefined;
    return Work.open({ config: config.broker, store, folder, gatheringKey, paces, clock, log });
  }

  /** By which infogather proves itself to agents. */
  async #gatheringKeys(): Promise<KeyPair> {
    await makeDataFolder(this.#parts.folder);
    return keyPairIn(join(this.#parts.folder, 'infogather-key'));
  }

  async #openStore(name: ServiceName, migrations: URL): Promise<Store> {
    const { config, folder, log } = this.#parts;
    await makeDataFolder(folder);
    const store = await openSqliteStore({
      file: join(folder, `${name}.db`),
      migrations,
      log: log.child({ service: name }),
      limits: storeLimits(config),
    });
    this.#running.defer(() => store.close());
    return store;
  }
}

function placeOf(name: string, port: number): Place {
  return { name, listen: { host: '127.0.0.1', port } };
}

function listeningAt(door: Door | undefined): Listen {
  if (door === undefined) throw new Error('this door is not open');
  return door.listening;
}

function addressOf(door: Door | undefined): string {
  return formatAddress(listeningAt(door));
}
