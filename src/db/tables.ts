import type { ColumnType, Generated } from 'kysely'
import type { UsageReading } from '../core/budget.ts'
import type { EndReason } from '../core/condition.ts'
import type { DecisionOutcome, DecisionReason } from '../core/decide.ts'
import type { Failure } from '../core/failure.ts'
import type { EventState, Level, ReasonSeen, Severity, TroubleLevel } from '../core/observation.ts'
import type { Role } from '../core/role.ts'
import type { RuleSection } from '../core/rule.ts'
import type { FieldValues, Outcome, Phase, Want } from '../core/ticket.ts'
import type { InboxTables } from './inbox-tables.ts'

/** The tables as the query layer sees them; `schema.sql` is the truth. Ids are 64-bit in SQL and safe integers here. */

type Id = Generated<number>
/** Written as JSON text, read as a value. */
type Json<T> = ColumnType<T, string, string>
type WithDefault<T> = ColumnType<T, T | undefined, T>

/** A failure as it stands in a jsonb column: dates are ISO text. */
export type StoredFailure = Omit<Failure, 'until'> & { readonly until: string | null }

/** What a vendor said of its own count, as it stands in a jsonb column. */
export type StoredUsage = Omit<UsageReading, 'at'> & { readonly at: string }

/** A row of rules that was removed, in this version of the integration's rules. */
export type RemovedRule = { readonly section: RuleSection; readonly key: string; readonly version: number }

export type Database = InboxTables & {
  installation: {
    only_row: Generated<boolean>
    name: string
    sealed_check: string
    created_at: Date
    restored_at: WithDefault<Date | null>
    copy_taken_at: WithDefault<Date | null>
  }
  sources: {
    id: Id
    connector: string
    name: string
    settings: Json<Record<string, unknown>>
    secrets: Json<Record<string, string>>
    event_cursor: WithDefault<string>
    events_forgotten_to: WithDefault<Date | null>
    created_at: Date
    updated_at: Date
  }
  psas: {
    id: Id
    connector: string
    name: string
    settings: Json<Record<string, unknown>>
    secrets: Json<Record<string, string>>
    options: ColumnType<unknown, string | null | undefined, string | null>
    options_at: WithDefault<Date | null>
    options_changed_at: WithDefault<Date | null>
    accounts_at: WithDefault<Date | null>
    accounts_asked_at: WithDefault<Date | null>
    accounts_problem: WithDefault<string | null>
    changes_read_to: WithDefault<Date | null>
    recover_since: WithDefault<Date | null>
    held_until: WithDefault<Date | null>
    held_failure: ColumnType<StoredFailure | null, string | null | undefined, string | null>
    usage: ColumnType<StoredUsage | null, string | null | undefined, string | null>
    created_at: Date
    updated_at: Date
  }
  tenants: {
    id: Id
    source_id: number
    key: string
    name: string
    enabled: boolean
    first_seen_at: Date
    baseline_at: WithDefault<Date | null>
    last_listed_at: WithDefault<Date | null>
    failing_since: WithDefault<Date | null>
    failing_message: WithDefault<string | null>
    vanished_at: WithDefault<Date | null>
    to_be_listed: WithDefault<boolean>
  }
  integrations: {
    id: Id
    name: string
    source_id: number
    psa_id: number
    general: Json<FieldValues>
    title_template: string
    description_template: string
    repeats: 'note' | 'ticket'
    repeat_note_minutes: number
    paused_until: WithDefault<Date | null>
    paused_by: WithDefault<string | null>
    pause_note: WithDefault<string>
    version: WithDefault<number>
    rules_removed: ColumnType<readonly RemovedRule[], string | undefined, string>
    created_at: Date
    updated_at: Date
  }
  mappings: {
    id: Id
    integration_id: number
    tenant_id: number
    account_id: string
    account_name: string
    created_at: Date
  }
  left_out_tenants: { integration_id: number; tenant_id: number; at: Date }
  desk_accounts: { psa_id: number; account_id: string; name: string; number: string }
  rules: {
    integration_id: number
    section: RuleSection
    key: string
    enabled: boolean
    fields: Json<FieldValues>
    delay_minutes: number
    lifetime_hours: number
    problems: ColumnType<readonly { field: string; message: string }[], string | undefined, string>
    version: WithDefault<number>
    updated_at: Date
  }
  computers: {
    source_id: number
    key: string
    tenant_id: number
    name: string
    level: Level
    reasons: Json<readonly ReasonSeen[]>
    link: string
    first_seen_at: Date
    changed_at: Date
  }
  conditions: {
    id: Id
    source_id: number
    tenant_id: number
    computer_key: string
    computer_name: string
    status_key: string
    text: string
    link: string
    level: TroubleLevel
    began_at: Date
    held_before: boolean
    hidden_since: Date | null
    ended_at: Date | null
    end_reason: EndReason | null
    event_severity: WithDefault<Severity | null>
  }
  events: {
    id: Id
    source_id: number
    tenant_id: number
    key: string
    type: string
    type_name: string
    severity: Severity
    computer_key: string
    computer_name: string
    text: string
    happened_at: Date
    stored_at: Date
    received_at: Date
    state: WithDefault<EventState>
  }
  tickets: TicketRow
  decisions: {
    id: Id
    at: Date
    integration_id: number | null
    condition_id: number | null
    event_id: number | null
    ticket_id: number | null
    outcome: DecisionOutcome
    reason: DecisionReason
  }
  ticket_steps: {
    id: Id
    ticket_id: number
    at: Date
    step: string
    reason: string
    result: string
    message: string
    duration_ms: number
  }
  duties: {
    kind: string
    subject_id: number
    due_at: Date
    lease_owner: string | null
    lease_until: Date | null
    last_begun_at: Date | null
    hurried_at: WithDefault<Date | null>
    last_good_at: Date | null
    last_duration_ms: number | null
    failures: WithDefault<number>
    failure: ColumnType<StoredFailure | null, string | null | undefined, string | null>
    detail: ColumnType<Record<string, unknown>, string | undefined, string>
  }
  governor_slots: {
    psa_id: number
    endpoint: string
    slot: number
    owner: string | null
    held_until: Date | null
    handed_over: WithDefault<boolean>
  }
  governor_minutes: { psa_id: number; minute: Date; lane: number; granted: number }
  governor_waits: { psa_id: number; endpoint: string; owner: string; since: Date; seen_until: Date }
  desk_minutes: {
    psa_id: number
    minute: Date
    owner: string
    steps: number[]
    requests: number[]
    busy_ms: number
  }
  retention: {
    only_row: Generated<boolean>
    events_days: number
    history_days: number
    tenants_days: number
    updated_at: Date | null
    removed: ColumnType<Readonly<Record<string, number>>, string | undefined, string>
    last_removed: ColumnType<Readonly<Record<string, number>>, string | undefined, string>
    last_removed_at: Date | null
  }
  desk_finds: {
    psa_id: number
    desk_ticket_id: string
    reference: string
    account_id: string
    number: string
    is_open: boolean
    identity: string | null
    attempt_from: Date | null
    found_at: Date
  }
  api_tokens: {
    id: Id
    name: string
    digest: string
    created_at: Date
    scope: WithDefault<Role>
    ends_at: WithDefault<Date | null>
    created_by: WithDefault<number | null>
    last_used_at: WithDefault<Date | null>
  }
}

