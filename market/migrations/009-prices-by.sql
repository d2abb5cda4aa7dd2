-- Hours of one currency, or of one unit, are read along an index of their own: what else an application has cost, which may be
-- a million rows, is not looked at.
CREATE INDEX price_hours_by_currency ON price_hours (application, currency, hour, unit);
CREATE INDEX price_hours_by_unit ON price_hours (application, unit, hour, currency);
