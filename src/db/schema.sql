-- The schema that all migrations together make, for reading. Written by "node scripts/write-schema.ts"; a test
-- compares it with a freshly migrated database. Changes are made in src/db/migrations.

create sequence changes_of_audit as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence changes_of_conditions as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence changes_of_connections as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence changes_of_events as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence changes_of_integrations as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence changes_of_people as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence changes_of_status as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence changes_of_tenants as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence changes_of_tickets as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
set check_function_bodies = off;
CREATE OR REPLACE FUNCTION public.audit_is_append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'The audit log is append-only.';
end $function$
;

CREATE OR REPLACE FUNCTION public.note_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform nextval(tg_argv[0]::regclass);
  return null;
end
$function$
;

create table alarm_messages (
  id uuid not null,
  number bigint generated always as identity not null,
  alarm_key text not null,
  body text not null,
  created_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  attempts integer default 0 not null,
  failure text,
  delivered_at timestamp with time zone,
  given_up_at timestamp with time zone,
  constraint alarm_messages_pkey PRIMARY KEY (id)
);

create table alarms (
  key text not null,
  kind text not null,
  severity text not null,
  subject text not null,
  subject_name text not null,
  words text not null,
  state text not null,
  since timestamp with time zone not null,
  lowest double precision,
  began_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint alarms_pkey PRIMARY KEY (key),
  constraint alarms_severity_check CHECK ((severity = ANY (ARRAY['warning'::text, 'critical'::text]))),
  constraint alarms_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'holding'::text, 'ended'::text])))
);

create table api_tokens (
  id bigint generated always as identity not null,
  name text not null,
  digest text not null,
  created_at timestamp with time zone not null,
  scope text default 'administrator'::text not null,
  ends_at timestamp with time zone,
  created_by bigint,
  last_used_at timestamp with time zone,
  constraint api_tokens_pkey PRIMARY KEY (id),
  constraint api_tokens_digest_key UNIQUE (digest),
  constraint api_tokens_name_key UNIQUE (name),
  constraint api_tokens_scope_check CHECK ((scope = ANY (ARRAY['administrator'::text, 'operator'::text, 'read-only'::text])))
);

create table audit (
  id bigint not null,
  at timestamp with time zone not null,
  actor_kind text not null,
  actor_id bigint,
  actor_name text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  subject_name text not null,
  before jsonb,
  after jsonb,
  hash text not null,
  constraint audit_pkey PRIMARY KEY (id),
  constraint audit_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['person'::text, 'token'::text, 'command'::text, 'system'::text]))),
  constraint audit_id_check CHECK ((id > 0))
);

create table channel_listening (
  source_id bigint not null,
  channel text not null,
  since timestamp with time zone not null,
  until timestamp with time zone not null,
  constraint channel_listening_pkey PRIMARY KEY (source_id, channel),
  constraint channel_listening_channel_check CHECK ((channel = ANY (ARRAY['syslog'::text, 'smtp'::text, 'mailbox'::text])))
) with (fillfactor=50);

create unlogged table channel_states (
  source_id bigint not null,
  channel text not null,
  process uuid not null,
  state text not null,
  address text not null,
  message text not null,
  since timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  counts jsonb not null,
  held_up boolean default false not null,
  constraint channel_states_pkey PRIMARY KEY (source_id, channel, process),
  constraint channel_states_channel_check CHECK ((channel = ANY (ARRAY['syslog'::text, 'smtp'::text]))),
  constraint channel_states_state_check CHECK ((state = ANY (ARRAY['listening'::text, 'failing'::text])))
);

create table computers (
  source_id bigint not null,
  key text not null,
  tenant_id bigint not null,
  name text not null,
  level text not null,
  reasons jsonb not null,
  link text not null,
  first_seen_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint computers_pkey PRIMARY KEY (source_id, key)
) with (fillfactor=85, autovacuum_vacuum_scale_factor=0.05);

create table conditions (
  id bigint generated always as identity not null,
  source_id bigint not null,
  tenant_id bigint not null,
  computer_key text not null,
  computer_name text not null,
  status_key text not null,
  text text not null,
  link text not null,
  level text not null,
  began_at timestamp with time zone not null,
  held_before boolean not null,
  hidden_since timestamp with time zone,
  ended_at timestamp with time zone,
  end_reason text,
  event_severity text,
  constraint conditions_pkey PRIMARY KEY (id),
  constraint conditions_event_severity_check CHECK ((event_severity = ANY (ARRAY['critical'::text, 'functional-failure'::text, 'warning'::text]))),
  constraint conditions_level_check CHECK ((level = ANY (ARRAY['warning'::text, 'critical'::text])))
);

