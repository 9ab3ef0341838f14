-- What finds an expert follows from name, number and employer.
ALTER TABLE expert DROP COLUMN grams;
