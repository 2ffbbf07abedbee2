-- Append-only: an incident is what its events add up to (the view incidents_now, in fold.py).
create table if not exists subjects (
    fingerprint text primary key,
    check_id text not null,
    asset text not null,
    authority_code text not null,
    slice_kind text not null
);

-- The words of the check as they are today; nothing is decided by their past.
create table if not exists words (
    fingerprint text primary key references subjects,
    severity text not null,
    dimension text not null,
    sentence text not null,
    what_to_do text not null,
    owner text not null,
    indicators text not null
);

create table if not exists incident_events (
    event_id integer primary key autoincrement,
    incident_id text not null,
    fingerprint text not null references subjects,
    happened_at text not null,
    kind text not null check (kind in (
        'bad', 'good', 'opened', 'reopened', 'dismissed', 'resolved', 'grouped', 'ungrouped',
        'escalated', 'acknowledged', 'assigned', 'muted'
    )),
    run_id text not null default '',
    actor text not null default '',
    role text not null default '',
    until text not null default '',
    parent_id text not null default ''
);
-- Seeing one run's results twice says nothing new.
create unique index if not exists one_verdict_a_run
on incident_events (incident_id, run_id) where kind in ('bad', 'good');
create index if not exists events_of_a_fingerprint on incident_events (fingerprint);

create trigger if not exists incident_events_are_never_changed
before update on incident_events begin select raise(abort, 'incident_events is append-only'); end;
create trigger if not exists incident_events_are_never_deleted
before delete on incident_events begin select raise(abort, 'incident_events is append-only'); end;

-- What a person typed. Apart from the events, so that an erasure can delete it.
create table if not exists notes (
    event_id integer primary key references incident_events,
    text text not null
);

-- When the checks of a run, or the heartbeats of a day, judged; `nothing-new`: when a run last found
-- that nothing had to be judged.
create table if not exists evaluations (
    run_id text not null,
    happened_at text not null,
    judged integer not null,
    bad integer not null
);
create table if not exists arrivals (
    authority_code text not null,
    source text not null,
    arrived_at text not null,
    primary key (authority_code, source)
);
create table if not exists releases (
    release_id text primary key,
    released_at text not null
);

-- What boards can read, since when; of a release and a board it is told once.
create table if not exists packs_ready (
    release_id text not null,
    board text not null,
    authority_code text not null,
    route text not null,
    title text not null,
    verdict text not null,
    place text not null,
    ready_at text not null,
    primary key (release_id, board, authority_code)
);

-- The outbox. A message lists events; its text is made once, when it is put here.
create table if not exists messages (
    message_key text primary key,
    route text not null,
    kind text not null check (kind in ('changes', 'alive', 'release', 'packs')),
    made_at text not null,
    title text not null,
    body text not null
);
-- What is sent with a message, by its place in the home folder.
create table if not exists message_files (
    message_key text not null references messages,
    place text not null,
    primary key (message_key, place)
);
create table if not exists message_events (
    route text not null,
    event_id integer not null references incident_events,
    message_key text not null references messages,
    primary key (route, event_id)
);
create table if not exists attempts (
    message_key text not null references messages,
    tried_at text not null,
    outcome text not null check (outcome in ('sent', 'failed', 'dropped'))
);
-- Sent is said once, whoever says it.
create unique index if not exists sent_once on attempts (message_key) where outcome = 'sent';
-- From which event on a route is told.
create table if not exists routes (
    route text primary key,
    after_event_id integer not null,
    since text not null
);
