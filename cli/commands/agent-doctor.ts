import { join } from 'node:path';
import type { Command } from 'commander';
import { examine, type Finding } from '../../fabric-agent/doctor/index.ts';
import { resourcesIn } from '../../fabric-agent/resources.ts';
import { exit } from '../exit.ts';
import type { Output } from '../output.ts';
import { commandWith, contextOf, dataFolder } from './context.ts';

/** `ogm agent doctor`: what the agent of this machine lacks, and what to do about it. */
export function doctorCommand(): Command {
  return commandWith(
    'doctor',
    ['agent', 'client'],
    'Say what is wrong with the agent of this machine, and what to do about it',
  ).action(async (_options: unknown, command: Command) => {
    const { config, egress, json, log, out } = contextOf(command);
    const findings: Finding[] = [];
    for (const one of resourcesIn(config.agent, join(dataFolder(config), 'agent'))) {
      const found = await examine({ ...one, fetch: egress.request, log });
      findings.push(...found.map((finding) => (one.name === null ? finding : about(one.name, finding))));
    }
    for (const finding of findings) out.print(json ? JSON.stringify(finding) : line(finding, out));
    if (!json) out.note(summary(findings));
    if (findings.some(({ state }) => state === 'wrong')) process.exitCode = exit.usage;
  });
}

/** The last line of what people read. */
function summary(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((one) => one.state === state).length;
  if (count('wrong') > 0) return `ogm: ${count('wrong')} wrong: the agent does not work, or not for long`;
  const warnings = count('warning');
  return warnings === 0 ? 'ogm: all is well' : `ogm: it works; ${warnings} to know of`;
}

/** A finding of one of several resources. */
function about(resource: string, finding: Finding): Finding {
  return { ...finding, about: `${resource}, ${finding.about}` };
}

const colours = { well: 'green', warning: 'bold', wrong: 'red' } as const;

function line({ about, state, says, next }: Finding, out: Output): string {
  const todo = next === undefined ? '' : `; ${next}`;
  return `${out.paint(colours[state], state.padEnd('warning'.length))}  ${about}: ${says}${todo}`;
}
