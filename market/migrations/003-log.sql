-- The log of the market: what was told, taken back and lapsed, and the Asks that brokers' Watches are told of, in the
-- order of their commits. `ended` is the event that ended a Tell, nothing while it lives; every other event is over
-- with itself. So the market as it stood at cursor C is each `told` with cursor <= C and (ended IS NULL or ended > C).
-- Times are milliseconds since 1970, by this service's clock.
CREATE TABLE events (
  cursor   INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  kind     TEXT    NOT NULL CHECK (kind IN ('told', 'untold', 'lapsed', 'asked')),
  -- Canonical text: of `told` the Tell, of `asked` the Ask as the broker may see it.
  document TEXT,
  -- Of `asked`: whom it is for.
  watch    INTEGER,
  ended    INTEGER
) STRICT;

CREATE INDEX events_by_end ON events (ended) WHERE ended IS NOT NULL;
CREATE INDEX events_by_watch ON events (watch, cursor) WHERE watch IS NOT NULL;

-- When the Tells were told that were there before the log is not known.
INSERT INTO events (cursor, at, kind, document) SELECT place, 0, 'told', document FROM tells ORDER BY place;

-- How far back the log goes: the market can be shown as it stood at this cursor and at any later one.
CREATE TABLE horizon (cursor INTEGER NOT NULL) STRICT;
INSERT INTO horizon (cursor) SELECT coalesce(max(place), 0) FROM tells;

-- The live Tells. Each is kept as its `told` event, by whose cursor it is known: the order in which they were told.
CREATE TABLE tells_of_log (
  place      INTEGER PRIMARY KEY,
  teller     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  hash       TEXT,
  expires_at INTEGER NOT NULL,
  UNIQUE (teller, id)
) STRICT;

INSERT INTO tells_of_log (place, teller, id, seq, hash, expires_at)
SELECT place, teller, id, seq, hash, expires_at FROM tells ORDER BY place;

DROP TABLE tells;
ALTER TABLE tells_of_log RENAME TO tells;

-- Numbered, so that only the latest of them need be kept.
CREATE TABLE untold_in_order (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  teller     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  UNIQUE (teller, id)
) STRICT;

INSERT INTO untold_in_order (teller, id, expires_at) SELECT teller, id, expires_at FROM untold ORDER BY expires_at;

DROP TABLE untold;
ALTER TABLE untold_in_order RENAME TO untold;
