-- After a restore: what the database says of the desks is as old as the copy, until each desk was asked again.

alter table installation add column restored_at timestamptz;
alter table installation add column copy_taken_at timestamptz;

-- Set by a restore to the moment of its copy: nothing is sent to the desk before the tickets of ours were listed that it has had since.
alter table psas add column recover_since timestamptz;

-- Set by a restore: nothing new is opened for conditions of this tenant before its list was read whole once more.
alter table tenants add column to_be_listed boolean not null default false;
create index tenants_to_be_listed on tenants (id) where to_be_listed;

-- Tickets of ours at a desk that no record here accounts for: opened after the copy was taken.
create table desk_finds (
  psa_id bigint not null references psas (id) on delete cascade,
  desk_ticket_id text not null,
  reference text not null,
  account_id text not null,
  number text not null,
  is_open boolean not null,
  -- What it is about, once a computer or an event of ours was found to have this reference.
  identity text,
  -- A ticket that closed since then may be the one of a record that was judged after the restore; null: no longer.
  attempt_from timestamptz,
  found_at timestamptz not null,
  primary key (psa_id, desk_ticket_id)
);
create index desk_finds_by_reference on desk_finds (psa_id, reference);
