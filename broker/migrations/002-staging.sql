-- Files that are here, each once, by the SHA-256 of its bytes. Its file stands below broker-blobs before its row does,
-- and goes after it.
CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  -- When it was sent last, in milliseconds since 1970.
  used_at INTEGER NOT NULL,
  -- How many rows of blob_claims name it: triggers keep it.
  claims INTEGER NOT NULL DEFAULT 0 CHECK (claims >= 0)
) STRICT;

CREATE INDEX blobs_unclaimed ON blobs (used_at) WHERE claims = 0;

-- Who has sent all bytes of a blob, and so may see it: `user NAME` or `agent NAME`.
CREATE TABLE blob_senders (
  blob INTEGER NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
  sender TEXT NOT NULL,
  PRIMARY KEY (blob, sender)
) STRICT, WITHOUT ROWID;

-- The blobs of jobs: what a job's tasks take, and what they gave. They stay as long as the job does.
CREATE TABLE blob_claims (
  job INTEGER NOT NULL,
  blob INTEGER NOT NULL REFERENCES blobs (id),
  owner TEXT NOT NULL,
  PRIMARY KEY (job, blob)
) STRICT, WITHOUT ROWID;

CREATE INDEX blob_claims_of_owner ON blob_claims (blob, owner);

CREATE TRIGGER blob_claimed AFTER INSERT ON blob_claims BEGIN
  UPDATE blobs SET claims = claims + 1 WHERE id = NEW.blob;
END;

CREATE TRIGGER blob_released AFTER DELETE ON blob_claims BEGIN
  UPDATE blobs SET claims = claims - 1 WHERE id = OLD.blob;
END;
