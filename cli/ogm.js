#!/usr/bin/env node
// Plain JavaScript that an old Node.js can parse too: it checks the version, then imports the rest.
import { existsSync } from 'node:fs';

const oldest = 24;
if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(
    `ogm: Node.js ${process.versions.node} is too old: install Node.js ${oldest} or newer, then run ogm again\n`,
  );
  process.exit(2);
}

const source = new URL('./main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('./main.js', import.meta.url).href);
