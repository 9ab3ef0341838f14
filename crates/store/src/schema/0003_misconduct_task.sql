-- In which task it happened, so that a requester's list is cut to its own before it is cut into pages.
ALTER TABLE misconduct ADD COLUMN task TEXT;
