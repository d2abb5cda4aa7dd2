import { type ConfigSchema, type Known, settingsOf } from '../platform/config/settings.ts';

/** The text of docs/configuration.md, made from the schema alone. */
export function configurationPage(schema: ConfigSchema): string {
  const services = Map.groupBy(settingsOf(schema), ({ service }) => service);
  return [introduction, ...[...services].map(([service, settings]) => section(service, settings))].join('\n');
}

const introduction = `# Configuration

<!-- Generated from the settings' schema by \`npm run generate\`; edit the schema instead. -->

Every setting has a default or may be left unset. A YAML file (\`--config FILE\`, or \`OGM_CONFIG\`) overrides the
defaults, the environment overrides the file, and the command line overrides the environment. In the file a setting
stands below its service:

    market:
      tell-lifetime: 2 h

In the environment it has the name that is given below; a variable that is empty counts as not set. On the command
line it has a flag of its own where one is given below; each can be set by \`--set market.tell-lifetime='2 h'\`. All that
is wrong with a configuration is told at once, each with its line or variable, and nothing starts.

- **duration**: \`250 ms\`, \`30 s\`, \`5 min\`, \`1 h\`, \`2 d\`, or several: \`1 h 30 min\`. Never a bare number.
- **size**: \`512 B\`, \`64 KiB\`, \`10 MiB\`, \`1 GiB\`, \`64 kB\`, \`10 MB\`, \`1 GB\`. Never a bare number.
- **count**: a whole number. **a second**: a number, fractions allowed. **port**: 0 is any free one.
- **address:port**: \`193.10.66.141:7685\`, \`[::1]:7685\` or \`broker.example.org:7685\`. **path**: seen from where
  the command was started, unless it begins with \`/\`.
- **list**: a YAML list in the file, elsewhere with commas between the entries. What has a structure of its own is
  YAML in the file and JSON elsewhere.
`;

function section(service: string, settings: readonly Known[]): string {
  return [
    `## ${service}`,
    '',
    '| setting | default | unit | flag | environment | what it says |',
    '|---|---|---|---|---|---|',
    ...settings.map(row),
    '',
  ].join('\n');
}

function row({ key, fallback, unit, flag, variable, says }: Known): string {
  const cells = [
    `\`${key}\``,
    fallback === undefined ? 'not set' : fallback === '' ? 'none' : `\`${fallback}\``,
    unit,
    flag === undefined ? '' : `\`--${flag}\``,
    `\`${variable}\``,
    says,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