create table decisions (
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  integration_id bigint,
  condition_id bigint,
  event_id bigint,
  ticket_id bigint,
  outcome text not null,
  reason text not null,
  constraint decisions_pkey PRIMARY KEY (id)
);

create table desk_accounts (
  psa_id bigint not null,
  account_id text not null,
  name text not null,
  number text not null,
  constraint desk_accounts_pkey PRIMARY KEY (psa_id, account_id)
);

create table desk_finds (
  psa_id bigint not null,
  desk_ticket_id text not null,
  reference text not null,
  account_id text not null,
  number text not null,
  is_open boolean not null,
  identity text,
  attempt_from timestamp with time zone,
  found_at timestamp with time zone not null,
  constraint desk_finds_pkey PRIMARY KEY (psa_id, desk_ticket_id)
);

create table desk_minutes (
  psa_id bigint not null,
  minute timestamp with time zone not null,
  owner uuid not null,
  steps integer[] not null,
  requests integer[] not null,
  busy_ms integer not null,
  constraint desk_minutes_pkey PRIMARY KEY (psa_id, minute, owner)
);

create table drill_plans (
  psa_id bigint not null,
  integration_id bigint not null,
  tenant_id bigint not null,
  schedule jsonb,
  created_at timestamp with time zone not null,
  constraint drill_plans_pkey PRIMARY KEY (psa_id),
  constraint drill_plans_tenant_id_key UNIQUE (tenant_id)
);

create table drills (
  id bigint generated always as identity not null,
  psa_id bigint not null,
  tenant_id bigint not null,
  asked_by text not null,
  state text not null,
  part text not null,
  part_begun_at timestamp with time zone not null,
  times jsonb default '{}'::jsonb not null,
  reason text default ''::text not null,
  ticket_id bigint,
  begun_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint drills_pkey PRIMARY KEY (id),
  constraint drills_asked_by_check CHECK ((asked_by = ANY (ARRAY['schedule'::text, 'person'::text]))),
  constraint drills_part_check CHECK ((part = ANY (ARRAY['prepare'::text, 'decide'::text, 'open'::text, 'read-open'::text, 'close'::text, 'read-closed'::text]))),
  constraint drills_state_check CHECK ((state = ANY (ARRAY['running'::text, 'good'::text, 'failed'::text])))
);

create table duties (
  kind text not null,
  subject_id bigint not null,
  due_at timestamp with time zone not null,
  lease_owner uuid,
  lease_until timestamp with time zone,
  last_begun_at timestamp with time zone,
  hurried_at timestamp with time zone,
  last_good_at timestamp with time zone,
  last_duration_ms integer,
  failures integer default 0 not null,
  failure jsonb,
  detail jsonb default '{}'::jsonb not null,
  constraint duties_pkey PRIMARY KEY (kind, subject_id)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500);

create table events (
  id bigint generated always as identity not null,
  source_id bigint not null,
  tenant_id bigint not null,
  key text not null,
  type text not null,
  type_name text not null,
  severity text not null,
  computer_key text not null,
  computer_name text not null,
  text text not null,
  happened_at timestamp with time zone not null,
  stored_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  state text default 'happened'::text not null,
  constraint events_pkey PRIMARY KEY (id),
  constraint events_source_id_key_key UNIQUE (source_id, key),
  constraint events_state_check CHECK ((state = ANY (ARRAY['happened'::text, 'raised'::text, 'resolved'::text])))
);

create table governor_minutes (
  psa_id bigint not null,
  minute timestamp with time zone not null,
  granted integer not null,
  lane smallint not null,
  constraint governor_minutes_pkey PRIMARY KEY (psa_id, minute, lane)
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500);

create table governor_slots (
  psa_id bigint not null,
  endpoint text not null,
  slot integer not null,
  owner uuid,
  held_until timestamp with time zone,
  handed_over boolean default false not null,
  constraint governor_slots_pkey PRIMARY KEY (psa_id, endpoint, slot)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500);

create unlogged table governor_waits (
  psa_id bigint not null,
  endpoint text not null,
  owner uuid not null,
  since timestamp with time zone not null,
  seen_until timestamp with time zone not null,
  constraint governor_waits_pkey PRIMARY KEY (psa_id, endpoint, owner)
);

