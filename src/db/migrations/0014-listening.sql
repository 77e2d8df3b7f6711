-- When channels listened, and what is left out because its number is too low (docs/HUB-SYSLOG.md, docs/HUB.md).

-- Only while its channel listens can a reason be repeated, so only this time counts towards how long it holds.
create table channel_listening (
  source_id bigint not null references sources (id) on delete cascade,
  channel text not null check (channel in ('syslog', 'smtp', 'mailbox')),
  -- Begin of the present period; an interruption of some minutes begins a new one. A mailbox keeps what comes meanwhile: it has one.
  since timestamptz not null,
  until timestamptz not null,
  primary key (source_id, channel)
) with (fillfactor = 50);

-- By which channel a reason was said last.
alter table pushed_holds add column channel text not null default 'syslog' check (channel in ('syslog', 'mail'));
alter table pushed_holds alter column channel drop default;

-- Requests with changes that were left out, since the last one that counted; since when lists or changes are.
alter table pushed_companies add column late_changes integer not null default 0;
alter table pushed_companies add column late_since timestamptz;
update pushed_companies set late_since = heard_at where late_lists > 0;

-- The same for a computer whose last change has a number above those that follow.
alter table pushed_changes add column late integer not null default 0;
alter table pushed_changes add column late_since timestamptz;
create index pushed_changes_late on pushed_changes (tenant_id) where late > 0;
