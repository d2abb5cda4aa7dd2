import { DocumentReader } from '../../grammar/index.ts';
import { documentsOf, type PollLine } from '../../infogather/index.ts';
import { readToEnd } from '../../platform/egress/read-to-end.ts';
import type { Config } from '../settings.ts';
import type { HouseEgress } from './egress.ts';

/** Polls through egress: connects, reads to the end of input, within bounds of time and size. */
export function createPollLine(egress: HouseEgress, config: Config['infogather']): PollLine {
  const reader = new DocumentReader();
  const timeoutMs = config['poll-timeout'];
  return {
    permits: (address, tellers) => egress.permits('a poll', address, tellers),
    async poll(address, tellers, signal): ReturnType<PollLine['poll']> {
      const begun = performance.now();
      const socket = await egress.connect('a poll', address, { timeoutMs, signal, also: tellers });
      try {
        const left = Math.max(1, timeoutMs - (performance.now() - begun));
        const bytes = await readToEnd(socket, { maxBytes: config['poll-bytes'], timeoutMs: left, signal });
        return documentsOf(bytes, reader);
      } finally {
        socket.destroy();
      }
    },
  };
}
