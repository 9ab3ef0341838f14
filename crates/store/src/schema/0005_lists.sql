-- Lists and searches of experts are answered from memory (docs/decisions/0004); their indexes go.
DROP INDEX IF EXISTS expert_sorts;
DROP INDEX IF EXISTS expert_name;
DROP INDEX IF EXISTS expert_term;
DROP INDEX IF EXISTS expert_title;
DROP INDEX IF EXISTS expert_skill;
