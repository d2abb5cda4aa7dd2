import { readFileSync } from 'node:fs';
import { siblingFile } from '../platform/sibling.ts';
import { runProgram } from './program.ts';
import { type Commands, userCommands } from './user-commands.ts';

/** `ogm` of the checkout and of the package: every command. */
const commands: Commands = {
  up: async () => (await import('./commands/up.ts')).upCommand(),
  market: async () => (await import('./commands/up.ts')).serviceCommand('market', 8480),
  broker: async () => (await import('./commands/up.ts')).serviceCommand('broker', 8481),
  infogather: async () => (await import('./commands/up.ts')).serviceCommand('infogather', 8482),
  ...userCommands,
  demo: async () => (await import('./commands/demo.ts')).demoCommand(),
};

await runProgram(commands, version());

/** The package.json of the checkout, or of the built package. */
function version(): string {
  const text = readFileSync(siblingFile(import.meta.url, '../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
