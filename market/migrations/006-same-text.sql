-- A Tell is the same where its text is, which its event has: no digest of it is kept beside.
ALTER TABLE tells DROP COLUMN hash;
