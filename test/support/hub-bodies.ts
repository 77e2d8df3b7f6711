import type { Connections } from '../../src/db/sql.ts'

/** Bodies of the four forms of the ingest (docs/HUB.md), and what of them is on disk. */

export const ingestForms = ['computers', 'changes', 'events', 'mailboxes'] as const
export type IngestForm = (typeof ingestForms)[number]

/** One thing that is told of a company: `n` orders what it says, `text` can be found again in what is stored. */
type Told = { readonly company: string; readonly n: number; readonly text: string; readonly at: Date }

/** A good body: a list of one computer, a new computer, an event, a count; each names its text and its number. */
export function ingestBody(form: IngestForm, { company: key, n, text, at }: Told): object {
  const company = { key, name: form === 'mailboxes' ? text : `Company ${key}` }
  const statuses = [{ key: 'databases-outdated', text }]
  const computer = { key: text, name: text, level: 'critical', statuses }
  const event = { id: text, product: 'endpoint-security-cloud', type: 'TOLD', severity: 'warning', text }
  const bodies: Record<IngestForm, object> = {
    computers: { company, sequence: n, computers: [computer] },
    changes: { company, changes: [{ sequence: n, computer }] },
    events: { company, events: [{ ...event, happenedAt: at.toISOString() }] },
    mailboxes: { company, protected: n, countedAt: new Date(at.getTime() + n).toISOString() },
  }
  return bodies[form]
}

/** The texts of what waits in the inbox, by their form; what was stored twice stands twice. */
export async function textsInInbox(pool: Connections): Promise<Record<IngestForm, string[]>> {
  const { rows } = await pool.query<{ form: string; text: string }>(
    `select i.form, t.text from inbox i cross join lateral (
       select c->>'key' as text from json_array_elements(i.body->'computers') c where i.form = 'list'
       union all select c->'computer'->>'key' from json_array_elements(i.body->'changes') c where i.form = 'changes'
       union all select e->>'key' from json_array_elements(i.body->'events') e where i.form = 'events'
       union all select i.body->>'companyName' where i.form = 'mailboxes') t order by i.id`,
  )
  const of = (form: string) => rows.filter((row) => row.form === form).map(({ text }) => text)
  return { computers: of('list'), changes: of('changes'), events: of('events'), mailboxes: of('mailboxes') }
}
