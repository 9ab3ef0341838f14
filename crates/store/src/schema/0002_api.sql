-- Tokens with which programs use the JSON interface, and the answers they were given.
CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX api_token_account ON api_token (account, created_at);
CREATE TABLE api_answer (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    at BIGINT NOT NULL,
    sealed BYTEA,
    PRIMARY KEY (account, key)
);
CREATE INDEX api_answer_at ON api_answer (at);
