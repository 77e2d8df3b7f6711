-- What a poll and its judging write.

-- A poll stages its pages in a temporary table of its own connection: nothing is left behind when it is killed.
drop table staged_computers;

-- Checking a reference costs a statement a row, which was two thirds of storing a computer and a fifth of storing what began
-- on one. These five say what holds without them. Judging holds the lease of its source's duty, which goes before the source;
-- it stores for tenants that its poll has just listed, and only those that vanished long ago are removed; it holds the mappings
-- it decides by, which go before the integration. And whoever removes one of the three removes what hangs on it.
alter table computers drop constraint computers_source_id_fkey, drop constraint computers_tenant_id_fkey;
alter table conditions drop constraint conditions_source_id_fkey, drop constraint conditions_tenant_id_fkey;
alter table decisions drop constraint decisions_integration_id_fkey;
