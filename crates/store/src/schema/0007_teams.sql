-- A membership is of a team, where a pool has teams: one person, one membership for each.
ALTER TABLE expert ADD COLUMN team TEXT NOT NULL DEFAULT '';
