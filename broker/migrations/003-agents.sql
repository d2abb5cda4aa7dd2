-- What owners lend: each resource has an agent, which is known by its key once it has enrolled. Times are milliseconds
-- since 1970.
CREATE TABLE resources (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- The SHA-256 of the secret with which its agent enrols, once.
  secret_hash TEXT NOT NULL UNIQUE,
  secret_until INTEGER NOT NULL,
  -- The agent's Ed25519 key, in base64url; NULL as long as the agent is awaited.
  key TEXT UNIQUE,
  draining INTEGER NOT NULL DEFAULT 0 CHECK (draining IN (0, 1))
) STRICT;

CREATE INDEX resources_of_owner ON resources (owner, name);
