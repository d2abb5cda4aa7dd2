import { readAdditions } from '../environment.ts';
import type { AgentSettings } from '../settings.ts';
import { type Finding, well, wrong } from './finding.ts';

/** The variables that programs get from the owner, and those that tasks may bring. */
export function judgeVariables({
  environment,
  'task-variables': patterns,
}: Pick<AgentSettings, 'environment' | 'task-variables'>): Finding {
  try {
    readAdditions(environment);
    for (const pattern of patterns) new RegExp(pattern, 'u');
  } catch (error) {
    return wrong(
      'environment',
      (error as Error).message,
      'mend agent.environment or agent.task-variables in the configuration',
    );
  }
  const may = patterns.length === 0 ? 'tasks bring none' : `tasks may bring ${patterns.join(', ')}`;
  return well('environment', `${may}; names by which programs load code never pass`);
}
