import type { Machine } from '../machine.ts';
import type { AgentSettings } from '../settings.ts';
import { type Finding, warning, well } from './finding.ts';

type Shares = Pick<AgentSettings, 'cpus' | 'memory' | 'concurrent-programs'>;

/** What is to be offered beside what the machine has. */
export function judgeShares(settings: Shares, machine: Machine): Finding[] {
  const { cpus, memory, 'concurrent-programs': programs } = settings;
  const found: Finding[] = [];
  if (cpus !== undefined && cpus > machine.cpus)
    found.push(
      warning(
        'shares',
        `agent.cpus is ${cpus}, of ${machine.cpus} that there are`,
        'lower it: more is not offered',
      ),
    );
  if (memory !== undefined && memory > machine.memoryBytes)
    found.push(
      warning(
        'shares',
        `agent.memory is ${mebibytes(memory)}, of ${mebibytes(machine.memoryBytes)} that programs may have`,
        'lower it: more is not offered',
      ),
    );
  if (programs !== undefined && programs > machine.cpus)
    found.push(
      warning(
        'shares',
        `agent.concurrent-programs is ${programs}, on ${machine.cpus} cores`,
        'lower it, unless programs mostly wait',
      ),
    );
  if (found.length > 0) return found;
  const offered = `${Math.min(cpus ?? machine.cpus, machine.cpus)} cores`;
  return [
    well(
      'shares',
      `${offered} and ${mebibytes(Math.min(memory ?? Infinity, machine.memoryBytes))} are offered`,
    ),
  ];
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}
