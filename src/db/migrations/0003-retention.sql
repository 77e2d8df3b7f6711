-- How long what is over is kept, and storage for tables that are written to all the time.

create table retention (
  only_row boolean primary key default true check (only_row),
  -- Ages in days; see docs/RETENTION.md.
  events_days integer not null default 90 check (events_days between 7 and 3650),
  history_days integer not null default 400 check (history_days between 7 and 3650),
  tenants_days integer not null default 400 check (tenants_days between 7 and 3650),
  updated_at timestamptz,
  -- Rows removed by table: since the beginning, and by the last run that removed any.
  removed jsonb not null default '{}',
  last_removed jsonb not null default '{}',
  last_removed_at timestamptz
);
insert into retention default values;

-- The latest storing time, by the source's own clock, of an event of this source that was removed: an event stored no
-- later is never taken for a new one, however often the source repeats it.
alter table sources add column events_forgotten_to timestamptz;

-- When a reading of the desk's lists last found a difference; options_at is when they were last read.
alter table psas add column options_changed_at timestamptz;
update psas set options_changed_at = options_at;

-- First, last and latest of one condition or ticket are read without the rest of its story.
drop index ticket_steps_by_ticket;
create index ticket_steps_by_ticket on ticket_steps (ticket_id, id);
drop index decisions_by_condition;
create index decisions_by_condition on decisions (condition_id, id) where condition_id is not null;
drop index decisions_by_ticket;
create index decisions_by_ticket on decisions (ticket_id, id) where ticket_id is not null;
-- What is over, oldest first.
create index tickets_done on tickets (done_at) where done_at is not null;
-- Lists of one client, and the removal of a client that is gone.
create index conditions_by_tenant on conditions (tenant_id, id);
create index events_by_tenant on events (tenant_id, id);

-- Rows that change with every poll or call stay on their page, and what is dead goes before it adds up.
alter table duties set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
alter table psas set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
alter table sources set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
alter table governor_slots set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
alter table governor_minutes set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
alter table tenants set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
alter table computers set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
alter table tickets set (autovacuum_vacuum_scale_factor = 0.05);
