import { stringify } from 'yaml';
import type { Answers } from '../../fabric-agent/init/proposals.ts';
import { settingAt } from './questions.ts';

/** Settings of which the file tells, with their defaults, though nobody was asked. */
const worthKnowing = [
  'agent.task-owners',
  'agent.hours',
  'agent.at-closing',
  'agent.detect',
  'agent.time-limit',
  'agent.kill-grace',
  'agent.result-size',
  'agent.accept-unisolated',
];

/** Nobody is to send work to a new machine but through its broker, and no port is opened. */
const closedDoors: Answers = new Map([
  ['agent.host-doors', 'false'],
  ['agent.poll-door', 'false'],
]);

const columns = 100;

/**
 * The configuration file of an agent: what its owner said, each setting with what the table of settings says of it, and
 * what else there is to know as comments that can be made settings by removing their mark.
 */
export function fileText(said: Answers): string {
  const all = new Map([...said, ...closedDoors]);
  const known = worthKnowing.filter((path) => !all.has(path));
  const services = [...new Set([...all.keys(), ...known].map((path) => settingAt(path).service))];
  const lines = [
    '# The agent of this machine, as `ogm agent init` wrote it. Every setting: docs/configuration.md.',
    '# A line such as #detect: true is a setting with its default: it counts once its mark is gone.',
  ];
  for (const service of services) {
    lines.push('', `${service}:`);
    for (const [path, text] of all)
      if (settingAt(path).service === service) lines.push(...entry(path, text, ''));
    for (const path of known)
      if (settingAt(path).service === service)
        lines.push(...entry(path, settingAt(path).fallback ?? '', '#'));
    if (service === 'agent') lines.push(...applicationsExample(all.get('agent.back-end')));
  }
  return `${lines.join('\n')}\n`;
}

function entry(path: string, text: string, mark: string): string[] {
  const { key, says, unit } = settingAt(path);
  return [...comment(says), `  ${mark}${key}: ${written(text, unit)}`];
}

function written(text: string, unit: string): string {
  if (unit.startsWith('list of'))
    return stringify(
      text
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
      { collectionStyle: 'flow', lineWidth: 0 },
    ).trim();
  const plain = unit === 'count' ? Number(text) : unit === 'true or false' ? text === 'true' : text;
  return stringify(plain, { lineWidth: 0 }).trim();
}

/** A program named and bounded, which is what owners change next. */
function applicationsExample(backEnd: string | undefined): string[] {
  const image = backEnd === 'container' ? ', image: docker.io/busybox' : '';
  return [
    ...comment(settingAt('agent.applications').says),
    `  #applications: [{ name: greeting, argv: [echo, '{word}'], arguments: { word: '[a-z]+' }${image} }]`,
  ];
}

function comment(says: string): string[] {
  const lines: string[] = [];
  let line = '  #';
  for (const word of says.split(' ')) {
    if (line.length + 1 + word.length > columns) {
      lines.push(line);
      line = '  #';
    }
    line += ` ${word}`;
  }
  return ['', ...lines, line];
}
