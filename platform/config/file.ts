import { readFileSync } from 'node:fs';
import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';

/** What a configuration file says of one setting, and where. */
export interface Entry {
  readonly service: string;
  readonly key: string;
  readonly value: unknown;
  /** The file and the line. */
  readonly where: string;
}

export interface FileReading {
  readonly entries: readonly Entry[];
  /** What stands where a service should, and is none. */
  readonly strangers: readonly { readonly name: string; readonly where: string }[];
  /** One line each. */
  readonly problems: readonly string[];
}

/** Nobody writes so much by hand. It also bounds what the parser holds. */
const maxFileCharacters = 1024 * 1024;
/** How often the aliases of one setting may be resolved, counted with those inside them: enough to write by hand, no bomb. */
const maxAliases = 100;

/** Reads a YAML 1.2 file of two levels, service and setting. What is wrong with it comes back as problems. */
export function readFile(file: string, services: ReadonlySet<string>): FileReading {
  const fault = (...problems: string[]): FileReading => ({ entries: [], strangers: [], problems });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fault(`${file}: ${unreadable(error)}`);
  }
  if (text.length > maxFileCharacters) {
    return fault(`${file}: is longer than ${maxFileCharacters} characters`);
  }
  try {
    return readText(file, text, services);
  } catch (error) {
    // The parser calls itself for each level: a file nested deeper than the stack ends here.
    if (error instanceof RangeError) return fault(`${file}: is nested too deeply`);
    throw error;
  }
}

function readText(file: string, text: string, services: ReadonlySet<string>): FileReading {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const at = (offset: number | undefined) => `${file}:${lines.linePos(offset ?? 0).line}`;
  const problems = [...document.errors, ...document.warnings].map(
    ({ pos, message }) => `${at(pos[0])}: ${message.replaceAll('\n', ' ')}`,
  );
  if (problems.length > 0) return { entries: [], strangers: [], problems };

  const entries: Entry[] = [];
  const strangers: { name: string; where: string }[] = [];
  const pairs = (
    node: unknown,
    name: string,
    where: string,
  ): [key: string, where: string, value: unknown][] => {
    const resolved = isAlias(node) ? node.resolve(document) : node;
    if (isMap(resolved)) {
      return resolved.items.map(({ key, value }) => [
        String(isScalar(key) ? key.value : key),
        at(isScalar(key) ? key.range?.[0] : undefined),
        value,
      ]);
    }
    if (resolved !== null && !(isScalar(resolved) && resolved.value === null)) {
      problems.push(`${where}: ${name} holds no settings; write them below it, one 'name: value' a line`);
    }
    return [];
  };

  for (const [service, line, section] of pairs(document.contents, 'the file', at(0))) {
    if (!services.has(service)) {
      strangers.push({ name: service, where: line });
      continue;
    }
    for (const [key, where, node] of pairs(section, service, line)) {
      const value = plainValue(node as Node | null, document);
      if (value === undefined) {
        problems.push(`${where}: ${service}.${key} uses too many aliases, or one that refers to itself`);
      } else {
        entries.push({ service, key, value, where });
      }
    }
  }
  return { entries, strangers, problems };
}

/** The value without anything of YAML about it; undefined where its aliases are a bomb or a circle. */
function plainValue(node: Node | null, document: Document): unknown {
  try {
    const value: unknown = node?.toJS(document, { maxAliasCount: maxAliases }) ?? null;
    return isCircular(value, new Set(), new Set()) ? undefined : value;
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function isCircular(value: unknown, above: Set<object>, done: Set<object>): boolean {
  if (typeof value !== 'object' || value === null || done.has(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((inner) => isCircular(inner, above, done));
  above.delete(value);
  done.add(value);
  return found;
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'you may not read this file';
  if (code === 'EISDIR') return 'this is a folder, not a file';
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
