-- Who paused an integration and why, so that whoever finds it paused knows whom to ask.

alter table integrations
  add column paused_by text,
  add column pause_note text not null default '';
