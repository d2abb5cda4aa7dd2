-- Whom files count for: users who have sent one, and the owners of jobs that refer to it. Each file counts once for each
-- of them, however often they hold it; triggers keep all of it.
CREATE TABLE blob_holders (
  owner TEXT    NOT NULL,
  blob  INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  holds INTEGER NOT NULL CHECK (holds >= 0),
  PRIMARY KEY (owner, blob)
) STRICT, WITHOUT ROWID;

CREATE TABLE staging_used (
  owner TEXT    NOT NULL PRIMARY KEY,
  bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER holder_comes AFTER INSERT ON blob_holders BEGIN
  INSERT INTO staging_used (owner, bytes) VALUES (NEW.owner, NEW.bytes)
  ON CONFLICT DO UPDATE SET bytes = bytes + NEW.bytes;
END;

CREATE TRIGGER holder_lets_go AFTER UPDATE OF holds ON blob_holders WHEN NEW.holds = 0 BEGIN
  DELETE FROM blob_holders WHERE owner = NEW.owner AND blob = NEW.blob;
END;

CREATE TRIGGER holder_goes AFTER DELETE ON blob_holders BEGIN
  UPDATE staging_used SET bytes = bytes - OLD.bytes WHERE owner = OLD.owner;
END;

CREATE TRIGGER claim_counts AFTER INSERT ON blob_claims BEGIN
  INSERT INTO blob_holders (owner, blob, bytes, holds) SELECT NEW.owner, id, bytes, 1 FROM blobs WHERE id = NEW.blob
  ON CONFLICT DO UPDATE SET holds = holds + 1;
END;

CREATE TRIGGER claim_counts_no_more AFTER DELETE ON blob_claims BEGIN
  UPDATE blob_holders SET holds = holds - 1 WHERE owner = OLD.owner AND blob = OLD.blob;
END;

CREATE TRIGGER sender_counts AFTER INSERT ON blob_senders WHEN NEW.sender LIKE 'user %' BEGIN
  INSERT INTO blob_holders (owner, blob, bytes, holds)
  SELECT substr(NEW.sender, 6), id, bytes, 1 FROM blobs WHERE id = NEW.blob
  ON CONFLICT DO UPDATE SET holds = holds + 1;
END;

CREATE TRIGGER sender_counts_no_more AFTER DELETE ON blob_senders WHEN OLD.sender LIKE 'user %' BEGIN
  UPDATE blob_holders SET holds = holds - 1 WHERE owner = substr(OLD.sender, 6) AND blob = OLD.blob;
END;

INSERT INTO blob_holders (owner, blob, bytes, holds)
SELECT owner, blob, bytes, count(*) FROM (
  SELECT owner, blob FROM blob_claims
  UNION ALL
  SELECT substr(sender, 6), blob FROM blob_senders WHERE sender LIKE 'user %'
) JOIN blobs ON id = blob GROUP BY owner, blob;