create table inbox (
  id bigint generated always as identity not null,
  source_id bigint not null,
  lane text not null,
  company text not null,
  channel text not null,
  form text not null,
  items integer not null,
  body json not null,
  received_at timestamp with time zone not null,
  failure text,
  retry_at timestamp with time zone,
  set_aside_at timestamp with time zone,
  tries integer default 0 not null,
  constraint inbox_pkey PRIMARY KEY (id),
  constraint inbox_form_check CHECK ((form = ANY (ARRAY['list'::text, 'changes'::text, 'statuses'::text, 'events'::text, 'mailboxes'::text]))),
  constraint inbox_lane_check CHECK ((lane = ANY (ARRAY['computers'::text, 'events'::text])))
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500);

create table installation (
  only_row boolean default true not null,
  name text not null,
  sealed_check text not null,
  created_at timestamp with time zone not null,
  restored_at timestamp with time zone,
  copy_taken_at timestamp with time zone,
  constraint installation_pkey PRIMARY KEY (only_row),
  constraint installation_only_row_check CHECK (only_row)
);

create table integrations (
  id bigint generated always as identity not null,
  name text not null,
  source_id bigint not null,
  psa_id bigint not null,
  general jsonb not null,
  title_template text not null,
  description_template text not null,
  repeats text not null,
  repeat_note_minutes integer not null,
  paused_until timestamp with time zone,
  version integer default 1 not null,
  rules_removed jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  paused_by text,
  pause_note text default ''::text not null,
  constraint integrations_pkey PRIMARY KEY (id),
  constraint integrations_name_key UNIQUE (name),
  constraint integrations_repeat_note_minutes_check CHECK ((repeat_note_minutes >= 0)),
  constraint integrations_repeats_check CHECK ((repeats = ANY (ARRAY['note'::text, 'ticket'::text])))
);

create table invitations (
  id bigint generated always as identity not null,
  email text not null,
  name text not null,
  role text not null,
  digest text not null,
  invited_by bigint,
  created_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_digest_key UNIQUE (digest),
  constraint invitations_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'operator'::text, 'read-only'::text])))
);

create table known_addresses (
  person_id bigint not null,
  address text not null,
  last_at timestamp with time zone not null,
  constraint known_addresses_pkey PRIMARY KEY (person_id, address)
);

create table left_out_tenants (
  integration_id bigint not null,
  tenant_id bigint not null,
  at timestamp with time zone not null,
  constraint left_out_tenants_pkey PRIMARY KEY (integration_id, tenant_id)
);

create table mappings (
  id bigint generated always as identity not null,
  integration_id bigint not null,
  tenant_id bigint not null,
  account_id text not null,
  account_name text not null,
  created_at timestamp with time zone not null,
  constraint mappings_pkey PRIMARY KEY (id),
  constraint mappings_integration_id_account_id_key UNIQUE (integration_id, account_id),
  constraint mappings_tenant_id_key UNIQUE (tenant_id)
);

create table oidc (
  only_row boolean default true not null,
  name text not null,
  issuer text not null,
  client_id text not null,
  client_secret text not null,
  allowed_domains text[] not null,
  default_role text,
  role_claim text not null,
  role_map jsonb not null,
  updated_at timestamp with time zone not null,
  scopes text default 'openid email profile'::text not null,
  ca_pem text default ''::text not null,
  constraint oidc_pkey PRIMARY KEY (only_row),
  constraint oidc_default_role_check CHECK ((default_role = ANY (ARRAY['operator'::text, 'read-only'::text]))),
  constraint oidc_only_row_check CHECK (only_row)
);

create table parcels_set_aside (
  id bigint not null,
  source_id bigint not null,
  lane text not null,
  company text not null,
  channel text not null,
  form text not null,
  items integer not null,
  body json not null,
  received_at timestamp with time zone not null,
  failure text not null,
  set_aside_at timestamp with time zone not null,
  set_aside_by text not null,
  note text not null,
  constraint parcels_set_aside_pkey PRIMARY KEY (id),
  constraint parcels_set_aside_form_check CHECK ((form = ANY (ARRAY['list'::text, 'changes'::text, 'statuses'::text, 'events'::text, 'mailboxes'::text]))),
  constraint parcels_set_aside_lane_check CHECK ((lane = ANY (ARRAY['computers'::text, 'events'::text])))
);

create table people (
  id bigint generated always as identity not null,
  email text not null,
  name text not null,
  role text not null,
  password_hash text,
  totp_secret text,
  totp_confirmed_at timestamp with time zone,
  totp_last_step bigint,
  recovery_digests text[] default '{}'::text[] not null,
  oidc_subject text,
  disabled_at timestamp with time zone,
  last_signed_in_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  role_by_oidc boolean default false not null,
  constraint people_pkey PRIMARY KEY (id),
  constraint people_oidc_subject_key UNIQUE (oidc_subject),
  constraint people_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'operator'::text, 'read-only'::text])))
);

