import type { Sql, Store } from '../../platform/store/store.ts';
import type { MessageLevel } from '../../protocol/agent/gathering.ts';
import { type NodeStanding, nodePath } from '../../protocol/node-states.ts';

/** How a node stands, as the log says. */
export interface NodeRow {
  /** By this its events, its history and its messages are known. */
  readonly node: number;
  readonly owner: string;
  readonly name: string;
  readonly state: NodeStanding;
  /** Since when it stands so, in milliseconds since 1970. */
  readonly since: number;
  readonly reason: string;
  /** Of the event by which it came to stand so. */
  readonly cursor: number;
}

/** A registration came, changed or went: its canonical text before and after, null where there was or is none. */
export interface Listing {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A node stands otherwise. */
export interface Move {
  readonly owner: string;
  readonly name: string;
  readonly before: NodeRow | undefined;
  readonly state: NodeStanding;
  readonly reason: string;
}

/** Something worth knowing of the node that a move may have made, or that is there. */
export interface Note {
  readonly owner: string;
  readonly name: string;
  readonly at: number;
  readonly level: MessageLevel;
  readonly text: string;
}

export interface Written {
  /** Of each listing, in their order. */
  readonly cursors: readonly number[];
  /** As each moved node stands now, in their order. */
  readonly rows: readonly NodeRow[];
  /** The last event of the log. */
  readonly head: number;
}

/** An event as it is told over HTTP; `from` is null of a node that is new. */
export interface StateEvent {
  readonly cursor: number;
  readonly at: number;
  readonly node: number;
  readonly name: string;
  readonly from: NodeStanding | null;
  readonly to: NodeStanding;
  readonly reason: string;
}

export interface ListedEvent {
  readonly cursor: number;
  readonly before: string | null;
  readonly after: string | null;
}

/** How far the log goes: all events after the horizon are there, up to the head. */
export interface Reach {
  readonly horizon: number;
  readonly head: number;
}

export interface Message {
  readonly number: number;
  readonly at: number;
  readonly level: MessageLevel;
  readonly text: string;
}

const nodeColumns = 'node, owner, name, state, since, reason, cursor';

/** The verbs of the log of infogather over its store. */
export class EventStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Writes what has changed, with one event for each step of it; of each node `keep` messages stay. */
  write(
    now: number,
    {
      listings,
      moves,
      notes,
    }: { listings: readonly Listing[]; moves: readonly Move[]; notes: readonly Note[] },
    keep: number,
  ): Promise<Written> {
    return this.#store.write((sql) => {
      const cursors = listings.map((listing) => list(sql, listing, now));
      const rows = moves.map((move) => moveNode(sql, move, now));
      for (const note of notes) say(sql, note, keep);
      return { cursors, rows, head: reachOf(sql).head };
    });
  }

  reach(): Promise<Reach> {
    return this.#store.read(reachOf);
  }

  /** The registrations that the log has, after a name, at most `most`. */
  listed(after: string, most: number): Promise<{ name: string; document: string }[]> {
    return this.#store.read((sql) =>
      sql.all<{ name: string; document: string }>(
        'SELECT name, document FROM listed WHERE name > @after ORDER BY name LIMIT @most',
        { after, most },
      ),
    );
  }

  /** The nodes after a number that are not gone, at most `most`. */
  live(after: number, most: number): Promise<NodeRow[]> {
    return this.#store.read((sql) =>
      sql.all<NodeRow>(
        `SELECT ${nodeColumns} FROM nodes WHERE node > @after AND state <> 'gone' ORDER BY node LIMIT @most`,
        { after, most },
      ),
    );
  }

  /** The row of a node that was there before, whether it is gone or not. */
  node(node: number): Promise<NodeRow | undefined> {
    return this.#store.read((sql) =>
      sql.get<NodeRow>(`SELECT ${nodeColumns} FROM nodes WHERE node = @node`, { node }),
    );
  }

  /** What became of nodes, or of one, after a cursor, at most `most` events; and the cursor to go on from. */
  states(
    node: number | undefined,
    after: number,
    most: number,
  ): Promise<Reach & { readonly events: StateEvent[]; readonly cursor: number }> {
    return this.#store.read((sql) => {
      const reach = reachOf(sql);
      const events = sql.all<StateEvent>(
        `SELECT e.cursor, e.at, e.node, n.name, e.before AS "from", e.after AS "to", e.reason
         FROM events e JOIN nodes n ON n.node = e.node
         WHERE e.cursor > @after AND ${node === undefined ? 'e.node IS NOT NULL' : 'e.node = @node'}
         ORDER BY e.cursor LIMIT @most`,
        node === undefined ? { after, most } : { node, after, most },
      );
      const cursor = events.length < most ? Math.max(reach.head, after) : (events.at(-1)?.cursor ?? after);
      return { ...reach, events, cursor };
    });
  }

  /** What became of registrations after a cursor, at most `most` events; and the cursor to go on from. */
  listings(
    after: number,
    most: number,
  ): Promise<Reach & { readonly events: ListedEvent[]; readonly cursor: number }> {
    return this.#store.read((sql) => {
      const reach = reachOf(sql);
      const rows = sql.all<ListedEvent & { readonly kind: string }>(
        'SELECT cursor, kind, before, after FROM events WHERE cursor > @after ORDER BY cursor LIMIT @most',
        { after, most },
      );
      const cursor = rows.length < most ? Math.max(reach.head, after) : (rows.at(-1)?.cursor ?? after);
      return { ...reach, events: rows.filter(({ kind }) => kind === 'listed'), cursor };
    });
  }

  /** The messages of a node before a number, the latest first, at most `most` of these levels. */
  messages(node: number, levels: readonly MessageLevel[], before: number, most: number): Promise<Message[]> {
    const wanted = levels.map((level) => `'${level}'`).join(', ');
    return this.#store.read((sql) =>
      sql.all<Message>(
        `SELECT number, at, level, text FROM messages
         WHERE node = @node AND number < @before AND level IN (${wanted}) ORDER BY number DESC LIMIT @most`,
        { node, before, most },
      ),
    );
  }

  /** Forgets at most `most` of the events that are too old, or more than `kept`; counts them. */
  forgetEvents(since: number, kept: number, most: number): Promise<number> {
    return this.#store.write((sql) => {
      const { head } = reachOf(sql);
      const oldest = sql.all<{ cursor: number; at: number }>(
        'SELECT cursor, at FROM events ORDER BY cursor LIMIT @most',
        { most },
      );
      const fresh = oldest.findIndex(({ cursor, at }) => cursor > head - kept && at >= since);
      const old = fresh < 0 ? oldest : oldest.slice(0, fresh);
      const horizon = old.at(-1)?.cursor;
      if (horizon === undefined) return 0;
      sql.run('DELETE FROM events WHERE cursor <= @horizon', { horizon });
      sql.run('UPDATE horizon SET cursor = max(cursor, @horizon)', { horizon });
      return old.length;
    });
  }

  /**
   * Forgets at most `most` of the nodes that went too long ago, or before the last `kept`, and all of them; counts them. Who
   * has not read that they went begins anew: the log begins behind the last of their events.
   */
  forgetGone(since: number, kept: number, most: number): Promise<number> {
    return this.#store.write((sql) => {
      const old = sql.all<{ node: number }>(
        `SELECT node FROM
           (SELECT node, since FROM nodes WHERE state = 'gone' ORDER BY since DESC LIMIT -1 OFFSET @kept)
         UNION SELECT node FROM nodes WHERE state = 'gone' AND since < @since LIMIT @most`,
        { since, kept, most },
      );
      for (const { node } of old) {
        sql.run(
          `UPDATE horizon SET cursor =
             max(cursor, coalesce((SELECT max(cursor) FROM events WHERE node = @node), cursor))`,
          { node },
        );
        for (const table of ['history', 'messages', 'events', 'nodes'])
          sql.run(`DELETE FROM ${table} WHERE node = @node`, { node });
      }
      return old.length;
    });
  }
}

