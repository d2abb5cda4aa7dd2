/**
 * A resource may have several agents. In the broker each has a name of its own: the first that of the resource, the others
 * that and a number, as `pool.2`. No resource has a name with a dot.
 */
export function agentName(resource: string, number: number): string {
  return number === 1 ? resource : `${resource}.${number}`;
}

/** The resource of an agent, by the name of that; also of one that has gone, whose name says so. */
export function resourceOf(agent: string): string {
  const [resource = agent] = agent.split(/[. ]/, 1);
  return resource;
}

/** Which agent of its resource it is, from 1. */
export function agentNumber(agent: string): number {
  return Number(/\.(\d+)/.exec(agent)?.[1] ?? 1);
}
