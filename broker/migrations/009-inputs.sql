-- The largest inputs of a job, as JSON: what decides which node has the least to fetch for its tasks. Nothing where all
-- are small.
ALTER TABLE jobs ADD COLUMN large_inputs TEXT;
