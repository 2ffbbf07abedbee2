-- Which words a quote is of. The id is drawn, so that nobody can tell the words' record from it.
create table if not exists quotes (
    quote_id text primary key,
    authority_code text not null,
    expression_id text not null,
    unique (authority_code, expression_id)
);

-- Redacted words and what a reviewer made of them: restricted, apart from the events, so that an
-- erasure can delete them. One row for each state of the words, the names of the case and the rules.
create table if not exists texts (
    text_hash text not null,
    quote_id text not null references quotes,
    redacted text not null,
    rules text not null,
    primary key (quote_id, text_hash)
);
create table if not exists final_texts (
    review_id integer primary key,
    text text not null
);

-- Append-only: what somebody decided about one state of the words.
create table if not exists reviews (
    review_id integer primary key autoincrement,
    quote_id text not null references quotes,
    text_hash text not null,
    decided_at text not null,
    reviewer text not null check (reviewer != ''),
    decision text not null check (decision in ('approved', 'refused'))
);
create trigger if not exists reviews_are_never_changed
before update on reviews begin select raise(abort, 'reviews is append-only'); end;
create trigger if not exists reviews_are_never_deleted
before delete on reviews begin select raise(abort, 'reviews is append-only'); end;

-- Which releases held a quote.
create table if not exists releases (
    release_id text not null,
    quote_id text not null references quotes,
    released_at text not null,
    primary key (release_id, quote_id)
);

-- The first day on which a quote of a release is without permission, where one was known.
create table if not exists ends (
    release_id text not null,
    quote_id text not null references quotes,
    ends_on text not null,
    primary key (release_id, quote_id)
);
