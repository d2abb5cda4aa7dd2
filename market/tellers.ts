import type { Sender } from '../platform/doors/door.ts';
import { senderName } from '../platform/doors/sender.ts';

/** By what they are known who tell: one text for each connection, for every Tell that is kept has it. */
export class Tellers {
  readonly #names = new WeakMap<Sender, string>();

  nameOf(sender: Sender): string {
    const known = this.#names.get(sender);
    if (known !== undefined) return known;
    const name = senderName(sender);
    this.#names.set(sender, name);
    return name;
  }
}
