-- The live registrations of version 1.0: `document` is canonical text, with the load and date that were told or polled
-- last; `hash` is the document hash of what was told. One is known by its owner, who told it, and its Id; `teller` is
-- the IP address that it came from. Times are milliseconds since 1970, by this service's clock.
CREATE TABLE resources (
  place      INTEGER PRIMARY KEY,
  owner      TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  hash       TEXT    NOT NULL,
  document   TEXT    NOT NULL,
  poll       TEXT,
  teller     TEXT    NOT NULL,
  told_at    INTEGER NOT NULL,
  heard_at   INTEGER,
  expires_at INTEGER NOT NULL,
  UNIQUE (owner, id)
) STRICT;

CREATE INDEX resources_by_expiry ON resources (expires_at);

-- Registrations of both versions have their places in one order.
CREATE TABLE places (last INTEGER NOT NULL) STRICT;

INSERT INTO places (last)
SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'registrations'), 0);

-- Ids of registrations that were taken back, so that an Untell that comes again is answered as before.
CREATE TABLE untold_resources (
  owner      TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX untold_resources_by_expiry ON untold_resources (expires_at);
