-- Messages that nobody could read or place are kept whole, in groups, and are read again when the rules change (docs/HUB.md).

alter table unread_counts rename to unread_groups;
alter table unread_groups rename constraint unread_counts_source_id_fkey to unread_groups_source_id_fkey;
alter table unread_groups drop constraint unread_counts_pkey;
alter table unread_groups add column id bigint generated always as identity;
alter table unread_groups add constraint unread_groups_pkey primary key (id);
-- Digest of what makes it one group: the words in `origin` are for people, and may be the same for two.
alter table unread_groups add column key text;
-- All of its messages stay until a person or their age removes them; of the other groups the latest alone do.
alter table unread_groups add column stays boolean;
-- How many of `messages` are kept, and the bytes that these take.
alter table unread_groups add column kept bigint;
alter table unread_groups add column bytes bigint;

alter table unread_messages add column group_id bigint;
-- As it came, whole up to the limit of its listener.
alter table unread_messages add column whole bytea;
alter table unread_messages add column bytes bigint;
-- Version of the channels by whose rules it was read last.
alter table unread_messages add column version bigint not null default 0;
alter table unread_messages alter column version drop default;

update unread_groups set key = md5(reason || chr(31) || origin), stays = reason = 'no-company' or channel = 'mail';
-- Of what came before this, the text that was kept is all there is.
update unread_messages m set group_id = g.id, whole = convert_to(coalesce(m.message->>'raw', ''), 'UTF8')
  from unread_groups g where g.source_id = m.source_id and g.reason = m.reason and g.origin = m.origin;
delete from unread_messages where group_id is null;
update unread_messages set bytes = octet_length(whole) + octet_length(message::text);
update unread_groups g set kept = count, bytes = sum from (
  select u.id, count(m.id), coalesce(sum(m.bytes), 0) as sum
  from unread_groups u left join unread_messages m on m.group_id = u.id group by u.id) c where c.id = g.id;
delete from unread_groups where stays and kept = 0;
update unread_groups set messages = kept where stays;

alter table unread_groups alter column key set not null, alter column stays set not null, alter column kept set not null,
  alter column bytes set not null;
alter table unread_groups add constraint unread_groups_source_id_key_key unique (source_id, key);

drop index unread_messages_by_origin;
alter table unread_messages drop column reason, drop column channel, drop column origin;
alter table unread_messages alter column group_id set not null, alter column whole set not null, alter column bytes set not null;
alter table unread_messages add constraint unread_messages_group_id_fkey foreign key (group_id) references unread_groups (id) on delete cascade;
create index unread_messages_by_group on unread_messages (group_id, id);
create index unread_messages_by_version on unread_messages (source_id, version);
create index unread_messages_by_source on unread_messages (source_id, id);
create index unread_messages_by_age on unread_messages (received_at);
