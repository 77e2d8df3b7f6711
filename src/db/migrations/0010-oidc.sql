-- What sign-in by a provider still lacked.

alter table oidc
  add column scopes text not null default 'openid email profile',
  -- PEM text of the authority to trust besides the usual ones; empty: none.
  add column ca_pem text not null default '';

-- The role came from the provider's role map and goes with it; false: somebody here gave it.
alter table people add column role_by_oidc boolean not null default false;

-- A sign-in that is under way is kept sealed in the browser that began it, so that strangers cannot fill a table.
drop table oidc_starts;
