-- Who has accepted what a batch system must reserve first may end it before that has answered.
INSERT INTO deal_moves (before, verb, after) VALUES ('accepting', 'Terminate', 'ending');
