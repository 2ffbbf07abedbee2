-- Append-only, and each entry holds the hash of the one before: what is rewritten shows.
create table if not exists release_events (
    event_id integer primary key,
    release_id text not null,
    kind text not null check (kind in (
        'candidate', 'checked', 'held', 'approved', 'published', 'withdrawn'
    )),
    happened_at text not null,
    actor text not null,
    detail text not null,
    previous_hash text not null,
    hash text not null unique
);
create index if not exists events_of_a_release on release_events (release_id);

create trigger if not exists release_events_are_never_changed
before update on release_events begin select raise(abort, 'release_events is append-only'); end;
create trigger if not exists release_events_are_never_deleted
before delete on release_events begin select raise(abort, 'release_events is append-only'); end;
