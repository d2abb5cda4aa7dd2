-- Tells of both versions in one table, so that they are told in one order. A Tell is known by who told it and its
-- Id: one of version 1.0 by its sender, one of version 0.1, whoever sent it, by no teller and `Application Broker-IP`.
-- `hash` is the document hash of version 1.0; Tells of 0.1 are compared as text.
CREATE TABLE tells_of_both (
  place      INTEGER PRIMARY KEY AUTOINCREMENT,
  teller     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  hash       TEXT,
  document   TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  UNIQUE (teller, id)
) STRICT;

INSERT INTO tells_of_both (place, teller, id, seq, hash, document, expires_at)
SELECT place, '', application || ' ' || broker_ip, 0, NULL, document, expires_at FROM tells ORDER BY place;

DROP TABLE tells;
ALTER TABLE tells_of_both RENAME TO tells;
CREATE INDEX tells_by_expiry ON tells (expires_at);

-- Ids of Tells that were taken back, so that an Untell that comes again is answered as before.
CREATE TABLE untold (
  teller     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (teller, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX untold_by_expiry ON untold (expires_at);