create table process_reports (
  process uuid not null,
  at timestamp with time zone not null,
  report jsonb not null,
  constraint process_reports_pkey PRIMARY KEY (process)
);

create table psas (
  id bigint generated always as identity not null,
  connector text not null,
  name text not null,
  settings jsonb not null,
  secrets jsonb not null,
  options jsonb,
  options_at timestamp with time zone,
  changes_read_to timestamp with time zone,
  held_until timestamp with time zone,
  held_failure jsonb,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  usage jsonb,
  options_changed_at timestamp with time zone,
  recover_since timestamp with time zone,
  accounts_at timestamp with time zone,
  accounts_asked_at timestamp with time zone,
  accounts_problem text,
  constraint psas_pkey PRIMARY KEY (id),
  constraint psas_name_key UNIQUE (name)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500);

create table pushed_changes (
  tenant_id bigint not null,
  computer_key text not null,
  number bigint not null,
  late integer default 0 not null,
  late_since timestamp with time zone,
  constraint pushed_changes_pkey PRIMARY KEY (tenant_id, computer_key)
);

create table pushed_companies (
  tenant_id bigint not null,
  list_number bigint,
  listed_at timestamp with time zone,
  late_lists integer default 0 not null,
  mailboxes integer,
  mailboxes_counted_at timestamp with time zone,
  heard_at timestamp with time zone not null,
  late_changes integer default 0 not null,
  late_since timestamp with time zone,
  list_received_at timestamp with time zone,
  order_forgotten_at timestamp with time zone,
  overtaken integer default 0 not null,
  constraint pushed_companies_pkey PRIMARY KEY (tenant_id)
) with (fillfactor=70);

create table pushed_heard (
  tenant_id bigint not null,
  computer_key text not null,
  changed_at timestamp with time zone,
  said_at timestamp with time zone,
  over_at timestamp with time zone,
  constraint pushed_heard_pkey PRIMARY KEY (tenant_id, computer_key)
) with (fillfactor=70);

create table pushed_holds (
  tenant_id bigint not null,
  computer_key text not null,
  status_key text not null,
  source_id bigint not null,
  said_at timestamp with time zone not null,
  channel text not null,
  constraint pushed_holds_pkey PRIMARY KEY (tenant_id, computer_key, status_key),
  constraint pushed_holds_channel_check CHECK ((channel = ANY (ARRAY['syslog'::text, 'mail'::text])))
);

create table retention (
  only_row boolean default true not null,
  events_days integer default 90 not null,
  history_days integer default 400 not null,
  tenants_days integer default 400 not null,
  updated_at timestamp with time zone,
  removed jsonb default '{}'::jsonb not null,
  last_removed jsonb default '{}'::jsonb not null,
  last_removed_at timestamp with time zone,
  constraint retention_pkey PRIMARY KEY (only_row),
  constraint retention_events_days_check CHECK (((events_days >= 7) AND (events_days <= 3650))),
  constraint retention_history_days_check CHECK (((history_days >= 7) AND (history_days <= 3650))),
  constraint retention_only_row_check CHECK (only_row),
  constraint retention_tenants_days_check CHECK (((tenants_days >= 7) AND (tenants_days <= 3650)))
);

create table rules (
  integration_id bigint not null,
  section text not null,
  key text not null,
  enabled boolean not null,
  fields jsonb not null,
  delay_minutes integer default 0 not null,
  lifetime_hours integer default 24 not null,
  problems jsonb default '[]'::jsonb not null,
  version integer default 1 not null,
  updated_at timestamp with time zone not null,
  constraint rules_pkey PRIMARY KEY (integration_id, section, key),
  constraint rules_delay_minutes_check CHECK ((delay_minutes >= 0)),
  constraint rules_lifetime_hours_check CHECK ((lifetime_hours > 0)),
  constraint rules_section_check CHECK ((section = ANY (ARRAY['warning'::text, 'critical'::text, 'severity'::text, 'event-type'::text])))
);

create table schema_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default now() not null,
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

create table sessions (
  id bigint generated always as identity not null,
  person_id bigint not null,
  digest text not null,
  csrf text not null,
  created_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  address text not null,
  user_agent text not null,
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_digest_key UNIQUE (digest)
);

create table sign_in_failures (
  subject text not null,
  failures integer not null,
  last_at timestamp with time zone not null,
  blocked_until timestamp with time zone not null,
  constraint sign_in_failures_pkey PRIMARY KEY (subject)
);

create table source_channels (
  source_id bigint not null,
  version bigint not null,
  settings jsonb not null,
  secrets jsonb default '{}'::jsonb not null,
  updated_at timestamp with time zone not null,
  constraint source_channels_pkey PRIMARY KEY (source_id)
);

