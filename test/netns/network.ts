import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** At which the house listens, whichever node asks; its certificate in `fixtures/` is for it. */
export const houseAddress = '10.199.0.1';

/** Addresses of the wire and of one at its end, by the number of the link. */
const wireEnd = (link: number) => `10.199.${link}.1`;
const farEnd = (link: number) => `10.199.${link}.2`;

/**
 * Machines as network namespaces of their own: the house and the nodes, each with a link to a router, the wire, in a namespace
 * too. Nothing of it reaches any other network, nor the network it. Leaving the scope of `await using` removes it all; what
 * runs in it is to have ended. Only root can make it.
 */
export class Network implements AsyncDisposable {
  readonly #prefix: string;
  readonly #nodes: readonly string[];

  static async open(nodes: readonly string[]): Promise<Network> {
    const network = new Network(`ogm-${process.pid}-`, nodes);
    try {
      await network.#make();
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(prefix: string, nodes: readonly string[]) {
    this.#prefix = prefix;
    this.#nodes = nodes;
  }

  /** The words before a command by which it runs on a machine: `house`, or a node. */
  on(machine: string): readonly string[] {
    return ['ip', 'netns', 'exec', this.#prefix + machine];
  }

  /** Whatever crosses the link of a node is gone, either way: nobody is told, and no connection ends by it. */
  async cut(node: string): Promise<void> {
    await this.#ip('wire', 'route', 'replace', 'blackhole', farEnd(this.#linkOf(node)));
    await this.#forward(node, false);
  }

  async restore(node: string): Promise<void> {
    await this.#forward(node, true);
    await this.#ip('wire', 'route', 'del', 'blackhole', farEnd(this.#linkOf(node)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const machine of ['wire', ...this.#machines]) {
      await run('ip', ['netns', 'del', this.#prefix + machine]).catch(() => {}); // it was not made
    }
  }

  get #machines(): readonly string[] {
    return ['house', ...this.#nodes];
  }

  #linkOf(machine: string): number {
    return 1 + this.#machines.indexOf(machine);
  }

  async #make(): Promise<void> {
    await run('ip', ['netns', 'add', `${this.#prefix}wire`]);
    await this.#ip('wire', 'link', 'set', 'dev', 'lo', 'up');
    for (const machine of this.#machines) {
      const link = this.#linkOf(machine);
      await run('ip', ['netns', 'add', this.#prefix + machine]);
      // Each end in its namespace from the beginning: that of the machine is called `up`, that of the wire by the machine.
      const peer = ['peer', 'name', 'up', 'netns', this.#prefix + machine];
      await this.#ip('wire', 'link', 'add', 'name', machine, 'type', 'veth', ...peer);
      await this.#ip('wire', 'address', 'add', `${wireEnd(link)}/24`, 'dev', machine);
      await this.#ip('wire', 'link', 'set', 'dev', machine, 'up');
      await this.#ip(machine, 'link', 'set', 'dev', 'lo', 'up');
      await this.#ip(machine, 'address', 'add', `${farEnd(link)}/24`, 'dev', 'up');
      await this.#ip(machine, 'link', 'set', 'dev', 'up', 'up');
      await this.#ip(machine, 'route', 'add', 'default', 'via', wireEnd(link));
      await this.#forward(machine, true);
    }
    await this.#ip('house', 'address', 'add', `${houseAddress}/32`, 'dev', 'lo');
    await this.#ip('wire', 'route', 'add', houseAddress, 'via', farEnd(this.#linkOf('house')));
  }

  /** Whether the wire hands on what comes from a machine. */
  async #forward(machine: string, isOn: boolean): Promise<void> {
    const setting = `net.ipv4.conf.${machine}.forwarding=${isOn ? 1 : 0}`;
    const [file = '', ...words] = [...this.on('wire'), 'sysctl', '-qw', setting];
    await run(file, words);
  }

  async #ip(machine: string, ...words: readonly string[]): Promise<void> {
    await run('ip', ['-n', this.#prefix + machine, ...words]);
  }
}
