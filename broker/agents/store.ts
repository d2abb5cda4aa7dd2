import { sha256 } from '../../platform/digest.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import { agentName, agentNumber } from './agent-names.ts';

/** What an owner lends, as the store has it. */
export interface ResourceRow {
  readonly name: string;
  readonly owner: string;
  /** The agent's key; null as long as it has not enrolled. */
  readonly key: string | null;
  readonly draining: boolean;
}

interface Stored extends Omit<ResourceRow, 'draining'> {
  readonly draining: number;
}

/** A secret by which an agent comes to be trusted, and until when. */
interface Secret {
  readonly secret: string;
  readonly until: number;
}

const columns = 'name, owner, key, draining';

/**
 * A resource that awaits its agent. One that still awaits it gets another secret. Throws a Refusal `resource-exists`
 * where its agent has enrolled, another owner has or had the name, or the owner has or had so many.
 */
export function addResource(
  sql: Sql,
  { name, owner, now, most }: { name: string; owner: string; now: number; most: number },
  { secret, until }: Secret,
): void {
  const present = find(sql, name);
  const whose = sql.get<{ owner: string }>('SELECT owner FROM resource_names WHERE name = @name', { name });
  if ((present !== undefined && present.key !== null) || (whose !== undefined && whose.owner !== owner))
    throw new Refusal(failure('resource-exists', `there is, or was, a resource '${name}' already`));
  const { count } = sql.get<{ count: number }>(
    'SELECT count(*) AS count FROM resource_names WHERE owner = @owner',
    { owner },
  )!;
  if (whose === undefined && count >= most) {
    const detail = `there are, or were, resources of ${most} names already`;
    throw new Refusal(failure('resource-exists', detail, 'use the name of one that you have removed'));
  }
  sql.run(
    `INSERT INTO resources (name, owner, created_at, secret_hash, secret_until)
     VALUES (@name, @owner, @now, @hash, @until)
     ON CONFLICT (name) DO UPDATE SET secret_hash = excluded.secret_hash, secret_until = excluded.secret_until`,
    { name, owner, now, hash: sha256(secret), until },
  );
}

/**
 * One agent more of a resource that has some: it has a name of its own, and awaits its agent. One that still awaits it gets
 * another secret. Returns that name. Throws a Refusal `not-found`, `resource-exists`.
 */
export function addAgent(
  sql: Sql,
  { name, owner, now, most }: { name: string; owner: string; now: number; most: number },
  secret: Secret,
): string {
  const first = find(sql, name);
  if (first?.owner !== owner) throw absent(name);
  const agents = sql.all<Stored>(`SELECT ${columns} FROM resources WHERE ${isAgentOf}`, { name });
  const awaited = agents.find(({ key }) => key === null);
  const numbers = new Set(agents.map((one) => agentNumber(one.name)));
  let number = 1;
  while (numbers.has(number)) number += 1;
  const own = awaited?.name ?? agentName(name, number);
  addResource(sql, { name: own, owner, now, most }, secret);
  // What its owner has drained takes nothing, however many agents it gets.
  const draining = Number(first.draining);
  sql.run('UPDATE resources SET draining = @draining WHERE name = @own', { own, draining });
  return own;
}

/** Of an agent of the resource `@name`, or the one of that name alone. */
const isAgentOf = "(name = @name OR substr(name, 1, length(@name) + 1) = @name || '.')";

/**
 * The agent with this key is the resource's that was given this secret. The same again, as where the answer was lost,
 * gets the same answer. Throws a Refusal `secret-refused`, `resource-exists`.
 */
export function enrol(sql: Sql, secret: string, key: string, now: number): ResourceRow {
  const found = sql.get<Stored>(
    `SELECT ${columns} FROM resources WHERE secret_hash = @hash AND secret_until > @now`,
    { hash: sha256(secret), now },
  );
  if (found === undefined || (found.key !== null && found.key !== key))
    throw new Refusal(failure('secret-refused', 'no resource awaits an agent with this secret'));
  const other = findByKey(sql, key);
  if (other !== undefined && other.name !== found.name)
    throw new Refusal(failure('resource-exists', `this agent is the resource '${other.name}' already`));
  sql.run('UPDATE resources SET key = @key WHERE name = @name', { key, name: found.name });
  return { ...rowOf(found), key };
}

