#!/usr/bin/env node
// Plain JavaScript that an old Node.js can parse too: it checks the version, then imports the rest.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const oldest = 24;
if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(
    `ogm: Node.js ${process.versions.node} is too old: install Node.js ${oldest} or newer, then run ogm again\n`,
  );
  process.exit(2);
}

const source = new URL('./main.ts', import.meta.url);
const isCheckout = existsSync(source);

// Most of what a command takes is reading its own code. What Node.js makes of that is kept among the packages, where
// only those may write who may change the code as well; for others, and where there is no room, it goes without.
const kept = isCheckout ? '../node_modules/.cache/ogm' : '../../.cache/ogm';
module.enableCompileCache(fileURLToPath(new URL(kept, import.meta.url)));

await import(isCheckout ? source.href : new URL('./main.js', import.meta.url).href);
