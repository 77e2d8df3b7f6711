-- Sources that are never asked: what they send is taken into a durable inbox and settled from there (docs/adr/0013).

-- An event that has an end holds as a condition does: its severity tells it from a computer's status.
alter table conditions add column event_severity text check (event_severity in ('critical', 'functional-failure', 'warning'));
alter table events add column state text not null default 'happened' check (state in ('happened', 'raised', 'resolved'));
create index events_with_end on events (tenant_id, type, computer_key, happened_at) where state <> 'happened';

-- What was taken and is not settled yet. A row is what one company sent at once, at most a thousand items but for lists.
create table inbox (
  id bigint generated always as identity primary key,
  source_id bigint not null references sources (id) on delete cascade,
  -- Rows of the two lanes are settled by different duties, in the order of their ids within a company.
  lane text not null check (lane in ('computers', 'events')),
  company text not null,
  channel text not null,
  form text not null check (form in ('list', 'changes', 'statuses', 'events', 'mailboxes')),
  items integer not null,
  body json not null,
  received_at timestamptz not null,
  -- Why it could not be settled; it is tried again.
  failure text,
  retry_at timestamptz
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
create index inbox_by_company on inbox (source_id, lane, company, id);

-- What is known of a company beside what every tenant has.
create table pushed_companies (
  tenant_id bigint primary key references tenants (id) on delete cascade,
  -- Of the last list that was taken over; an older one changes nothing.
  list_number bigint,
  listed_at timestamptz,
  -- Lists that came late, since the last one that counted.
  late_lists integer not null default 0,
  mailboxes integer,
  mailboxes_counted_at timestamptz,
  heard_at timestamptz not null
) with (fillfactor = 70);

-- Changes that are newer than the last list of their company: a list from before them does not undo them.
create table pushed_changes (
  tenant_id bigint not null references tenants (id) on delete cascade,
  computer_key text not null,
  number bigint not null,
  primary key (tenant_id, computer_key)
);

-- Reasons that were reported by themselves and hold until then, unless they are repeated.
create table pushed_holds (
  tenant_id bigint not null references tenants (id) on delete cascade,
  computer_key text not null,
  status_key text not null,
  source_id bigint not null,
  said_at timestamptz not null,
  primary key (tenant_id, computer_key, status_key)
);
create index pushed_holds_by_age on pushed_holds (source_id, said_at);

-- Who may send: a token (its SHA-256 is stored) or a key that signs (sealed, see lib/secret-box.ts).
create table source_tokens (
  id bigint generated always as identity primary key,
  source_id bigint not null references sources (id) on delete cascade,
  name text not null,
  -- Null: for every company of the source.
  company text,
  kind text not null check (kind in ('token', 'signature')),
  digest text unique,
  sealed text,
  created_at timestamptz not null,
  last_used_at timestamptz,
  unique (source_id, name),
  check ((kind = 'token') = (digest is not null))
);

-- Messages that could not be read, or whose company is not known: kept and shown until a person has dealt with them.
create table unread_messages (
  id bigint generated always as identity primary key,
  source_id bigint not null references sources (id) on delete cascade,
  key text not null,
  channel text not null,
  -- Why: `no-company`, or why it could not be read.
  reason text not null,
  detail text not null,
  -- Where it came from, in words: messages of one origin and reason are shown together.
  origin text not null,
  message json not null,
  received_at timestamptz not null,
  unique (source_id, key)
);
create index unread_messages_by_origin on unread_messages (source_id, reason, origin, id);

-- How many of each origin and reason came in all; of those that nobody could read only the latest are kept.
create table unread_counts (
  source_id bigint not null references sources (id) on delete cascade,
  reason text not null,
  origin text not null,
  channel text not null,
  messages bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (source_id, reason, origin)
);
