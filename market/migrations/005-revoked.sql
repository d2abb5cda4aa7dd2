-- What its sender took back, Tells by Untell and Watches by Unwatch, so that one that comes again is answered as
-- before. Numbered in the order in which they were taken back, so that only the latest of them need be kept.
CREATE TABLE revoked (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  kind       TEXT    NOT NULL CHECK (kind IN ('tell', 'watch')),
  sender     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  UNIQUE (kind, sender, id)
) STRICT;

INSERT INTO revoked (kind, sender, id, expires_at)
SELECT 'tell', teller, id, expires_at FROM untold ORDER BY number;

DROP TABLE untold;
