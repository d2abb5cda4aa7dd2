import {
  type Address,
  type Document1,
  formatAddress,
  readLiteral,
  type SlaTell,
  slaTell,
} from '../grammar/index.ts';
import type { Announced, Change } from './announcer.ts';
import { changeOfLeft, type LeftRules } from './left.ts';
import type { Node } from './node.ts';
import { nodeTell } from './node-tell.ts';
import { changeOfPrices } from './priced.ts';

/** An application that is told in version 0.1. */
export class OldApplication implements Announced<SlaTell> {
  readonly name: string;
  readonly isTakenBack = false;
  readonly #brokerIp: Address;

  constructor(application: string, brokerIp: Address) {
    this.name = application;
    this.#brokerIp = brokerIp;
  }

  document(): SlaTell {
    return slaTell({ application: this.name, brokerIp: this.#brokerIp });
  }

  changeSince(): Change {
    return 'none';
  }
}

/** What of a node's changes is worth a new Tell, and how long Tells live. */
export interface NodeTellRules extends LeftRules {
  /** Load that changed by less, in hundredths, is not told. */
  readonly loadStep: number;
  /** Disk that changed by less, in hundredths of what was told, is not told. */
  readonly diskStep: number;
  /** A rate that changed by less, in hundredths of what was told, is not told. */
  readonly priceStep: number;
  readonly lifeMs: number;
}

/** A node, which is told in version 1.0. */
export class AnnouncedNode implements Announced<Document1> {
  readonly name: string;
  readonly isTakenBack = true;
  readonly #node: Node;
  readonly #broker: string;
  readonly #rules: NodeTellRules;

  constructor(node: Node, brokerIp: Address, rules: NodeTellRules) {
    // A line end stands in no name of an application.
    this.name = `node\n${node.name}`;
    this.#node = node;
    this.#broker = formatAddress(brokerIp);
    this.#rules = rules;
  }

  document(seq: number): Document1 {
    return nodeTell(this.#node, this.#broker, { seq, lifeMs: this.#rules.lifeMs });
  }

  changeSince(told: Announced<unknown>): Change {
    if (!(told instanceof AnnouncedNode) || lastingText(this.#node) !== lastingText(told.#node))
      return 'great';
    const left = changeOfLeft(this.#node.left, told.#node.left, this.#node.says, this.#rules);
    if (left === 'great') return left;
    const price = changeOfPrices(this.#node.prices, told.#node.prices, this.#rules.priceStep);
    if (price !== 'none') return price;
    return left === 'none' ? this.#changeOfPolled(told) : left;
  }

  #changeOfPolled(told: AnnouncedNode): Change {
    const { loadStep, diskStep } = this.#rules;
    const [load, loadTold] = [this.#node.load ?? 0, told.#node.load ?? 0];
    if (load !== loadTold && Math.abs(load - loadTold) * 100 >= loadStep) return 'small';
    if (this.#node.disk === told.#node.disk) return 'none';
    const [disk, diskTold] = [bytesOf(this.#node), bytesOf(told.#node)];
    return Math.abs(disk - diskTold) * 100 >= diskStep * diskTold ? 'small' : 'none';
  }
}

/** All but how much Load and Disk it says. */
function lastingText({ saysText, serves, load, disk, keepsTime }: Node): string {
  const applications = serves.map(({ application }) => application).sort();
  return [
    saysText,
    ...new Set(applications),
    load === undefined,
    disk === undefined,
    keepsTime === true,
  ].join('\n');
}

/** Its Disk as a number. */
function bytesOf({ disk = '0 B' }: Node): number {
  const value = readLiteral(disk);
  return value?.kind === 'quantity' ? value.value : 0;
}
