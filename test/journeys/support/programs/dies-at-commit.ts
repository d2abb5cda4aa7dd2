import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * Loaded before a program (`--import`): that ends by SIGKILL at the next commit of what deals are kept in, once the file that
 * DIES_AT_COMMIT names is there: before the commit or after it, as the file says.
 */
const file = process.env.DIES_AT_COMMIT ?? '';
const ofDeals = /^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?:deals|deal_documents|amendments)\b/;
const { prepare } = Database.prototype;
let isOfDeals = false;

Database.prototype.prepare = function prepared(this: Database.Database, text: string) {
  const statement = prepare.call(this, text);
  const run = statement.run.bind(statement) as (...values: unknown[]) => Database.RunResult;
  if (ofDeals.test(text))
    statement.run = (...values: unknown[]) => {
      isOfDeals = true;
      return run(...values);
    };
  if (text === 'COMMIT')
    statement.run = (...values: unknown[]) => {
      const when = isOfDeals ? whenToDie() : undefined;
      isOfDeals = false;
      if (when === 'before') process.kill(process.pid, 'SIGKILL');
      const done = run(...values);
      if (when === 'after') process.kill(process.pid, 'SIGKILL');
      return done;
    };
  return statement;
} as typeof prepare;

function whenToDie(): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
