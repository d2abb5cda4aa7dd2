-- The live Tells of version 0.1. `place` is the order in which they were told: a renewal keeps its
-- place, a replacement gets a new one. Times are milliseconds since 1970, by this service's clock.
CREATE TABLE tells (
  place       INTEGER PRIMARY KEY AUTOINCREMENT,
  application TEXT    NOT NULL,
  broker_ip   TEXT    NOT NULL,
  document    TEXT    NOT NULL,
  expires_at  INTEGER NOT NULL,
  UNIQUE (application, broker_ip)
) STRICT;

CREATE INDEX tells_by_expiry ON tells (expires_at);
