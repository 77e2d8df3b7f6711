-- Self-watch: what is wrong with this installation itself, whom to tell, and the drill.

create table watch (
  only_row boolean primary key default true check (only_row),
  -- What differs from the defaults.
  settings jsonb not null default '{}',
  -- Sealed; null: none was entered.
  webhook_secret text,
  last_run_at timestamptz,
  -- Since when it has been running without a long gap: what came to pass while nobody watched gets its time.
  resumed_at timestamptz
);
insert into watch default values;

create table alarms (
  -- Kind and subject, for example `psa-refusing/psa/3`: the same thing is always the same row.
  key text primary key,
  kind text not null,
  severity text not null check (severity in ('warning', 'critical')),
  subject text not null,
  subject_name text not null,
  words text not null,
  -- `pending`: it is so, but not for long enough.
  state text not null check (state in ('pending', 'holding', 'ended')),
  since timestamptz not null,
  -- For what must shrink: the lowest value since `since`.
  lowest double precision,
  began_at timestamptz,
  ended_at timestamptz
);

-- What the webhook is to be told, in order; a message goes on being tried until it arrived or is too old.
create table alarm_messages (
  id uuid primary key,
  number bigint generated always as identity,
  alarm_key text not null,
  body text not null,
  created_at timestamptz not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  -- What the last attempt failed with, in words.
  failure text,
  delivered_at timestamptz,
  given_up_at timestamptz
);
create index alarm_messages_waiting on alarm_messages (number) where delivered_at is null and given_up_at is null;
create index alarm_messages_ended on alarm_messages (coalesce(delivered_at, given_up_at));

-- What only the process itself knows: its disk, its clock, the certificates it saw.
create table process_reports (
  process uuid primary key,
  at timestamptz not null,
  report jsonb not null
);

-- How the desk of a PSA is drilled. The integration and the tenant are ordinary ones, of the source `tocsin-drill`.
create table drill_plans (
  psa_id bigint primary key references psas (id) on delete cascade,
  integration_id bigint not null references integrations (id) on delete cascade,
  tenant_id bigint not null unique references tenants (id) on delete cascade,
  -- Null: only on demand.
  schedule jsonb,
  created_at timestamptz not null
);

create table drills (
  id bigint generated always as identity primary key,
  psa_id bigint not null references psas (id) on delete cascade,
  tenant_id bigint not null references tenants (id) on delete cascade,
  asked_by text not null check (asked_by in ('schedule', 'person')),
  state text not null check (state in ('running', 'good', 'failed')),
  part text not null check (part in ('prepare', 'decide', 'open', 'read-open', 'close', 'read-closed')),
  part_begun_at timestamptz not null,
  -- Milliseconds that each part took, by its name.
  times jsonb not null default '{}',
  -- Why it failed, or what the present part met last.
  reason text not null default '',
  ticket_id bigint references tickets (id) on delete set null,
  begun_at timestamptz not null,
  ended_at timestamptz
);
create unique index one_running_drill_per_psa on drills (psa_id) where state = 'running';
create index drills_by_psa on drills (psa_id, id);
