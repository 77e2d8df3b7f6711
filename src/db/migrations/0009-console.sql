-- What the console's screens need: the accounts of each desk as last read, tenants that an integration leaves out, counters
-- that tell screens what changed, and the indexes behind their lists.

create table desk_accounts (
  psa_id bigint not null references psas (id) on delete cascade,
  account_id text not null,
  name text not null,
  number text not null,
  primary key (psa_id, account_id)
);
create index desk_accounts_by_name on desk_accounts (psa_id, lower(name), account_id);

-- When they were last read, when somebody last began to, and why the last try failed.
alter table psas add column accounts_at timestamptz, add column accounts_asked_at timestamptz, add column accounts_problem text;

-- Tenants of an integration's source that were removed from it: they are nobody's task there any more.
create table left_out_tenants (
  integration_id bigint not null references integrations (id) on delete cascade,
  tenant_id bigint not null references tenants (id) on delete cascade,
  at timestamptz not null,
  primary key (integration_id, tenant_id)
);
create index left_out_tenants_by_tenant on left_out_tenants (tenant_id);

-- Rows of tickets are wide, so what is counted of the open ones and what the chart needs is read from indexes alone.
create index tickets_standing on tickets (psa_id, integration_id, tenant_id, want, phase, stuck, due_at) where done_at is null;
create index tickets_opened on tickets (opened_at) where opened_at is not null;
create index tickets_closed on tickets (closed_at, closed_by) where closed_at is not null and phase in ('closed', 'gone');
-- Lists, newest first: those that are open may stand far behind many that are done, and the other way round.
create index tickets_open_by_age on tickets (id) where done_at is null;
create index tickets_done_by_age on tickets (id) where done_at is not null;
create index conditions_holding_by_age on conditions (id) where ended_at is null;

-- One counter for each kind of thing that screens show (core/change.ts). Sequences: counting waits for nobody's commit.
create sequence changes_of_tickets;
create sequence changes_of_conditions;
create sequence changes_of_events;
create sequence changes_of_tenants;
create sequence changes_of_connections;
create sequence changes_of_status;
create sequence changes_of_integrations;
create sequence changes_of_people;
create sequence changes_of_audit;

create function note_change() returns trigger language plpgsql as $$
begin
  perform nextval(tg_argv[0]::regclass);
  return null;
end
$$;

-- Hot tables: once a statement, and not for a claim, which is no news to anybody.
create trigger tickets_made after insert or delete on tickets
  for each statement execute function note_change('changes_of_tickets');
create trigger tickets_changed after update of want, phase, level, stuck, failure, due_at, done_at on tickets
  for each statement execute function note_change('changes_of_tickets');
create trigger conditions_changed after insert or update or delete on conditions
  for each statement execute function note_change('changes_of_conditions');
create trigger events_made after insert or delete on events
  for each statement execute function note_change('changes_of_events');
create trigger audit_written after insert on audit
  for each statement execute function note_change('changes_of_audit');

-- Tables of few rows, into which much is written that changes nothing: by row, when something did.
create trigger tenants_made after insert or delete on tenants
  for each row execute function note_change('changes_of_tenants');
create trigger tenants_changed after update on tenants
  for each row when (old.* is distinct from new.*) execute function note_change('changes_of_tenants');
create trigger mappings_changed after insert or update or delete on mappings
  for each row execute function note_change('changes_of_tenants');
create trigger left_out_tenants_changed after insert or delete on left_out_tenants
  for each row execute function note_change('changes_of_tenants');
create trigger sources_made after insert or delete on sources
  for each row execute function note_change('changes_of_connections');
create trigger sources_changed after update on sources
  for each row when ((old.name, old.updated_at) is distinct from (new.name, new.updated_at))
  execute function note_change('changes_of_connections');
create trigger psas_made after insert or delete on psas
  for each row execute function note_change('changes_of_connections');
create trigger psas_changed after update on psas
  for each row when ((old.name, old.updated_at, old.options_changed_at, old.accounts_at)
    is distinct from (new.name, new.updated_at, new.options_changed_at, new.accounts_at))
  execute function note_change('changes_of_connections');
create trigger psas_held after update on psas
  for each row when ((old.held_until, old.held_failure) is distinct from (new.held_until, new.held_failure))
  execute function note_change('changes_of_status');
create trigger duties_changed after update on duties
  for each row when ((old.last_good_at, old.failures, old.hurried_at, old.lease_owner is null)
    is distinct from (new.last_good_at, new.failures, new.hurried_at, new.lease_owner is null))
  execute function note_change('changes_of_status');
create trigger alarms_made after insert or delete on alarms
  for each row execute function note_change('changes_of_status');
create trigger alarms_changed after update on alarms
  for each row when (old.* is distinct from new.*) execute function note_change('changes_of_status');
create trigger drills_changed after insert or update or delete on drills
  for each row execute function note_change('changes_of_status');
create trigger integrations_changed after insert or update or delete on integrations
  for each row execute function note_change('changes_of_integrations');
create trigger rules_changed after insert or update or delete on rules
  for each statement execute function note_change('changes_of_integrations');
create trigger people_made after insert or delete on people
  for each row execute function note_change('changes_of_people');
create trigger people_changed after update on people
  for each row when ((old.name, old.email, old.role, old.disabled_at) is distinct from (new.name, new.email, new.role, new.disabled_at))
  execute function note_change('changes_of_people');
create trigger invitations_changed after insert or delete on invitations
  for each row execute function note_change('changes_of_people');
create trigger sessions_changed after insert or delete on sessions
  for each row execute function note_change('changes_of_people');
create trigger api_tokens_changed after insert or delete on api_tokens
  for each row execute function note_change('changes_of_people');
