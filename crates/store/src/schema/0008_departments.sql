-- What belongs to a team is for those who answer for the team: applications and tasks say of which.
ALTER TABLE record ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE task ADD COLUMN team TEXT NOT NULL DEFAULT '';
