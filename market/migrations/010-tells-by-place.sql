-- The live Tells without an index by name, of which a new Tell wrote a page that no other of its commit needed, wherever Ids
-- come in no order. The market has every name in memory, and finds the row of one by its place.
CREATE TABLE tells_by_place (
  place      INTEGER PRIMARY KEY,
  teller     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

INSERT INTO tells_by_place (place, teller, id, seq, expires_at)
SELECT place, teller, id, seq, expires_at FROM tells ORDER BY place;

DROP TABLE tells;
ALTER TABLE tells_by_place RENAME TO tells;
