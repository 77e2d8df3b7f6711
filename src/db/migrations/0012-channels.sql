-- The channels by which a source listens: syslog, mail, a mailbox (docs/HUB-SYSLOG.md, docs/HUB-MAIL.md).

create table source_channels (
  source_id bigint primary key references sources (id) on delete cascade,
  -- Counts the savings: whoever saves over another's change is told, and processes see that something is new.
  version bigint not null,
  settings jsonb not null,
  -- Sealed, by field (see lib/secret-box.ts).
  secrets jsonb not null default '{}',
  updated_at timestamptz not null
);

-- What each process that listens says of its listeners. Said again every few seconds, so a crash may lose it.
create unlogged table channel_states (
  source_id bigint not null references sources (id) on delete cascade,
  channel text not null check (channel in ('syslog', 'smtp')),
  process uuid not null,
  state text not null check (state in ('listening', 'failing')),
  -- Where it listens, or should.
  address text not null,
  -- Why it does not; empty while it does.
  message text not null,
  since timestamptz not null,
  seen_at timestamptz not null,
  -- Since this process began, by name.
  counts jsonb not null,
  primary key (source_id, channel, process)
);