type TicketRow = {
  id: Id
  psa_id: number
  integration_id: number
  tenant_id: number
  condition_id: number | null
  event_id: number | null
  identity: string
  reference: string
  account_id: string
  what: string
  title: string
  description: string
  general: Json<FieldValues>
  created_at: Date
  want: Want
  not_before: Date | null
  level: TroubleLevel
  fields: Json<FieldValues>
  repeats: WithDefault<number>
  last_repeat_at: WithDefault<Date | null>
  end_reason: WithDefault<EndReason | null>
  desired_version: WithDefault<number>
  phase: WithDefault<Phase>
  desk_ticket_id: WithDefault<string | null>
  desk_number: WithDefault<string | null>
  written: ColumnType<FieldValues | null, string | null | undefined, string | null>
  level_told: WithDefault<TroubleLevel | null>
  repeats_told: WithDefault<number>
  repeats_told_at: WithDefault<Date | null>
  notes: WithDefault<number>
  closed_by: WithDefault<'us' | 'person' | null>
  released: WithDefault<boolean>
  unsure_since: WithDefault<Date | null>
  looked_at: WithDefault<Date | null>
  failures: WithDefault<number>
  failure: ColumnType<StoredFailure | null, string | null | undefined, string | null>
  retry_at: WithDefault<Date | null>
  stuck: WithDefault<boolean>
  opened_at: WithDefault<Date | null>
  closed_at: WithDefault<Date | null>
  done_at: WithDefault<Date | null>
  outcome: WithDefault<Outcome | null>
  lane: number
  due_at: Date | null
  lease_owner: WithDefault<string | null>
  lease_at: WithDefault<Date | null>
  lease_until: WithDefault<Date | null>
}
