-- Which words an item is: one state of them each, so that changed words are a new item. The id is
-- drawn. An erasure deletes the row; what is left of a decision then tells of nobody.
create table if not exists items (
    item_id text primary key,
    authority_code text not null,
    subject_kind text not null check (subject_kind in ('expression')),
    subject_id text not null,
    text_hash text not null,
    unique (authority_code, subject_kind, subject_id, text_hash)
);

-- What a model pointed at, apart from what people decided. No vector is kept.
create table if not exists suggestions (
    item_id text not null references items on delete cascade,
    frame_version text not null,
    model text not null,
    place integer not null check (place in (1, 2)),
    theme_code text not null,
    score real not null,
    suggested_at text not null,
    primary key (item_id, frame_version, model, place)
);

-- Append-only: the codes that a person gave, the main one first; none if no theme fits. Round 2 is
-- a second reader, who sees neither a suggestion nor what the first one said.
create table if not exists decisions (
    decision_id integer primary key autoincrement,
    item_id text not null,
    round integer not null check (round in (1, 2)),
    frame_version text not null,
    coder text not null check (coder != ''),
    is_suggestion_shown integer not null check (is_suggestion_shown in (0, 1)),
    theme_codes text not null,
    decided_at text not null,
    check (round = 1 or is_suggestion_shown = 0)
);
create trigger if not exists decisions_are_never_changed
before update on decisions begin select raise(abort, 'decisions is append-only'); end;
create trigger if not exists decisions_are_never_deleted
before delete on decisions begin select raise(abort, 'decisions is append-only'); end;

-- How well they agreed when somebody last asked; counts of items, no item.
create table if not exists agreement (
    measured_on text not null,
    authority_code text not null,
    comparison text not null,
    breakdown text not null,
    breakdown_value text not null,
    items integer not null,
    children integer not null,
    agreed integer not null,
    kappa real,
    gap_points real,
    verdict text not null,
    frame_version text not null,
    primary key (authority_code, comparison, breakdown, breakdown_value)
);
