-- Who may use the broker beside the user who runs it. Times are milliseconds since 1970.

-- A name is never given again: what its user has left (jobs, files, resources) would be another's.
CREATE TABLE users (
  name       TEXT    NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT, WITHOUT ROWID;

-- Of a token only its SHA-256 is kept, in hexadecimal; one that is revoked has no row.
CREATE TABLE tokens (
  id         TEXT    NOT NULL PRIMARY KEY,
  user       TEXT    NOT NULL REFERENCES users (name),
  hash       TEXT    NOT NULL UNIQUE,
  -- The words of protocol/identities.ts, in JSON.
  scopes     TEXT    NOT NULL,
  note       TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX tokens_of_user ON tokens (user, id);
CREATE INDEX tokens_by_end ON tokens (expires_at);
