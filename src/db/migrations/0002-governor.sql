-- The governor: what was granted to which lane, what the vendor itself counts, who waits for a slot, how fast tickets go.

-- What was granted before lanes were written down counts as housekeeping.
alter table governor_minutes add column lane smallint not null default 4;
alter table governor_minutes alter column lane drop default;
alter table governor_minutes drop constraint governor_minutes_pkey;
alter table governor_minutes add primary key (psa_id, minute, lane);

-- What the vendor says of its own count, as last read.
alter table psas add column usage jsonb;

-- Given by a holder to a process that waited for it and has not taken it up yet.
alter table governor_slots add column handed_over boolean not null default false;

-- Processes that wait for a slot: whoever has held one for a while hands it over. Lost in a crash, and that is right.
create unlogged table governor_waits (
  psa_id bigint not null references psas (id) on delete cascade,
  endpoint text not null,
  owner uuid not null,
  since timestamptz not null,
  seen_until timestamptz not null,
  primary key (psa_id, endpoint, owner)
);

-- What each process did at a desk in each minute, by lane, and how long it was at work: the measured rate.
create table desk_minutes (
  psa_id bigint not null references psas (id) on delete cascade,
  minute timestamptz not null,
  owner uuid not null,
  steps integer[] not null,
  requests integer[] not null,
  busy_ms integer not null,
  primary key (psa_id, minute, owner)
);