/** How far the log goes, within a verb or a query. */
function reachOf(sql: Sql): Reach {
  const horizon = sql.get<{ cursor: number }>('SELECT cursor FROM horizon')?.cursor ?? 0;
  const last = sql.get<{ cursor: number | null }>('SELECT max(cursor) AS cursor FROM events')?.cursor ?? 0;
  return { horizon, head: Math.max(horizon, last) };
}

function list(sql: Sql, { name, before, after }: Listing, at: number): number {
  if (after === null) sql.run('DELETE FROM listed WHERE name = @name', { name });
  else sql.run('INSERT OR REPLACE INTO listed (name, document) VALUES (@name, @after)', { name, after });
  return sql.insert(`INSERT INTO events (at, kind, before, after) VALUES (@at, 'listed', @before, @after)`, {
    at,
    before,
    after,
  });
}

/** A node that is new in memory may be one that was gone: the store knows. */
function moveNode(sql: Sql, { owner, name, state, reason }: Move, at: number): NodeRow {
  const known = sql.get<NodeRow>(`SELECT ${nodeColumns} FROM nodes WHERE owner = @owner AND name = @name`, {
    ...{ owner, name },
  });
  let row = known;
  for (const next of nodePath(known?.state, state)) {
    const before = row?.state ?? null;
    const node =
      row?.node ??
      sql.insert(
        `INSERT INTO nodes (owner, name, state, since, reason, cursor)
         VALUES (@owner, @name, 'joining', @at, @reason, 0)`,
        { owner, name, at, reason },
      );
    const cursor = sql.insert(
      `INSERT INTO events (at, kind, node, before, after, reason) VALUES (@at, 'state', @node, @before, @next, @reason)`,
      { at, node, before, next, reason },
    );
    sql.run(
      'UPDATE nodes SET state = @next, since = @at, reason = @reason, cursor = @cursor WHERE node = @node',
      { node, next, at, reason, cursor },
    );
    row = { node, owner, name, state: next, since: at, reason, cursor };
  }
  if (row === undefined) throw new Error('a node moves nowhere');
  return row;
}

/** Of a node that was forgotten meanwhile nothing is said. */
function say(sql: Sql, { owner, name, at, level, text }: Note, keep: number): void {
  const row = sql.get<{ node: number }>('SELECT node FROM nodes WHERE owner = @owner AND name = @name', {
    ...{ owner, name },
  });
  if (row === undefined) return;
  const { node } = row;
  sql.run('INSERT INTO messages (node, at, level, text) VALUES (@node, @at, @level, @text)', {
    ...{ node, at, level, text },
  });
  sql.run(
    `DELETE FROM messages WHERE node = @node AND number <=
       (SELECT number FROM messages WHERE node = @node ORDER BY number DESC LIMIT 1 OFFSET @keep)`,
    { node, keep },
  );
}
