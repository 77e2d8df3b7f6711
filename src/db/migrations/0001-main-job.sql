-- The main job: sources, PSAs, integrations; what is seen, what was decided, what the desks know.

create table installation (
  only_row boolean primary key default true check (only_row),
  -- Stands in every reference, so that two installations on one desk never take each other's tickets.
  name text not null,
  -- Something sealed with the key for secrets, so that another key is noticed at start.
  sealed_check text not null,
  created_at timestamptz not null
);

create table sources (
  id bigint generated always as identity primary key,
  connector text not null,
  name text not null unique,
  settings jsonb not null,
  -- Field name to sealed text (see lib/secret-box.ts).
  secrets jsonb not null,
  event_cursor text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table psas (
  id bigint generated always as identity primary key,
  connector text not null,
  name text not null unique,
  settings jsonb not null,
  secrets jsonb not null,
  -- Live lists of the desk, as last read.
  options jsonb,
  options_at timestamptz,
  -- Tickets changed at the desk have been read up to here.
  changes_read_to timestamptz,
  -- Nothing is sent before this moment; held_failure says why.
  held_until timestamptz,
  held_failure jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table tenants (
  id bigint generated always as identity primary key,
  source_id bigint not null references sources (id) on delete cascade,
  key text not null,
  name text not null,
  enabled boolean not null,
  first_seen_at timestamptz not null,
  -- First time that its list was read whole; what held by then held before Tocsin came.
  baseline_at timestamptz,
  last_listed_at timestamptz,
  failing_since timestamptz,
  failing_message text,
  vanished_at timestamptz,
  unique (source_id, key)
);

create table integrations (
  id bigint generated always as identity primary key,
  name text not null unique,
  source_id bigint not null references sources (id),
  psa_id bigint not null references psas (id),
  -- Values of the desk's general fields.
  general jsonb not null,
  title_template text not null,
  description_template text not null,
  repeats text not null check (repeats in ('note', 'ticket')),
  repeat_note_minutes integer not null check (repeat_note_minutes >= 0),
  paused_until timestamptz,
  -- Of the rules: one more with each saving, so that a second saver is told what changed.
  version integer not null default 1,
  -- Rows that were removed, each with its section, key and version.
  rules_removed jsonb not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table mappings (
  id bigint generated always as identity primary key,
  integration_id bigint not null references integrations (id),
  tenant_id bigint not null unique references tenants (id),
  account_id text not null,
  account_name text not null,
  created_at timestamptz not null,
  unique (integration_id, account_id)
);

create table rules (
  integration_id bigint not null references integrations (id) on delete cascade,
  section text not null check (section in ('warning', 'critical', 'severity', 'event-type')),
  key text not null,
  enabled boolean not null,
  fields jsonb not null,
  delay_minutes integer not null default 0 check (delay_minutes >= 0),
  lifetime_hours integer not null default 24 check (lifetime_hours > 0),
  -- What is wrong with the row at the desk, as last judged against its live lists.
  problems jsonb not null default '[]',
  -- Version of the integration's rules in which the row was last saved.
  version integer not null default 1,
  updated_at timestamptz not null,
  primary key (integration_id, section, key)
);

create table computers (
  source_id bigint not null references sources (id) on delete cascade,
  key text not null,
  tenant_id bigint not null references tenants (id) on delete cascade,
  name text not null,
  level text not null,
  reasons jsonb not null,
  link text not null,
  first_seen_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (source_id, key)
);
create index computers_by_tenant on computers (tenant_id);

-- Where a poll lays the pages of a list until it is whole. Lost in a crash, and that is right.
create unlogged table staged_computers (
  poll uuid not null,
  tenant_key text not null,
  key text not null,
  name text not null,
  level text not null,
  reasons jsonb not null,
  link text not null
);
create index staged_computers_by_poll on staged_computers (poll, key);

create table conditions (
  id bigint generated always as identity primary key,
  source_id bigint not null references sources (id) on delete cascade,
  tenant_id bigint not null references tenants (id) on delete cascade,
  computer_key text not null,
  computer_name text not null,
  status_key text not null,
  text text not null,
  link text not null,
  level text not null check (level in ('warning', 'critical')),
  began_at timestamptz not null,
  held_before boolean not null,
  hidden_since timestamptz,
  ended_at timestamptz,
  end_reason text
);
create unique index one_condition_per_identity on conditions (tenant_id, computer_key, status_key) where ended_at is null;
create index conditions_by_computer on conditions (source_id, computer_key) where ended_at is null;
create index conditions_ended on conditions (ended_at) where ended_at is not null;

create table events (
  id bigint generated always as identity primary key,
  source_id bigint not null references sources (id) on delete cascade,
  tenant_id bigint not null references tenants (id) on delete cascade,
  key text not null,
  type text not null,
  type_name text not null,
  severity text not null,
  computer_key text not null,
  computer_name text not null,
  text text not null,
  happened_at timestamptz not null,
  stored_at timestamptz not null,
  received_at timestamptz not null,
  unique (source_id, key)
);
create index events_by_time on events (received_at);

create table tickets (
  id bigint generated always as identity primary key,
  psa_id bigint not null references psas (id),
  integration_id bigint not null references integrations (id),
  tenant_id bigint not null references tenants (id),
  condition_id bigint references conditions (id) on delete set null,
  event_id bigint references events (id) on delete set null,
  identity text not null,
  reference text not null,
  account_id text not null,
  -- The status description or the event, in words: what notes and resolution speak of.
  what text not null,
  title text not null,
  description text not null,
  general jsonb not null,
  created_at timestamptz not null,

  -- Desired: written by judging alone.
  want text not null check (want in ('open', 'closed', 'nothing')),
  not_before timestamptz,
  level text not null check (level in ('warning', 'critical')),
  fields jsonb not null,
  repeats integer not null default 0,
  last_repeat_at timestamptz,
  end_reason text,
  desired_version integer not null default 1,

  -- Known: written by tending alone.
  phase text not null default 'absent' check (phase in ('absent', 'open', 'closed', 'gone')),
  desk_ticket_id text,
  desk_number text,
  written jsonb,
  level_told text,
  repeats_told integer not null default 0,
  repeats_told_at timestamptz,
  notes integer not null default 0,
  closed_by text,
  released boolean not null default false,
  unsure_since timestamptz,
  looked_at timestamptz,
  failures integer not null default 0,
  failure jsonb,
  retry_at timestamptz,
  stuck boolean not null default false,
  opened_at timestamptz,
  closed_at timestamptz,
  done_at timestamptz,
  outcome text,

  -- The queue is this table: a ticket is due when due_at has come and nobody holds it.
  lane smallint not null,
  due_at timestamptz,
  lease_owner uuid,
  lease_at timestamptz,
  lease_until timestamptz
) with (fillfactor = 50);
create unique index one_open_ticket_per_identity on tickets (psa_id, identity) where done_at is null;
create index tickets_due on tickets (psa_id, lane, due_at) where due_at is not null;
create index tickets_by_condition on tickets (condition_id);
create index tickets_by_reference on tickets (psa_id, reference);
create index tickets_by_desk_ticket on tickets (psa_id, desk_ticket_id) where desk_ticket_id is not null;
create index tickets_by_age on tickets (integration_id, id);
create index tickets_by_tenant on tickets (tenant_id, id);
create index tickets_by_event on tickets (event_id) where event_id is not null;
create index tickets_stuck on tickets (id) where stuck and done_at is null;

-- Every decision with its reason: the answer to "why is there (no) ticket for this?".
create table decisions (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  integration_id bigint references integrations (id) on delete cascade,
  condition_id bigint references conditions (id) on delete cascade,
  event_id bigint references events (id) on delete cascade,
  ticket_id bigint references tickets (id) on delete cascade,
  outcome text not null,
  reason text not null
);
create index decisions_by_condition on decisions (condition_id) where condition_id is not null;
create index decisions_by_event on decisions (event_id) where event_id is not null;
create index decisions_by_ticket on decisions (ticket_id) where ticket_id is not null;

-- What was done at the desk for a ticket, and what it answered.
create table ticket_steps (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references tickets (id) on delete cascade,
  at timestamptz not null,
  step text not null,
  reason text not null,
  result text not null,
  message text not null,
  duration_ms integer not null
);
create index ticket_steps_by_ticket on ticket_steps (ticket_id);

-- Work that comes again: polls, readings of changes, refreshing of lists. One row each, claimed by lease.
create table duties (
  kind text not null,
  subject_id bigint not null,
  due_at timestamptz not null,
  lease_owner uuid,
  lease_until timestamptz,
  last_begun_at timestamptz,
  -- Asked for by a person or by changed settings.
  hurried_at timestamptz,
  last_good_at timestamptz,
  last_duration_ms integer,
  failures integer not null default 0,
  failure jsonb,
  detail jsonb not null default '{}',
  primary key (kind, subject_id)
);

-- The governor: calls at once, per endpoint of a desk, across all processes.
create table governor_slots (
  psa_id bigint not null references psas (id) on delete cascade,
  endpoint text not null,
  slot integer not null,
  owner uuid,
  held_until timestamptz,
  primary key (psa_id, endpoint, slot)
);

-- The governor: requests granted, per minute, for the rolling hour.
create table governor_minutes (
  psa_id bigint not null references psas (id) on delete cascade,
  minute timestamptz not null,
  granted integer not null,
  primary key (psa_id, minute)
);

create table api_tokens (
  id bigint generated always as identity primary key,
  name text not null unique,
  -- SHA-256 of the token; the token itself is shown once.
  digest text not null unique,
  created_at timestamptz not null
);