create table source_tokens (
  id bigint generated always as identity not null,
  source_id bigint not null,
  name text not null,
  company text,
  kind text not null,
  digest text,
  sealed text,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  ends_at timestamp with time zone,
  refused_at timestamp with time zone,
  constraint source_tokens_pkey PRIMARY KEY (id),
  constraint source_tokens_digest_key UNIQUE (digest),
  constraint source_tokens_source_id_name_key UNIQUE (source_id, name),
  constraint source_tokens_check CHECK (((kind = 'token'::text) = (digest IS NOT NULL))),
  constraint source_tokens_kind_check CHECK ((kind = ANY (ARRAY['token'::text, 'signature'::text])))
);

create table sources (
  id bigint generated always as identity not null,
  connector text not null,
  name text not null,
  settings jsonb not null,
  secrets jsonb not null,
  event_cursor text default ''::text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  events_forgotten_to timestamp with time zone,
  constraint sources_pkey PRIMARY KEY (id),
  constraint sources_name_key UNIQUE (name)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500);

create table tenants (
  id bigint generated always as identity not null,
  source_id bigint not null,
  key text not null,
  name text not null,
  enabled boolean not null,
  first_seen_at timestamp with time zone not null,
  baseline_at timestamp with time zone,
  last_listed_at timestamp with time zone,
  failing_since timestamp with time zone,
  failing_message text,
  vanished_at timestamp with time zone,
  to_be_listed boolean default false not null,
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_source_id_key_key UNIQUE (source_id, key)
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.05);

create table ticket_steps (
  id bigint generated always as identity not null,
  ticket_id bigint not null,
  at timestamp with time zone not null,
  step text not null,
  reason text not null,
  result text not null,
  message text not null,
  duration_ms integer not null,
  constraint ticket_steps_pkey PRIMARY KEY (id)
);

create table tickets (
  id bigint generated always as identity not null,
  psa_id bigint not null,
  integration_id bigint not null,
  tenant_id bigint not null,
  condition_id bigint,
  event_id bigint,
  identity text not null,
  reference text not null,
  account_id text not null,
  what text not null,
  title text not null,
  description text not null,
  general jsonb not null,
  created_at timestamp with time zone not null,
  want text not null,
  not_before timestamp with time zone,
  level text not null,
  fields jsonb not null,
  repeats integer default 0 not null,
  last_repeat_at timestamp with time zone,
  end_reason text,
  desired_version integer default 1 not null,
  phase text default 'absent'::text not null,
  desk_ticket_id text,
  desk_number text,
  written jsonb,
  level_told text,
  repeats_told integer default 0 not null,
  repeats_told_at timestamp with time zone,
  notes integer default 0 not null,
  closed_by text,
  released boolean default false not null,
  unsure_since timestamp with time zone,
  looked_at timestamp with time zone,
  failures integer default 0 not null,
  failure jsonb,
  retry_at timestamp with time zone,
  stuck boolean default false not null,
  opened_at timestamp with time zone,
  closed_at timestamp with time zone,
  done_at timestamp with time zone,
  outcome text,
  lane smallint not null,
  due_at timestamp with time zone,
  lease_owner uuid,
  lease_at timestamp with time zone,
  lease_until timestamp with time zone,
  constraint tickets_pkey PRIMARY KEY (id),
  constraint tickets_level_check CHECK ((level = ANY (ARRAY['warning'::text, 'critical'::text]))),
  constraint tickets_phase_check CHECK ((phase = ANY (ARRAY['absent'::text, 'open'::text, 'closed'::text, 'gone'::text]))),
  constraint tickets_want_check CHECK ((want = ANY (ARRAY['open'::text, 'closed'::text, 'nothing'::text])))
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.05);

create table unread_groups (
  source_id bigint not null,
  reason text not null,
  origin text not null,
  channel text not null,
  messages bigint not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  id bigint generated always as identity not null,
  key text not null,
  stays boolean not null,
  kept bigint not null,
  bytes bigint not null,
  constraint unread_groups_pkey PRIMARY KEY (id),
  constraint unread_groups_source_id_key_key UNIQUE (source_id, key)
);

create table unread_messages (
  id bigint generated always as identity not null,
  source_id bigint not null,
  key text not null,
  detail text not null,
  message json not null,
  received_at timestamp with time zone not null,
  group_id bigint not null,
  whole bytea not null,
  bytes bigint not null,
  version bigint not null,
  constraint unread_messages_pkey PRIMARY KEY (id),
  constraint unread_messages_source_id_key_key UNIQUE (source_id, key)
);

