-- What comes late is left out where something newer was settled, and what time tells is told by what was heard (docs/HUB.md).

-- When the latest of what was settled about a computer had been received, since the last list of its company.
create table pushed_heard (
  tenant_id bigint not null references tenants (id) on delete cascade,
  computer_key text not null,
  -- A change, which has a number too and names all; a single message, which has none; one that said that something is over.
  changed_at timestamptz,
  said_at timestamptz,
  over_at timestamptz,
  primary key (tenant_id, computer_key)
) with (fillfactor = 70);
insert into pushed_heard (tenant_id, computer_key, changed_at, said_at)
select c.tenant_id, c.key, c.changed_at, (select max(h.said_at) from pushed_holds h
    where h.tenant_id = c.tenant_id and h.computer_key = c.key)
from computers c join pushed_companies p on p.tenant_id = c.tenant_id;

alter table pushed_companies add column list_received_at timestamptz;
update pushed_companies set list_received_at = listed_at;
-- Since then the numbers of before do not count.
alter table pushed_companies add column order_forgotten_at timestamptz;
-- What was left out because something newer was settled before: messages, and lists and changes that were put back.
alter table pushed_companies add column overtaken integer not null default 0;

-- When a person had set it aside; it stands here again since they put it back.
alter table inbox add column set_aside_at timestamptz;
-- Times that it failed by itself for what need not be its own fault.
alter table inbox add column tries integer not null default 0;

-- It stands, but something that was sent to it waits, or was sent back, for want of room.
alter table channel_states add column held_up boolean not null default false;

-- Words of an older version that nothing takes back.
update tenants set failing_since = null, failing_message = null
where failing_message like 'Something it sent (parcel %) cannot be settled: see the log%';

-- By which channel a reason was said was not noted before 0014; without syslog it came by mail.
update pushed_holds h set channel = 'mail'
where h.channel = 'syslog' and not exists (
  select from source_channels c where c.source_id = h.source_id and c.settings -> 'syslog' ->> 'enabled' = 'true');
