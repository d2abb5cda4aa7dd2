import type { AgentSettings } from '../settings.ts';
import { readTemplate } from '../template.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** Arguments that have nothing in common but that a program may take each for something else than a name of a file. */
const probes = [
  '-rf',
  '--eval=x',
  '../../etc/passwd',
  '/etc/passwd',
  '$(id)',
  'a b',
  'ü',
  '@file',
  'http://x',
];

/** What programs this machine offers, and with what arguments. */
export function judgeAllowList({
  applications,
  detect,
}: Pick<AgentSettings, 'applications' | 'detect'>): Finding[] {
  const found: Finding[] = applications.flatMap((application) => {
    const { name, arguments: expressions } = application;
    const template = readTemplate(application);
    if ('reason' in template)
      return [wrong('allow-list', `${name}: ${template.reason}`, 'mend it in agent.applications')];
    return Object.entries(expressions)
      .filter(([, source]) => letsAnythingThrough(source))
      .map(([place, source]) =>
        warning(
          'allow-list',
          `${name}: {${place}} lets anything through (${source})`,
          'name what it may be, such as [a-z0-9][a-z0-9_.-]* for a file that the job brings',
        ),
      );
  });
  if (detect)
    found.push(
      warning(
        'allow-list',
        'programs that are found on this machine are offered with any arguments, interpreters among them',
        'set agent.detect to false, and name in agent.applications what users may run and how',
      ),
    );
  if (found.length > 0) return found;
  return [well('allow-list', `${applications.length} of the configuration, none with a place for anything`)];
}

function letsAnythingThrough(source: string): boolean {
  const expression = new RegExp(`^(?:${source})$`, 'u');
  return probes.every((probe) => expression.test(probe));
}