/**
 * A resource whose agent is trusted by its key, without a secret; an agent that it had before is a stranger then. One of
 * somebody else by that name is no more, nor with whom they shared it: their tasks would run as this owner.
 *
 * @returns the names of resources that were so before, and are no more
 */
export function adopt(
  sql: Sql,
  { name, owner, key, now }: { name: string; owner: string; key: string; now: number },
): readonly string[] {
  const others = sql.all<{ name: string }>(
    `DELETE FROM resources WHERE (key = @key AND name <> @name) OR (${isAgentOf} AND owner <> @owner)
     RETURNING name`,
    { key, name, owner },
  );
  sql.run(
    `INSERT INTO resources (name, owner, created_at, secret_hash, secret_until, key)
     VALUES (@name, @owner, @now, @none, @now, @key)
     ON CONFLICT (name) DO UPDATE SET key = excluded.key WHERE key IS NOT excluded.key`,
    { name, owner, now, none: `none of ${name}`, key },
  );
  return others.map((other) => other.name);
}

/**
 * Whether a resource takes work, of its owner or whosever it is, from now on; returns its agents, by their names. Throws a
 * Refusal `not-found`.
 */
export function setDraining(
  sql: Sql,
  owner: string | undefined,
  name: string,
  draining: boolean,
): readonly string[] {
  const text = `UPDATE resources SET draining = @draining WHERE ${isAgentOf} AND owner = coalesce(@owner, owner) RETURNING name`;
  return named(sql.all<Named>(text, { owner: owner ?? null, name, draining: Number(draining) }), name);
}

/**
 * Forgets a resource with all its agents, or one of those by its name, so that they are strangers; returns their names. Throws a
 * Refusal `not-found`.
 */
export function removeResource(sql: Sql, owner: string | undefined, name: string): readonly string[] {
  const text = `DELETE FROM resources WHERE ${isAgentOf} AND owner = coalesce(@owner, owner) RETURNING name`;
  return named(sql.all<Named>(text, { owner: owner ?? null, name }), name);
}

interface Named {
  readonly name: string;
}

function named(found: readonly Named[], wanted: string): readonly string[] {
  if (found.length === 0) throw absent(wanted);
  return found.map(({ name }) => name);
}

/** Of an owner, and those that are shared with them; or all. */
export function resourcesOf(sql: Sql, owner: string | undefined): ResourceRow[] {
  const isTheirs =
    owner === undefined ? '' : `WHERE owner = @owner OR ${resourceOfRow} IN (${sharedWithOwner})`;
  return sql
    .all<Stored>(
      `SELECT ${columns} FROM resources ${isTheirs} ORDER BY name`,
      owner === undefined ? {} : { owner },
    )
    .map(rowOf);
}

/** What is shared is a resource, with all its agents. */
const resourceOfRow = "substr(name, 1, instr(name || '.', '.') - 1)";

const sharedWithOwner = `
  SELECT resource FROM resource_shares WHERE kind = 'user' AND name = @owner
  UNION
  SELECT resource FROM resource_shares JOIN group_members ON member_of = name WHERE kind = 'group' AND user = @owner`;

/** The resource of the agent that has this key. */
export function findByKey(sql: Sql, key: string): ResourceRow | undefined {
  const found = sql.get<Stored>(`SELECT ${columns} FROM resources WHERE key = @key`, { key });
  return found === undefined ? undefined : rowOf(found);
}

function find(sql: Sql, name: string): ResourceRow | undefined {
  const found = sql.get<Stored>(`SELECT ${columns} FROM resources WHERE name = @name`, { name });
  return found === undefined ? undefined : rowOf(found);
}

function rowOf(stored: Stored): ResourceRow {
  return { ...stored, draining: stored.draining === 1 };
}

function absent(name: string): Refusal {
  return new Refusal(
    failure('not-found', `there is no resource '${name}'`, 'see yours with ogm resource list'),
  );
}
