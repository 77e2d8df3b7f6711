import type { ColumnType, Generated } from 'kysely'

/** The tables of sources that are never asked (`src/db/migrations/0011-hub.sql`, `0012-channels.sql`, `0013-ends.sql`, `0014-listening.sql`, `0015-unread.sql`, `0016-order.sql`). */

type WithDefault<T> = ColumnType<T, T | undefined, T>

export type InboxTables = {
  source_channels: {
    source_id: number
    version: number
    settings: ColumnType<unknown, string, string>
    secrets: ColumnType<Record<string, string>, string | undefined, string>
    updated_at: Date
  }
  channel_states: {
    source_id: number
    channel: 'syslog' | 'smtp'
    process: string
    state: 'listening' | 'failing'
    address: string
    message: string
    since: Date
    seen_at: Date
    counts: ColumnType<Record<string, number>, string, string>
    held_up: WithDefault<boolean>
  }
  inbox: {
    id: Generated<number>
    source_id: number
    lane: 'computers' | 'events'
    company: string
    channel: string
    form: string
    items: number
    body: ColumnType<unknown, string, string>
    received_at: Date
    failure: WithDefault<string | null>
    retry_at: WithDefault<Date | null>
    set_aside_at: WithDefault<Date | null>
    tries: WithDefault<number>
  }
  parcels_set_aside: {
    id: number
    source_id: number
    lane: 'computers' | 'events'
    company: string
    channel: string
    form: string
    items: number
    body: ColumnType<unknown, string, string>
    received_at: Date
    failure: string
    set_aside_at: Date
    set_aside_by: string
    note: string
  }
  pushed_companies: {
    tenant_id: number
    list_number: WithDefault<number | null>
    listed_at: WithDefault<Date | null>
    late_lists: WithDefault<number>
    late_changes: WithDefault<number>
    late_since: WithDefault<Date | null>
    list_received_at: WithDefault<Date | null>
    order_forgotten_at: WithDefault<Date | null>
    overtaken: WithDefault<number>
    mailboxes: WithDefault<number | null>
    mailboxes_counted_at: WithDefault<Date | null>
    heard_at: Date
  }
  pushed_changes: {
    tenant_id: number
    computer_key: string
    number: number
    late: WithDefault<number>
    late_since: WithDefault<Date | null>
  }
  pushed_holds: {
    tenant_id: number
    computer_key: string
    status_key: string
    source_id: number
    said_at: Date
    channel: 'syslog' | 'mail'
  }
  pushed_heard: {
    tenant_id: number
    computer_key: string
    changed_at: Date | null
    said_at: Date | null
    over_at: Date | null
  }
  channel_listening: { source_id: number; channel: 'syslog' | 'smtp' | 'mailbox'; since: Date; until: Date }
  source_tokens: {
    id: Generated<number>
    source_id: number
    name: string
    company: string | null
    kind: 'token' | 'signature'
    digest: string | null
    sealed: string | null
    created_at: Date
    last_used_at: WithDefault<Date | null>
    ends_at: WithDefault<Date | null>
    refused_at: WithDefault<Date | null>
  }
  unread_messages: {
    id: Generated<number>
    source_id: number
    group_id: number
    key: string
    detail: string
    message: ColumnType<unknown, string, string>
    whole: Buffer
    bytes: number
    version: number
    received_at: Date
  }
  unread_groups: {
    id: Generated<number>
    source_id: number
    key: string
    reason: string
    origin: string
    channel: string
    stays: boolean
    messages: number
    kept: number
    bytes: number
    first_at: Date
    last_at: Date
  }
}
