import type { ResourceAsk, ResourceTell, SlaAsk, SlaTell } from './document.ts';

/** Whether a Tell is what an Ask looks for: the same version and the same application, letter for letter. */
export function matchesSla(ask: SlaAsk, tell: SlaTell): boolean {
  return ask.version === tell.version && ask.application === tell.application;
}

/**
 * Whether a registration is what an Ask looks for: exactly the application, loaded less, told later. A load or date
 * that is asked for and not said does not pass.
 */
export function matchesResource(ask: ResourceAsk, registration: ResourceTell): boolean {
  const { application, cpuLoad, date } = registration;
  return (
    ask.application === application &&
    (ask.cpuLoad === undefined || (cpuLoad !== undefined && cpuLoad < ask.cpuLoad)) &&
    (ask.date === undefined || (date !== undefined && date > ask.date))
  );
}

/** Orders registrations, the better first: the least loaded, then the newest; what is unsaid comes last. */
export function betterRegistration(a: ResourceTell, b: ResourceTell): number {
  return (
    ascending(a.cpuLoad ?? Number.POSITIVE_INFINITY, b.cpuLoad ?? Number.POSITIVE_INFINITY) ||
    ascending(b.date ?? Number.NEGATIVE_INFINITY, a.date ?? Number.NEGATIVE_INFINITY)
  );
}

function ascending(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
