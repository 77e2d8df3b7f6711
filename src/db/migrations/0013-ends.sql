-- Who may send may do so until a day, and what cannot be settled can be set aside by a person (docs/HUB.md).

-- Null: no end. What was sent with it after its end is refused; when that last happened tells that somebody still tries.
alter table source_tokens add column ends_at timestamptz;
alter table source_tokens add column refused_at timestamptz;

create index inbox_put_off on inbox (source_id, id) where failure is not null;

-- Parcels that a person took out of the inbox because they cannot be settled. They keep their ids: put back, one stands where it stood.
create table parcels_set_aside (
  id bigint primary key,
  source_id bigint not null references sources (id) on delete cascade,
  lane text not null check (lane in ('computers', 'events')),
  company text not null,
  channel text not null,
  form text not null check (form in ('list', 'changes', 'statuses', 'events', 'mailboxes')),
  items integer not null,
  body json not null,
  received_at timestamptz not null,
  failure text not null,
  set_aside_at timestamptz not null,
  -- Name of the person or program that did it.
  set_aside_by text not null,
  note text not null
);
create index parcels_set_aside_by_source on parcels_set_aside (source_id, id);
create index parcels_set_aside_by_age on parcels_set_aside (set_aside_at);
