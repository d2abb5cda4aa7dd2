/** A header as it was written: the value without the blanks around it, its lines joined by one blank. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** Where something listens. */
export interface Address {
  /** Four numbers, IPv6 without its brackets, or a host name. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

export type Language = 'SLA' | 'RESOURCE';
export type Action = 'Tell' | 'Ask';

/** What every document of version 0.1 has. The headers are the document; the fields beside them are their values. */
interface Common<L extends Language, A extends Action> {
  readonly language: L;
  readonly version: '0.1';
  readonly action: A;
  readonly application: string;
  /** All headers as they came, the version first; unknown ones too. */
  readonly headers: readonly Header[];
}

/** A broker offers an application. It is known by (application, brokerIp). */
export interface SlaTell extends Common<'SLA', 'Tell'> {
  readonly brokerIp: Address;
  /** Where to take the work; only the broker's own reply says it. */
  readonly host: Address | undefined;
}

/** A user looks for an application. */
export interface SlaAsk extends Common<'SLA', 'Ask'> {}

/** A node registers an application. It is known by (application, host). */
export interface ResourceTell extends Common<'RESOURCE', 'Tell'> {
  readonly host: Address;
  /** Where its load is asked for. */
  readonly poll: Address | undefined;
  readonly cpuLoad: number | undefined;
  /** Seconds, by the node's count; only compared. */
  readonly date: number | undefined;
}

/** A broker looks for a node. */
export interface ResourceAsk extends Common<'RESOURCE', 'Ask'> {
  /** The load must be less than this. */
  readonly cpuLoad: number | undefined;
  /** The date must be later than this. */
  readonly date: number | undefined;
}

export type Document = SlaTell | SlaAsk | ResourceTell | ResourceAsk;
