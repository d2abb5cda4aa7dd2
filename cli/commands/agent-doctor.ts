import { join } from 'node:path';
import type { Command } from 'commander';
import { examine, type Finding } from '../../fabric-agent/doctor/index.ts';
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
    const folder = join(dataFolder(config), 'agent');
    const findings = await examine({ config: config.agent, folder, fetch: egress.request, log });
    for (const finding of findings) out.print(json ? JSON.stringify(finding) : line(finding, out));
    if (findings.some(({ state }) => state === 'wrong')) process.exitCode = exit.usage;
  });
}

const colours = { well: 'green', warning: 'bold', wrong: 'red' } as const;

function line({ about, state, says, next }: Finding, out: Output): string {
  const todo = next === undefined ? '' : `; ${next}`;
  return `${out.paint(colours[state], state.padEnd('warning'.length))}  ${about}: ${says}${todo}`;
}
