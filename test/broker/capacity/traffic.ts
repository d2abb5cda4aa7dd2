import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Capacity } from '../../../broker/capacity/capacity.ts';
import { type CapacityHouse, capacityHouse } from '../../../broker/capacity/house.ts';
import { tasksAtOnce } from '../../../broker/capacity/timeline.ts';
import type { Node } from '../../../broker/jobs/agent-node.ts';
import { Fleet } from '../../../broker/jobs/fleet.ts';
import { type Need, needOf } from '../../../broker/jobs/need.ts';
import { localOwner } from '../../../broker/jobs/owner.ts';
import { leastBusy } from '../../../broker/jobs/placement.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Sql } from '../../../platform/store/store.ts';
import { ManualClock } from '../../support/clock.ts';
import type { ServiceStore } from '../../support/service-store.ts';
import { askOf, factsOf } from '../jobs/support.ts';
import { insertDeal } from './given.ts';
import { type Step, secondMs } from './steps.ts';

const marginMs = 2 * secondMs;
const sizes = [4, 6];

interface Task {
  readonly name: string;
  readonly node: Node;
  readonly cpus: number;
  readonly agreement: string | undefined;
  /** Once it runs. */
  endsBy: number | undefined;
}

/** Nodes, what is held of them, and what they have in their hands. */
export class World {
  readonly clock = new ManualClock();
  readonly room: CapacityHouse;
  readonly #fleet: Fleet;
  readonly #service: ServiceStore;
  readonly #deals: { readonly deal: number; cpus: number; isAccepted: boolean }[] = [];
  readonly #tasks: Task[] = [];
  #made = 0;

