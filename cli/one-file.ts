import { getAsset } from 'node:sea';
import { runProgram } from './program.ts';
import { userCommands } from './user-commands.ts';

/**
 * `ogm` as one file that brings its Node.js (`npm run build:agent`), for machines without one: the agent, and what users
 * do. The services keep databases by a native module, which no such file can hold; they come with the package.
 */
const { version } = JSON.parse(getAsset('package.json', 'utf8')) as { version: string };
void runProgram(userCommands, version);
