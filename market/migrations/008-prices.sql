-- What Tells asked, hour by hour (market/prices): of each application, currency and unit how the amounts were spread that
-- live Tells asked whenever it was looked. Amounts are in 10^-9 of the currency, as text, for they pass 2^63; hours are
-- milliseconds since 1970 at which they begin, by this service's clock.
CREATE TABLE price_series (
  series      INTEGER PRIMARY KEY,
  application TEXT    NOT NULL,
  currency    TEXT    NOT NULL,
  unit        TEXT    NOT NULL,
  UNIQUE (application, currency, unit)
) STRICT;

CREATE TABLE price_hours (
  hour   INTEGER NOT NULL,
  series INTEGER NOT NULL REFERENCES price_series (series),
  -- How often it was looked, and how many Tells were there then at most.
  looks  INTEGER NOT NULL,
  tells  INTEGER NOT NULL,
  least  TEXT    NOT NULL,
  lower  TEXT    NOT NULL,
  median TEXT    NOT NULL,
  upper  TEXT    NOT NULL,
  most   TEXT    NOT NULL,
  -- While the hour lasts: each amount, and how often it was asked.
  points TEXT,
  PRIMARY KEY (series, hour)
) STRICT, WITHOUT ROWID;

CREATE INDEX price_hours_by_hour ON price_hours (hour, series);
CREATE INDEX price_hours_open ON price_hours (hour) WHERE points IS NOT NULL;
