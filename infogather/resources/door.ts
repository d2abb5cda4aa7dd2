import type { Document1 } from '../../grammar/index.ts';
import type { Line } from '../../language-door/receiver.ts';
import { answering, declined, type Reply, written } from '../../language-door/reply.ts';
import type { Sender } from '../../platform/doors/door.ts';
import { senderName } from '../../platform/doors/sender.ts';
import { Refusal } from '../../platform/failure.ts';
import type { InfogatherSettings } from '../settings.ts';
import type { Watches } from '../watches/watches.ts';
import { foundReplies, registeringReply, untoldReply } from './answers.ts';
import type { ResourceAsks } from './asks.ts';
import type { ResourceTells } from './tells.ts';

export interface ResourceDoorParts {
  readonly config: Pick<InfogatherSettings, 'most-answers'>;
  readonly tells: ResourceTells;
  readonly asks: ResourceAsks;
  readonly watches: Watches;
  /** Resolves when every command that was begun before is in memory. */
  readonly settled: () => Promise<unknown>;
}

/** Maps documents of version 1.0 to commands. */
export class ResourceDoor {
  readonly #parts: ResourceDoorParts;

  constructor(parts: ResourceDoorParts) {
    this.#parts = parts;
  }

  async receive(document: Document1, sender: Sender, line: Line | undefined): Promise<readonly Reply[]> {
    const to = answering(document);
    if (document.language !== 'RESOURCE') {
      return [declined(to, 'not-understood', 'SLA-version; send it to the market or a broker')];
    }
    const { tells, watches } = this.#parts;
    const { id = '' } = document.envelope;
    switch (document.action) {
      case 'Tell':
        return [await this.#tell(document, sender)];
      case 'Untell':
        return [untoldReply(await tells.untell(id, sender), to)];
      case 'Ask':
      case 'Why':
        return this.#ask(document);
      case 'Watch': {
        const refused = this.#refusedCount(document);
        return refused === undefined ? watches.watch(document, senderName(sender), line) : [refused];
      }
      case 'Unwatch': {
        const isEnded = watches.unwatch(id, senderName(sender), line);
        return [
          isEnded ? written('Ack', to) : declined(to, 'not-found', 'you have no Watch of this Id here'),
        ];
      }
      default: {
        const said = `Action ${document.action}; infogather takes Tell, Untell, Ask, Why, Watch and Unwatch`;
        return [declined(to, 'not-understood', said)];
      }
    }
  }

  async #tell(tell: Document1, sender: Sender): Promise<Reply> {
    const to = answering(tell);
    try {
      return registeringReply(await this.#parts.tells.tell(tell, sender), to);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'infogather-full')
        return declined(to, 'capacity', error.detail);
      throw error;
    }
  }

  async #ask(ask: Document1): Promise<readonly Reply[]> {
    const { asks, settled } = this.#parts;
    const to = answering(ask);
    if (ask.envelope.cursor !== undefined)
      return [declined(to, 'not-understood', 'Cursor; infogather answers as of now')];
    const refused = this.#refusedCount(ask);
    if (refused !== undefined) return [refused];
    await settled();
    if (ask.action === 'Ask') return foundReplies(await asks.ask(ask), to);
    return [written('Because', to, await asks.why(ask))];
  }

  #refusedCount(ask: Document1): Reply | undefined {
    const most = this.#parts.config['most-answers'];
    if ((ask.party?.count ?? 1) <= most) return undefined;
    return declined(answering(ask), 'policy', `Count; infogather finds at most ${most} slots at once`);
  }
}