create table watch (
  only_row boolean default true not null,
  settings jsonb default '{}'::jsonb not null,
  webhook_secret text,
  last_run_at timestamp with time zone,
  resumed_at timestamp with time zone,
  constraint watch_pkey PRIMARY KEY (only_row),
  constraint watch_only_row_check CHECK (only_row)
);

CREATE INDEX alarm_messages_ended ON public.alarm_messages USING btree (COALESCE(delivered_at, given_up_at));
CREATE INDEX alarm_messages_waiting ON public.alarm_messages USING btree (number) WHERE ((delivered_at IS NULL) AND (given_up_at IS NULL));
CREATE INDEX audit_by_time ON public.audit USING btree (at);
CREATE INDEX computers_by_tenant ON public.computers USING btree (tenant_id);
CREATE INDEX conditions_by_computer ON public.conditions USING btree (source_id, computer_key) WHERE (ended_at IS NULL);
CREATE INDEX conditions_by_tenant ON public.conditions USING btree (tenant_id, id);
CREATE INDEX conditions_ended ON public.conditions USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX conditions_holding_by_age ON public.conditions USING btree (id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX one_condition_per_identity ON public.conditions USING btree (tenant_id, computer_key, status_key) WHERE (ended_at IS NULL);
CREATE INDEX decisions_by_condition ON public.decisions USING btree (condition_id, id) WHERE (condition_id IS NOT NULL);
CREATE INDEX decisions_by_event ON public.decisions USING btree (event_id) WHERE (event_id IS NOT NULL);
CREATE INDEX decisions_by_ticket ON public.decisions USING btree (ticket_id, id) WHERE (ticket_id IS NOT NULL);
CREATE INDEX desk_accounts_by_name ON public.desk_accounts USING btree (psa_id, lower(name), account_id);
CREATE INDEX desk_finds_by_reference ON public.desk_finds USING btree (psa_id, reference);
CREATE INDEX drills_by_psa ON public.drills USING btree (psa_id, id);
CREATE UNIQUE INDEX one_running_drill_per_psa ON public.drills USING btree (psa_id) WHERE (state = 'running'::text);
CREATE INDEX events_by_tenant ON public.events USING btree (tenant_id, id);
CREATE INDEX events_by_time ON public.events USING btree (received_at);
CREATE INDEX events_with_end ON public.events USING btree (tenant_id, type, computer_key, happened_at) WHERE (state <> 'happened'::text);
CREATE INDEX inbox_by_company ON public.inbox USING btree (source_id, lane, company, id);
CREATE INDEX inbox_put_off ON public.inbox USING btree (source_id, id) WHERE (failure IS NOT NULL);
CREATE UNIQUE INDEX invitations_by_email ON public.invitations USING btree (lower(email));
CREATE INDEX left_out_tenants_by_tenant ON public.left_out_tenants USING btree (tenant_id);
CREATE INDEX parcels_set_aside_by_age ON public.parcels_set_aside USING btree (set_aside_at);
CREATE INDEX parcels_set_aside_by_source ON public.parcels_set_aside USING btree (source_id, id);
CREATE UNIQUE INDEX people_by_email ON public.people USING btree (lower(email));
CREATE INDEX pushed_changes_late ON public.pushed_changes USING btree (tenant_id) WHERE (late > 0);
CREATE INDEX pushed_holds_by_age ON public.pushed_holds USING btree (source_id, said_at);
CREATE INDEX sessions_by_person ON public.sessions USING btree (person_id);
CREATE INDEX tenants_to_be_listed ON public.tenants USING btree (id) WHERE to_be_listed;
CREATE INDEX ticket_steps_by_ticket ON public.ticket_steps USING btree (ticket_id, id);
CREATE UNIQUE INDEX one_open_ticket_per_identity ON public.tickets USING btree (psa_id, identity) WHERE (done_at IS NULL);
CREATE INDEX tickets_by_age ON public.tickets USING btree (integration_id, id);
CREATE INDEX tickets_by_condition ON public.tickets USING btree (condition_id);
CREATE INDEX tickets_by_desk_ticket ON public.tickets USING btree (psa_id, desk_ticket_id) WHERE (desk_ticket_id IS NOT NULL);
CREATE INDEX tickets_by_event ON public.tickets USING btree (event_id) WHERE (event_id IS NOT NULL);
CREATE INDEX tickets_by_reference ON public.tickets USING btree (psa_id, reference);
CREATE INDEX tickets_by_tenant ON public.tickets USING btree (tenant_id, id);
CREATE INDEX tickets_closed ON public.tickets USING btree (closed_at, closed_by) WHERE ((closed_at IS NOT NULL) AND (phase = ANY (ARRAY['closed'::text, 'gone'::text])));
CREATE INDEX tickets_done ON public.tickets USING btree (done_at) WHERE (done_at IS NOT NULL);
CREATE INDEX tickets_done_by_age ON public.tickets USING btree (id) WHERE (done_at IS NOT NULL);
CREATE INDEX tickets_due ON public.tickets USING btree (psa_id, lane, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX tickets_open_by_age ON public.tickets USING btree (id) WHERE (done_at IS NULL);
CREATE INDEX tickets_opened ON public.tickets USING btree (opened_at) WHERE (opened_at IS NOT NULL);
CREATE INDEX tickets_standing ON public.tickets USING btree (psa_id, integration_id, tenant_id, want, phase, stuck, due_at) WHERE (done_at IS NULL);
CREATE INDEX tickets_stuck ON public.tickets USING btree (id) WHERE (stuck AND (done_at IS NULL));
CREATE INDEX unread_messages_by_age ON public.unread_messages USING btree (received_at);
CREATE INDEX unread_messages_by_group ON public.unread_messages USING btree (group_id, id);
CREATE INDEX unread_messages_by_source ON public.unread_messages USING btree (source_id, id);
CREATE INDEX unread_messages_by_version ON public.unread_messages USING btree (source_id, version);
alter table api_tokens add constraint api_tokens_created_by_fkey FOREIGN KEY (created_by) REFERENCES people(id) ON DELETE SET NULL;
alter table channel_listening add constraint channel_listening_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table channel_states add constraint channel_states_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table decisions add constraint decisions_condition_id_fkey FOREIGN KEY (condition_id) REFERENCES conditions(id) ON DELETE CASCADE;
alter table decisions add constraint decisions_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE;
alter table decisions add constraint decisions_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE;
alter table desk_accounts add constraint desk_accounts_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id) ON DELETE CASCADE;
alter table desk_finds add constraint desk_finds_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id) ON DELETE CASCADE;
alter table desk_minutes add constraint desk_minutes_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id) ON DELETE CASCADE;
alter table drill_plans add constraint drill_plans_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE CASCADE;
alter table drill_plans add constraint drill_plans_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id) ON DELETE CASCADE;
alter table drill_plans add constraint drill_plans_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table drills add constraint drills_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id) ON DELETE CASCADE;
alter table drills add constraint drills_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table drills add constraint drills_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE SET NULL;
alter table events add constraint events_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table events add constraint events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table governor_minutes add constraint governor_minutes_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id) ON DELETE CASCADE;
alter table governor_slots add constraint governor_slots_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id) ON DELETE CASCADE;
alter table governor_waits add constraint governor_waits_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id) ON DELETE CASCADE;
alter table inbox add constraint inbox_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table integrations add constraint integrations_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id);
alter table integrations add constraint integrations_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id);
alter table invitations add constraint invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES people(id) ON DELETE SET NULL;
alter table known_addresses add constraint known_addresses_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id) ON DELETE CASCADE;
alter table left_out_tenants add constraint left_out_tenants_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE CASCADE;
alter table left_out_tenants add constraint left_out_tenants_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table mappings add constraint mappings_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id);
alter table mappings add constraint mappings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table parcels_set_aside add constraint parcels_set_aside_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table pushed_changes add constraint pushed_changes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table pushed_companies add constraint pushed_companies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table pushed_heard add constraint pushed_heard_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table pushed_holds add constraint pushed_holds_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE;
alter table rules add constraint rules_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id) ON DELETE CASCADE;
alter table sessions add constraint sessions_person_id_fkey FOREIGN KEY (person_id) REFERENCES people(id) ON DELETE CASCADE;
alter table source_channels add constraint source_channels_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table source_tokens add constraint source_tokens_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table tenants add constraint tenants_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table ticket_steps add constraint ticket_steps_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE;
alter table tickets add constraint tickets_condition_id_fkey FOREIGN KEY (condition_id) REFERENCES conditions(id) ON DELETE SET NULL;
alter table tickets add constraint tickets_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE SET NULL;
alter table tickets add constraint tickets_integration_id_fkey FOREIGN KEY (integration_id) REFERENCES integrations(id);
alter table tickets add constraint tickets_psa_id_fkey FOREIGN KEY (psa_id) REFERENCES psas(id);
alter table tickets add constraint tickets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table unread_groups add constraint unread_groups_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
alter table unread_messages add constraint unread_messages_group_id_fkey FOREIGN KEY (group_id) REFERENCES unread_groups(id) ON DELETE CASCADE;
alter table unread_messages add constraint unread_messages_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE;
CREATE TRIGGER alarms_changed AFTER UPDATE ON public.alarms FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION note_change('changes_of_status');
CREATE TRIGGER alarms_made AFTER INSERT OR DELETE ON public.alarms FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_status');
CREATE TRIGGER api_tokens_changed AFTER INSERT OR DELETE ON public.api_tokens FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_people');
CREATE TRIGGER audit_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_written AFTER INSERT ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION note_change('changes_of_audit');
CREATE TRIGGER conditions_changed AFTER INSERT OR DELETE OR UPDATE ON public.conditions FOR EACH STATEMENT EXECUTE FUNCTION note_change('changes_of_conditions');
CREATE TRIGGER drills_changed AFTER INSERT OR DELETE OR UPDATE ON public.drills FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_status');
CREATE TRIGGER duties_changed AFTER UPDATE ON public.duties FOR EACH ROW WHEN (((((old.last_good_at IS DISTINCT FROM new.last_good_at) OR (old.failures IS DISTINCT FROM new.failures)) OR (old.hurried_at IS DISTINCT FROM new.hurried_at)) OR ((old.lease_owner IS NULL) IS DISTINCT FROM (new.lease_owner IS NULL)))) EXECUTE FUNCTION note_change('changes_of_status');
CREATE TRIGGER events_made AFTER INSERT OR DELETE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION note_change('changes_of_events');
CREATE TRIGGER integrations_changed AFTER INSERT OR DELETE OR UPDATE ON public.integrations FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_integrations');
CREATE TRIGGER invitations_changed AFTER INSERT OR DELETE ON public.invitations FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_people');
CREATE TRIGGER left_out_tenants_changed AFTER INSERT OR DELETE ON public.left_out_tenants FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_tenants');
CREATE TRIGGER mappings_changed AFTER INSERT OR DELETE OR UPDATE ON public.mappings FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_tenants');
CREATE TRIGGER people_changed AFTER UPDATE ON public.people FOR EACH ROW WHEN (((((old.name IS DISTINCT FROM new.name) OR (old.email IS DISTINCT FROM new.email)) OR (old.role IS DISTINCT FROM new.role)) OR (old.disabled_at IS DISTINCT FROM new.disabled_at))) EXECUTE FUNCTION note_change('changes_of_people');
CREATE TRIGGER people_made AFTER INSERT OR DELETE ON public.people FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_people');
CREATE TRIGGER psas_changed AFTER UPDATE ON public.psas FOR EACH ROW WHEN (((((old.name IS DISTINCT FROM new.name) OR (old.updated_at IS DISTINCT FROM new.updated_at)) OR (old.options_changed_at IS DISTINCT FROM new.options_changed_at)) OR (old.accounts_at IS DISTINCT FROM new.accounts_at))) EXECUTE FUNCTION note_change('changes_of_connections');
CREATE TRIGGER psas_held AFTER UPDATE ON public.psas FOR EACH ROW WHEN (((old.held_until IS DISTINCT FROM new.held_until) OR (old.held_failure IS DISTINCT FROM new.held_failure))) EXECUTE FUNCTION note_change('changes_of_status');
CREATE TRIGGER psas_made AFTER INSERT OR DELETE ON public.psas FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_connections');
CREATE TRIGGER rules_changed AFTER INSERT OR DELETE OR UPDATE ON public.rules FOR EACH STATEMENT EXECUTE FUNCTION note_change('changes_of_integrations');
CREATE TRIGGER sessions_changed AFTER INSERT OR DELETE ON public.sessions FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_people');
CREATE TRIGGER sources_changed AFTER UPDATE ON public.sources FOR EACH ROW WHEN (((old.name IS DISTINCT FROM new.name) OR (old.updated_at IS DISTINCT FROM new.updated_at))) EXECUTE FUNCTION note_change('changes_of_connections');
CREATE TRIGGER sources_made AFTER INSERT OR DELETE ON public.sources FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_connections');
CREATE TRIGGER tenants_changed AFTER UPDATE ON public.tenants FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION note_change('changes_of_tenants');
CREATE TRIGGER tenants_made AFTER INSERT OR DELETE ON public.tenants FOR EACH ROW EXECUTE FUNCTION note_change('changes_of_tenants');
CREATE TRIGGER tickets_changed AFTER UPDATE OF want, phase, level, stuck, failure, due_at, done_at ON public.tickets FOR EACH STATEMENT EXECUTE FUNCTION note_change('changes_of_tickets');
CREATE TRIGGER tickets_made AFTER INSERT OR DELETE ON public.tickets FOR EACH STATEMENT EXECUTE FUNCTION note_change('changes_of_tickets');
