-- What Tells asked, hour by hour (market/prices): of each application, currency and unit how the amounts were spread that
-- live Tells asked whenever it was looked. Amounts are in 10^-9 of the currency, as text, for they pass 2^63; hours are
-- milliseconds since 1970 at which they begin, by this service's clock. A row says all of itself: a page is read, and what
-- is old forgotten, along one index, however many names were ever told.
CREATE TABLE price_hours (
  application TEXT    NOT NULL,
  hour        INTEGER NOT NULL,
  currency    TEXT    NOT NULL,
  unit        TEXT    NOT NULL,
  -- How often it was looked, and how many Tells were there then at most.
  looks       INTEGER NOT NULL,
  tells       INTEGER NOT NULL,
  least       TEXT    NOT NULL,
  lower       TEXT    NOT NULL,
  median      TEXT    NOT NULL,
  upper       TEXT    NOT NULL,
  most        TEXT    NOT NULL,
  -- While the hour lasts: each amount, and how often it was asked.
  points      TEXT,
  PRIMARY KEY (application, hour, currency, unit)
) STRICT, WITHOUT ROWID;

CREATE INDEX price_hours_by_hour ON price_hours (hour);
CREATE INDEX price_hours_open ON price_hours (hour) WHERE points IS NOT NULL;
