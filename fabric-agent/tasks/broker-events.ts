import type { BrokerMessage } from '../../protocol/agent/messages.ts';
import type { AttemptEvent } from './attempt.ts';

/** What a word of the broker is to the attempt that it is about. */
export function eventOf(
  message: Exclude<BrokerMessage, { type: 'assign' | 'answer' | 'drain' | 'read' | 'why' }>,
): AttemptEvent {
  switch (message.type) {
    case 'start':
      return { type: 'granted', latestStartMs: message.latestStartMs, leaseMs: message.leaseMs };
    case 'drop':
      return { type: 'dropped' };
    case 'cancel':
      return { type: 'cancelled', graceMs: message.graceMs };
    case 'forget':
      return { type: 'forgotten' };
  }
}
