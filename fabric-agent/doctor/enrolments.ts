import { isLoopback } from '../../platform/identity/address.ts';
import type { Enrolled } from '../tasks/enrolment.ts';
import type { BrokerLine } from '../tasks/index.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** What came of calling one broker: that it answered with an HTTP status, or why it did not. */
export type Reached = { readonly status: number } | { readonly failed: string };

/** Any path of a broker does: what is not allowed is answered too. */
const anyPath = '/broker/v1/resources';

/** Calls a broker by its address, over TLS where it is `https:`, with its certificate verified. */
export async function reach(url: string, fetch: BrokerLine['fetch']): Promise<Reached> {
  try {
    const answer = await fetch(new URL(anyPath, url));
    await answer.body?.cancel();
    return { status: answer.status };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

/** The brokers that this agent was enrolled at, each with what came of calling it, and the clients that may call. */
export function judgeEnrolments(
  enrolled: readonly (Pick<Enrolled['enrolment'], 'url' | 'name'> & { readonly reached: Reached })[],
  clients: readonly string[] = [],
): Finding[] {
  const called = clients.map((name) => well('brokers', `the client ${name} may call this agent`));
  if (enrolled.length === 0 && clients.length > 0) return called;
  if (enrolled.length === 0)
    return [
      warning(
        'brokers',
        'the agent is enrolled at no broker, so it gets no tasks',
        'have the broker print how (ogm resource add NAME), and paste that here',
      ),
    ];
  const brokers = enrolled.map(({ url, name, reached }) => {
    if ('failed' in reached)
      return wrong(
        'brokers',
        `${url} cannot be reached: ${reached.failed}`,
        'see that it runs, that egress.service-ranges holds its address, and that client.ca names the authority of its certificate',
      );
    if (reached.status >= 500)
      return warning('brokers', `${url} answers with status ${reached.status}`, 'ask who runs it, or wait');
    if (new URL(url).protocol === 'https:')
      return well('brokers', `${name} at ${url}: reached over TLS, its certificate holds`);
    if (isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')))
      return well('brokers', `${name} at ${url}: reached on this machine`);
    return warning(
      'brokers',
      `${name} at ${url}: reached, but what crosses can be read on the way`,
      'have the broker open a door over TLS (doors.listen), and enrol the agent again at its https address',
    );
  });
  return [...brokers, ...called];
}
