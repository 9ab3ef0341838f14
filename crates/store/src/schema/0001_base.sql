-- Portable DDL: TEXT, BIGINT and BYTEA only. Days are TEXT yyyy-mm-dd, instants BIGINT ms,
-- money BIGINT fen, booleans BIGINT 0/1, JSON TEXT, ids TEXT (UUID), sealed fields BYTEA.

CREATE TABLE instance (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    root_check TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE ledger (
    id TEXT PRIMARY KEY,
    size BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE TABLE ledger_entry (
    ledger TEXT NOT NULL REFERENCES ledger (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    entry BYTEA NOT NULL,
    leaf BYTEA NOT NULL,
    PRIMARY KEY (ledger, seq)
);
CREATE INDEX ledger_entry_object ON ledger_entry (object_kind, object_id, ledger, seq);
CREATE INDEX ledger_entry_actor ON ledger_entry (ledger, actor, seq);
CREATE INDEX ledger_entry_action ON ledger_entry (ledger, action, seq);
CREATE TABLE ledger_body (
    ledger TEXT NOT NULL,
    seq BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (ledger, seq)
);
CREATE TABLE ledger_node (
    ledger TEXT NOT NULL,
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (ledger, level, position)
);
CREATE TABLE ledger_checkpoint (
    ledger TEXT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (ledger, size)
);
CREATE TABLE ledger_key (
    fingerprint TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    point BYTEA NOT NULL,
    since BIGINT NOT NULL
);

CREATE TABLE organisation (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    credit_code TEXT UNIQUE,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX organisation_name ON organisation (name_sort, id);
CREATE TABLE organisation_gram (
    gram TEXT NOT NULL,
    organisation TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    PRIMARY KEY (gram, organisation)
);
CREATE INDEX organisation_gram_of ON organisation_gram (organisation);

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    id_number BYTEA,
    id_number_index BYTEA UNIQUE,
    id_tail_index BYTEA,
    phone BYTEA,
    phone_index BYTEA,
    email BYTEA,
    address BYTEA,
    body TEXT NOT NULL
);
CREATE INDEX person_name ON person (name_sort, id);
CREATE INDEX person_phone ON person (phone_index);
CREATE INDEX person_id_tail ON person (id_tail_index);

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    organisation TEXT REFERENCES organisation (id),
    person TEXT REFERENCES person (id),
    status TEXT NOT NULL,
    password TEXT,
    totp BYTEA,
    failed_attempts BIGINT NOT NULL,
    locked_until BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX account_organisation ON account (organisation, login);
CREATE INDEX account_person ON account (person);
CREATE TABLE account_role (
    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    pool TEXT NOT NULL,
    unit TEXT NOT NULL,
    PRIMARY KEY (account, role, pool, unit)
);
CREATE INDEX account_role_pool ON account_role (pool, role);
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX session_account ON session (account, created_at);
CREATE INDEX session_expiry ON session (expires_at);
CREATE TABLE setup_link (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    account TEXT REFERENCES account (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    body TEXT NOT NULL
);
CREATE TABLE log_in_try (
    name TEXT NOT NULL,
    network TEXT NOT NULL,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (name, network)
);
CREATE TABLE draft (
    account TEXT NOT NULL,
    form TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (account, form)
);
CREATE TABLE saved_filter (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    account TEXT NOT NULL,
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (account, list, name)
);

CREATE TABLE pool (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    no BIGINT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    pack TEXT NOT NULL,
    pack_digest TEXT NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE specialty (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    position BIGINT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (pool, name)
);
CREATE INDEX specialty_order ON specialty (pool, position, id);
CREATE TABLE parameter (
    pool TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (pool, kind, key)
);
CREATE TABLE record (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    kind TEXT NOT NULL,
    number TEXT,
    status TEXT NOT NULL,
    parent TEXT,
    subject TEXT,
    due_on TEXT,
    sort TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (pool, kind, number)
);
CREATE INDEX record_list ON record (pool, kind, sort, id);
CREATE INDEX record_status ON record (pool, kind, status, sort, id);
CREATE INDEX record_subject ON record (subject, kind, sort, id);
CREATE INDEX record_parent ON record (parent, kind, sort, id);
CREATE INDEX record_due ON record (pool, due_on);

CREATE TABLE expert (
    seq BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    person TEXT NOT NULL REFERENCES person (id),
    number TEXT,
    number_sort TEXT NOT NULL,
    status TEXT NOT NULL,
    term_from TEXT,
    term_to TEXT,
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    employer TEXT NOT NULL,
    employer_organisation TEXT,
    title_rank BIGINT NOT NULL,
    skill_rank BIGINT NOT NULL,
    card TEXT NOT NULL,
    touched BIGINT,
    body TEXT NOT NULL,
    grams TEXT NOT NULL,
    UNIQUE (pool, number),
    UNIQUE (pool, person)
);
CREATE INDEX expert_name ON expert (pool, name_sort, seq);
CREATE INDEX expert_number ON expert (pool, number_sort, seq);
CREATE INDEX expert_person ON expert (person);
CREATE INDEX expert_employer ON expert (employer_organisation, pool);
CREATE INDEX expert_status ON expert (pool, status, seq);
CREATE INDEX expert_term ON expert (pool, term_to, seq);
CREATE INDEX expert_touched ON expert (pool, touched);
CREATE TABLE expert_specialty (
    specialty TEXT NOT NULL REFERENCES specialty (id),
    expert BIGINT NOT NULL REFERENCES expert (seq) ON DELETE CASCADE,
    PRIMARY KEY (specialty, expert)
);
CREATE INDEX expert_specialty_of ON expert_specialty (expert);

CREATE TABLE relation (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    organisation TEXT REFERENCES organisation (id),
    other TEXT REFERENCES person (id),
    other_name TEXT NOT NULL,
    other_code TEXT,
    kind TEXT NOT NULL,
    from_day TEXT,
    to_day TEXT,
    source TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX relation_person ON relation (person, id);
CREATE INDEX relation_organisation ON relation (organisation, person);
CREATE INDEX relation_other ON relation (other, person);
CREATE INDEX relation_other_name ON relation (other_name, person);
CREATE INDEX relation_other_code ON relation (other_code, person);

CREATE TABLE task (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    number TEXT NOT NULL UNIQUE,
    requester TEXT NOT NULL REFERENCES organisation (id),
    status TEXT NOT NULL,
    work_from TEXT NOT NULL,
    work_to TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX task_pool ON task (pool, work_from, id);
CREATE INDEX task_status ON task (pool, status, work_from, id);
CREATE INDEX task_requester ON task (requester, work_from, id);
CREATE TABLE draw (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    task TEXT NOT NULL REFERENCES task (id),
    attempt BIGINT NOT NULL,
    status TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    annex BYTEA,
    body TEXT NOT NULL,
    UNIQUE (task, attempt)
);
CREATE INDEX draw_pool ON draw (pool, opened_at, id);
CREATE INDEX draw_status ON draw (pool, status, opened_at, id);
CREATE TABLE engagement (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    task TEXT NOT NULL REFERENCES task (id),
    draw TEXT REFERENCES draw (id),
    expert TEXT NOT NULL REFERENCES expert (id),
    status TEXT NOT NULL,
    answer_by BIGINT,
    body TEXT NOT NULL,
    UNIQUE (task, draw, expert)
);
CREATE INDEX engagement_expert ON engagement (expert, id);
CREATE INDEX engagement_draw ON engagement (draw, id);
CREATE INDEX engagement_answer ON engagement (status, answer_by, id);
CREATE TABLE busy_slot (
    person TEXT NOT NULL REFERENCES person (id),
    day TEXT NOT NULL,
    half TEXT NOT NULL,
    hold TEXT NOT NULL,
    reference TEXT NOT NULL,
    pool TEXT NOT NULL,
    PRIMARY KEY (person, day, half, hold)
);
CREATE INDEX busy_slot_reference ON busy_slot (reference);
CREATE INDEX busy_slot_day ON busy_slot (day, half, person);
CREATE TABLE rotation (
    id TEXT PRIMARY KEY REFERENCES expert (id),
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    drawn_count BIGINT NOT NULL,
    last_drawn TEXT,
    body TEXT NOT NULL
);
CREATE INDEX rotation_pool ON rotation (pool, id);
CREATE TABLE misconduct (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    expert TEXT NOT NULL REFERENCES expert (id),
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    happened_on TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX misconduct_pool ON misconduct (pool, happened_on, id);
CREATE INDEX misconduct_expert ON misconduct (expert, happened_on, id);

CREATE TABLE campaign (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    opens_on TEXT NOT NULL,
    closes_on TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX campaign_pool ON campaign (pool, opens_on, id);
CREATE TABLE campaign_answer (
    campaign TEXT NOT NULL REFERENCES campaign (id),
    expert TEXT NOT NULL REFERENCES expert (id),
    status TEXT NOT NULL,
    answered_at BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (campaign, expert)
);
CREATE INDEX campaign_answer_status ON campaign_answer (campaign, status, expert);
CREATE TABLE import (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT NOT NULL REFERENCES pool (id),
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    file TEXT,
    body TEXT NOT NULL
);
CREATE INDEX import_pool ON import (pool, created_at, id);
CREATE TABLE register_entry (
    id TEXT PRIMARY KEY,
    register TEXT NOT NULL,
    name TEXT NOT NULL,
    subject_index BYTEA,
    person_index BYTEA,
    from_day TEXT,
    to_day TEXT,
    source TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX register_entry_subject ON register_entry (subject_index, register);
CREATE INDEX register_entry_person ON register_entry (person_index);
CREATE INDEX register_entry_name ON register_entry (register, name, id);

CREATE TABLE file (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    pool TEXT,
    owner_kind TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX file_owner ON file (owner_kind, owner_id, created_at, id);
CREATE TABLE message (
    id TEXT PRIMARY KEY,
    pool TEXT,
    channel TEXT NOT NULL,
    recipient BYTEA NOT NULL,
    account TEXT,
    subject TEXT NOT NULL,
    content BYTEA NOT NULL,
    reference_kind TEXT NOT NULL,
    reference_id TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    deadline BIGINT,
    log TEXT NOT NULL
);
CREATE INDEX message_due ON message (state, next_at, id);
CREATE INDEX message_reference ON message (reference_kind, reference_id, created_at, id);
CREATE INDEX message_account ON message (account, created_at, id);
CREATE INDEX message_pool ON message (pool, created_at, id);
CREATE TABLE job (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    pool TEXT,
    state TEXT NOT NULL,
    due BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    leased_by TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX job_due ON job (state, due);
