// What happens at the MSP's clients, and what of it is still to be told. Nobody can ask for it: a hub only sends.

export type Level = 'warning' | 'critical'
export type Severity = 'critical' | 'functional-failure' | 'warning'
export type Product = 'endpoint-security-cloud' | 'microsoft-365'

/** A description that holds on a computer. */
export type Status = { level: Level; text: string }

export type Computer = { key: string; name: string; statuses: Record<string, Status> }

export type Company = {
  key: string
  name: string
  computers: Record<string, Computer>
  mailboxes: number
  /** Events with an end that were raised and not resolved, by type. */
  raised: Record<string, string>
}

/** What really happened, and what of it was told, in order and for ever: the truth a checker compares tickets with. */
export type HistoryEntry = { n: number; time: string; company: string } & (
  | { kind: 'company-added' | 'company-removed' }
  | { kind: 'computer-added' | 'computer-removed'; computer: string; name: string }
  | { kind: 'status-begin' | 'status-end'; computer: string; name: string; status: string; level: Level }
  | { kind: 'status-level'; computer: string; name: string; status: string; level: Level; from: Level }
  | {
      kind: 'event'
      id: string
      product: Product
      type: string
      /** Empty: it was told without words of its own. */
      name: string
      severity: Severity
      /** Key and name of the computer; empty for one that is about none. */
      computer: string
      computerName: string
    }
  | { kind: 'raised' | 'resolved'; id: string; product: Product; type: string }
  | { kind: 'mailboxes'; count: number }
  /** The other side has accepted it. What it does not name is over there, if it is a list. */
  | {
      kind: 'told'
      by: 'http' | 'syslog' | 'mail'
      of: 'list' | 'change' | 'removal'
      sequence: number
      computers: Told[]
    }
  | { kind: 'told'; by: 'http' | 'syslog' | 'mail'; of: 'event'; id: string }
)

/** A computer as it was told; one that was removed has no statuses. */
export type Told = { name: string; level: Level | 'ok'; statuses: string[] }

/** What is recorded; number, time and company are added. */
export type Fact = HistoryEntry extends infer Entry
  ? Entry extends unknown
    ? Omit<Entry, 'n' | 'time' | 'company'>
    : never
  : never

export type World = {
  companies: Map<string, Company>
  history: HistoryEntry[]
  now(): Date
  /** Grows with every call, and with the clock. */
  nextSequence(): number
  nextEventId(): string
  record(company: string, fact: Fact): void
}

/** A world without companies. */
export function createWorld(now: () => Date): World {
  const history: HistoryEntry[] = []
  let sequence = 0
  let events = 0
  return {
    companies: new Map(),
    history,
    now,
    nextSequence() {
      sequence = Math.max(sequence + 1, now().getTime())
      return sequence
    },
    nextEventId() {
      events += 1
      return `event-${events}`
    },
    record(company, fact) {
      history.push({ n: history.length + 1, time: now().toISOString(), company, ...fact } as HistoryEntry)
    },
  }
}

/** The level that a computer shows: the worst of what holds on it. */
export function levelOf({ statuses }: Computer): Level | 'ok' {
  const levels = Object.values(statuses).map(({ level }) => level)
  if (levels.includes('critical')) return 'critical'
  return levels.length > 0 ? 'warning' : 'ok'
}
