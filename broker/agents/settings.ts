import { count, duration, size } from '../../platform/config/units.ts';

/** Settings of agents, among those of the broker. */
export const agentSessionSettings = {
  'enrolment-time': duration('1 h', {
    says: 'How long the secret that `ogm resource add` gives may be used.',
  }),
  'most-resources': count(10_000, {
    says: 'How many names of resources one owner may have, with those of resources that were removed.',
    min: 1,
  }),
  'agent-heartbeat': duration('10 s', {
    says: 'How often an agent that has nothing to say says so; well below broker.agent-silence.',
  }),
  'handshake-time': duration('10 s', { says: 'How long an agent may take to prove who it is.' }),
  'reserve-wait': duration('20 s', {
    says: 'How long who asks for a reservation, or lets one go, waits for what the agent says.',
    max: '10 min',
  }),
  'agent-pace': size('4 MiB', {
    says: 'How much one agent may say a second, in the long run; what says more is read no faster. A frame counts for 512 B beside its text, and each message in it for 128 B.',
    min: '16 KiB',
  }),
  'most-unread': count(100_000, {
    says: 'How many messages may wait for one agent; beyond, its session ends, and it begins a new one.',
    min: 1,
  }),
};

/** What of them, and of the settings of jobs, the sessions of agents are given. */
export interface AgentSessionSettings {
  readonly 'enrolment-time': number;
  readonly 'most-resources': number;
  readonly 'agent-heartbeat': number;
  readonly 'agent-silence': number;
  readonly 'handshake-time': number;
  readonly 'reserve-wait': number;
  readonly 'agent-pace': number;
  readonly 'most-unread': number;
}
