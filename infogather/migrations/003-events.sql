-- What becomes of nodes and of what they register, as a log. The log follows the registrations within a moment: what it
-- said last of each stands in `listed` and `nodes`, so that after a crash it goes on from there. Times are milliseconds
-- since 1970, by this service's clock.

-- What may become of a node: the rows of protocol/node-states.ts.
CREATE TABLE node_moves (
  before TEXT NOT NULL,
  after  TEXT NOT NULL,
  PRIMARY KEY (before, after)
) STRICT, WITHOUT ROWID;

INSERT INTO node_moves (before, after) VALUES
  ('joining', 'alive'),
  ('joining', 'busy'),
  ('joining', 'drained'),
  ('joining', 'silent'),
  ('joining', 'gone'),
  ('alive', 'busy'),
  ('alive', 'drained'),
  ('alive', 'silent'),
  ('alive', 'gone'),
  ('busy', 'alive'),
  ('busy', 'drained'),
  ('busy', 'silent'),
  ('busy', 'gone'),
  ('drained', 'alive'),
  ('drained', 'busy'),
  ('drained', 'silent'),
  ('drained', 'gone'),
  ('silent', 'alive'),
  ('silent', 'busy'),
  ('silent', 'drained'),
  ('silent', 'gone'),
  ('gone', 'joining');

-- A node of version 1.0 is known by who told it and what its Ids begin with; one of version 0.1 has no owner, and its
-- Poll address, or where it has none its Host, for a name. One that is gone is remembered for a while.
CREATE TABLE nodes (
  node   INTEGER PRIMARY KEY AUTOINCREMENT,
  owner  TEXT    NOT NULL,
  name   TEXT    NOT NULL,
  state  TEXT    NOT NULL,
  since  INTEGER NOT NULL,
  reason TEXT    NOT NULL,
  -- Of the event by which it came to stand so.
  cursor INTEGER NOT NULL,
  UNIQUE (owner, name)
) STRICT;

CREATE INDEX nodes_by_name ON nodes (name);
CREATE INDEX nodes_gone ON nodes (since) WHERE state = 'gone';

CREATE TRIGGER nodes_begin BEFORE INSERT ON nodes WHEN NEW.state <> 'joining'
BEGIN SELECT RAISE(ABORT, 'a node begins as joining'); END;

CREATE TRIGGER nodes_move BEFORE UPDATE OF state ON nodes
WHEN NEW.state IS NOT OLD.state
  AND NOT EXISTS (SELECT 1 FROM node_moves WHERE before = OLD.state AND after = NEW.state)
BEGIN SELECT RAISE(ABORT, 'a node does not move so'); END;

-- `state`: a node stands otherwise, `before` null of one that is new. `listed`: a registration came, changed or went, and
-- `before` and `after` are its canonical text, null where there was or is none.
CREATE TABLE events (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT,
  at     INTEGER NOT NULL,
  kind   TEXT    NOT NULL CHECK (kind IN ('state', 'listed')),
  node   INTEGER CHECK ((node IS NULL) = (kind = 'listed')),
  before TEXT,
  after  TEXT,
  reason TEXT    CHECK ((reason IS NULL) = (kind = 'listed'))
) STRICT;

CREATE INDEX events_of_nodes ON events (node, cursor) WHERE node IS NOT NULL;

-- How far back the log goes: all that came after this cursor is there.
CREATE TABLE horizon (cursor INTEGER NOT NULL) STRICT;
INSERT INTO horizon (cursor) VALUES (0);

-- Each registration as the log has it: load and disk that have changed by little are not told of.
CREATE TABLE listed (
  name     TEXT PRIMARY KEY,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How a node stood over time: `points` holds one block of points of `step` milliseconds each, from `begins` on.
CREATE TABLE history (
  node   INTEGER NOT NULL,
  step   INTEGER NOT NULL,
  begins INTEGER NOT NULL,
  points BLOB    NOT NULL,
  PRIMARY KEY (node, step, begins)
) STRICT, WITHOUT ROWID;

CREATE INDEX history_by_age ON history (step, begins);

-- What is worth knowing of a node.
CREATE TABLE messages (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  node   INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  level  TEXT    NOT NULL CHECK (level IN ('error', 'warn', 'info', 'debug')),
  text   TEXT    NOT NULL
) STRICT;

CREATE INDEX messages_of_nodes ON messages (node, number);

-- Nothing ever read them.
DROP TABLE loads;