  constructor(service: ServiceStore) {
    this.#service = service;
    const now = () => this.clock.now();
    this.room = capacityHouse({
      config: { 'agent-silence': 1e9, 'start-slack': marginMs / 2, grace: marginMs / 2 },
      dispatch: () => ({ nodes: this.#fleet, claimsChanged() {} }),
      tell: () => () => {},
      tellBackEnd() {},
      ...{ store: service.store, clock: this.clock, log: silentLog },
    });
    const { claims } = this.room;
    const rules = {
      strategy: leastBusy,
      mayUse: () => true,
      patienceMs: 1e9,
      marginMs,
      changed() {},
      claims,
      now,
    };
    this.#fleet = new Fleet(rules);
    for (const [index, size] of sizes.entries()) {
      const node = this.#fleet.attach({ resource: `n${index}`, owner: localOwner }, { send() {} });
      const says = { Application: 'app', Cpus: String(size) };
      this.#fleet.learn(node, factsOf({ says, mostTasks: size, mostHeld: index }), now());
      node.isKnown = true;
    }
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'offer':
        return this.#offer(step);
      case 'accept':
      case 'letGo':
      case 'undone':
        return this.#move(step.kind, step.at);
      case 'amend':
        return this.#amend(step);
      case 'job':
        return this.#place(this.#need(step.cpus, step.limitMs, undefined));
      case 'work': {
        const accepted = this.#deals.filter((one) => one.isAccepted && this.#hasBegun(one.deal));
        const one = accepted[step.at % Math.max(1, accepted.length)];
        for (let time = 0; one !== undefined && time < step.times; time += 1)
          this.#place(this.#need(one.cpus, step.limitMs, `agr${one.deal}`));
        return;
      }
      case 'start':
        for (const task of this.#tasks.slice(step.at % 3)) this.#start(task);
        return;
      case 'end':
        return this.#end(this.#tasks[step.at % Math.max(1, this.#tasks.length)]);
      case 'pass':
        await this.clock.advance(step.ms);
        for (const task of [...this.#tasks])
          if (task.endsBy !== undefined && task.endsBy <= this.clock.now()) this.#end(task);
    }
  }

  /** At each moment from now on, what is held, reserved and runs is no more than each node has. */
  check(): void {
    const now = this.clock.now();
    for (const [index, size] of sizes.entries()) {
      const agent = `n${index}`;
      const claims = this.room.claims.of(agent);
      const running = this.#tasks.filter(
        ({ node, endsBy }) => node.resource === agent && endsBy !== undefined,
      );
      const inside = new Map(
        claims.flatMap((claim) =>
          running
            .filter((task) => claim.agreement !== undefined && task.agreement === claim.agreement)
            .filter(({ cpus }) => cpus <= (claim.amounts.get('cpus') ?? 0))
            .slice(0, claim.slots)
            .map((task) => [task, claim] as const),
        ),
      );
      const isBeside = (task: Task, moment: number) => (inside.get(task)?.until ?? 0) <= moment;
      const moments = [now, ...claims.flatMap(({ from, until }) => [from, until])];
      for (const moment of moments.filter((one) => one >= now)) {
        const promised = claims.filter(({ from, until }) => from <= moment && moment < until);
        const besides = running.filter((task) => isBeside(task, moment) && (task.endsBy ?? 0) > moment);
        const taken = (name: string) =>
          promised.reduce((sum, { span }) => sum + (span.amounts.get(name) ?? 0), 0);
        const ofTasks = besides.reduce((sum, { cpus }) => sum + cpus, 0);
        expect(taken('cpus') + ofTasks, `cpus of ${agent}`).to.be.at.most(size);
        expect(taken(tasksAtOnce) + besides.length, `tasks of ${agent}`).to.be.at.most(size);
      }
    }
  }

  /** What memory says is what the table says. */
  async checkStore(): Promise<void> {
    const rows = await this.#service.store.read((sql) =>
      sql.all('SELECT deal, agent, slots, from_at, until_at, agreement FROM holds ORDER BY deal, agent'),
    );
    const claims = sizes.flatMap((_, index) => this.room.claims.of(`n${index}`));
    const said = claims.map(({ deal, agent, slots, from, until, agreement }) => ({
      ...{ deal, agent, slots, from_at: from, until_at: until, agreement: agreement ?? null },
    }));
    const order = (a: { deal: unknown; agent: unknown }, b: { deal: unknown; agent: unknown }) =>
      Number(a.deal) - Number(b.deal) || String(a.agent).localeCompare(String(b.agent));
    expect(said.sort(order)).to.deep.equal(rows);
  }

  async #write<T>(verb: (sql: Sql, capacity: Capacity) => T): Promise<T | undefined> {
    const done = await this.#service.store
      .write((sql) => verb(sql, this.room.capacity))
      .catch(() => undefined);
    await turn();
    return done;
  }

  async #offer({ slots, cpus, inMs, lengthMs }: Extract<Step, { kind: 'offer' }>): Promise<void> {
    const amounts = new Map([['cpus', cpus]]);
    const nodes = sizes.map((_, index) => `n${index}`);
    const wanted = { nodes, amounts, slots, notBefore: this.clock.now() + inMs, lengthMs };
    const deal = await this.#write((sql, capacity) => {
      const planned = capacity.plan(sql, wanted);
      if (planned === undefined) return undefined;
      const made = insertDeal(sql, localOwner, planned.start, planned.start + lengthMs);
      capacity.hold(sql, made, planned, amounts, planned.start + lengthMs);
      return made;
    });
    if (deal !== undefined) this.#deals.push({ deal, cpus, isAccepted: false });
  }

  async #move(kind: 'accept' | 'letGo' | 'undone', which: number): Promise<void> {
    const place = which % Math.max(1, this.#deals.length);
    const one = this.#deals[place];
    if (one === undefined) return;
    if (kind === 'accept') {
      await this.#write((sql, capacity) => capacity.reserve(sql, one.deal, `agr${one.deal}`));
      one.isAccepted = true;
    } else if (kind === 'letGo') {
      await this.#write((sql, capacity) => capacity.letGo(sql, one.deal));
      this.#deals.splice(place, 1);
    } else
      await this.#write((sql, capacity) => {
        capacity.letGo(sql, one.deal);
        throw new Error('undone');
      });
  }

  /** What an agreement has becomes otherwise, on the nodes where it has it, from now on. */
  async #amend({ at: which, slots, cpus, lengthMs }: Extract<Step, { kind: 'amend' }>): Promise<void> {
    const accepted = this.#deals.filter((one) => one.isAccepted && this.#hasBegun(one.deal));
    const one = accepted[which % Math.max(1, accepted.length)];
    if (one === undefined) return;
    const amounts = new Map([['cpus', cpus]]);
    const notBefore = this.clock.now();
    const isHeld = await this.#write((sql, capacity) => {
      const nodes = this.room.claims.agentsOf(one.deal);
      const planned = capacity.plan(sql, { nodes, amounts, slots, notBefore, lengthMs, instead: one.deal });
      if (planned?.start !== notBefore) return false;
      capacity.hold(sql, one.deal, planned, amounts, notBefore + lengthMs);
      return true;
    });
    if (isHeld === true) one.cpus = cpus;
  }

  #hasBegun(deal: number): boolean {
    const now = this.clock.now();
    return this.room.claims.ofDeal(deal).some(({ from, until }) => from <= now && now < until);
  }

  #need(cpus: number, limitMs: number | null, agreement: string | undefined): Need {
    const walltime = limitMs === null ? [] : [`Walltime: ${limitMs} ms`];
    const ask = askOf(`Cpus: ${cpus}`, ...walltime);
    return needOf({
      owner: localOwner,
      application: 'app',
      ask,
      resources: null,
      agreement: agreement ?? null,
    });
  }

  #place(need: Need): void {
    const place = this.#fleet.place(need, this.clock.now());
    if (place === undefined) return;
    this.#made += 1;
    const name = `t${this.#made}`;
    const cpus = place.amounts.get('cpus') ?? 0;
    place.node.occupancy.put(name, place.amounts, 'held', need);
    this.#tasks.push({ name, node: place.node, cpus, agreement: need.agreement, endsBy: undefined });
  }

  #start(task: Task | undefined): void {
    if (task === undefined || task.endsBy !== undefined) return;
    const { name, node } = task;
    const now = this.clock.now();
    const mayBegin = this.#fleet.mayBegin(node, name, now);
    if (!mayBegin) this.#end(task);
    if (!mayBegin || !node.occupancy.run(name)) return;
    const limitMs = node.occupancy.get(name)?.limitMs ?? null;
    task.endsBy = limitMs === null ? Number.POSITIVE_INFINITY : now + limitMs + marginMs;
    if (limitMs !== null) node.ends.set(name, task.endsBy);
  }

  #end(task: Task | undefined): void {
    if (task === undefined) return;
    task.node.occupancy.remove(task.name);
    task.node.ends.delete(task.name);
    this.#tasks.splice(this.#tasks.indexOf(task), 1);
  }
}
