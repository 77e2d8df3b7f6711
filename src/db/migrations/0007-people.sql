-- People who sign in, what they may, and an account of everything they changed.

create table people (
  id bigint generated always as identity primary key,
  email text not null,
  name text not null,
  role text not null check (role in ('administrator', 'operator', 'read-only')),
  -- argon2id; null: signs in by OIDC alone.
  password_hash text,
  -- Sealed (see lib/secret-box.ts); counts from totp_confirmed_at on.
  totp_secret text,
  totp_confirmed_at timestamptz,
  -- The last time step that was used: a code is good once.
  totp_last_step bigint,
  -- SHA-256 of each recovery code that is left.
  recovery_digests text[] not null default '{}',
  -- Subject at the OIDC provider, once the person has come from there.
  oidc_subject text unique,
  disabled_at timestamptz,
  last_signed_in_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index people_by_email on people (lower(email));

create table sessions (
  id bigint generated always as identity primary key,
  person_id bigint not null references people (id) on delete cascade,
  -- SHA-256 of the cookie.
  digest text not null unique,
  csrf text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  ends_at timestamptz not null,
  address text not null,
  user_agent text not null
);
create index sessions_by_person on sessions (person_id);

create table invitations (
  id bigint generated always as identity primary key,
  email text not null,
  name text not null,
  role text not null check (role in ('administrator', 'operator', 'read-only')),
  digest text not null unique,
  invited_by bigint references people (id) on delete set null,
  created_at timestamptz not null,
  ends_at timestamptz not null
);
create unique index invitations_by_email on invitations (lower(email));

-- Failed sign-ins by address and by person, shared by all web processes.
create table sign_in_failures (
  -- 'address 192.0.2.1', 'person a@example.com' (from anywhere), 'place 192.0.2.1 a@example.com' (from where that person
  -- has signed in before), or 'account a@example.com' (at a screen where that person is signed in).
  subject text primary key,
  failures integer not null,
  last_at timestamptz not null,
  blocked_until timestamptz not null
);

-- Where people have signed in from before: somebody who tries their passwords elsewhere does not keep them waiting there.
create table known_addresses (
  person_id bigint not null references people (id) on delete cascade,
  address text not null,
  last_at timestamptz not null,
  primary key (person_id, address)
);

alter table api_tokens
  add column scope text not null default 'administrator' check (scope in ('administrator', 'operator', 'read-only')),
  add column ends_at timestamptz,
  add column created_by bigint references people (id) on delete set null,
  add column last_used_at timestamptz;

-- Sign-in by a provider; at most one.
create table oidc (
  only_row boolean primary key default true check (only_row),
  name text not null,
  issuer text not null,
  client_id text not null,
  client_secret text not null,
  allowed_domains text[] not null,
  default_role text check (default_role in ('operator', 'read-only')),
  role_claim text not null,
  role_map jsonb not null,
  updated_at timestamptz not null
);

-- Sign-ins that have been sent to the provider and have not come back.
create table oidc_starts (
  digest text primary key,
  verifier text not null,
  nonce text not null,
  next text not null,
  ends_at timestamptz not null
);

-- Who changed what. Each row holds the hash of the one before, so that none can be altered or taken out unseen.
create table audit (
  id bigint primary key check (id > 0),
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('person', 'token', 'command', 'system')),
  actor_id bigint,
  actor_name text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  subject_name text not null,
  before jsonb,
  after jsonb,
  hash text not null
);
create index audit_by_time on audit (at);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log is append-only.';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();
