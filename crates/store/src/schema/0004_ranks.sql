-- Who holds at least a rung of a ladder, found without reading the pool.
CREATE INDEX expert_title ON expert (pool, title_rank, seq);
CREATE INDEX expert_skill ON expert (pool, skill_rank, seq);
