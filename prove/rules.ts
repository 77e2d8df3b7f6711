import { companiesOf, type DeskId, type Ground } from './ground.ts'
import type { AdminAct } from './life-acts.ts'
import type { Asked, Meant } from './meant.ts'
import { AnswerError, type Person } from './person.ts'
import type { Ids } from './set-up.ts'
import type { ProvedWorld } from './world.ts'

/** What administrators do in Tocsin, and what of it is told to the checker. */

type Section = 'warning' | 'critical' | 'severity' | 'event-type'
type Row = {
  readonly key: string
  readonly title: string
  readonly fields: Readonly<Record<string, string>>
  readonly lifetimeHours: number | null
}
type RuleList = { readonly version: number; readonly sections: Readonly<Record<Section, readonly Row[]>> }
type Choice = { readonly value: string; readonly label: string; readonly active: boolean }

/** By the labels of the desks' lists. */
const wished: Readonly<Record<DeskId, Readonly<Record<'usual' | 'urgent', Readonly<Record<string, string>>>>>> = {
  autotask: {
    usual: { priority: 'Medium', queue: 'Monitoring Alert', dueHours: '48' },
    urgent: { priority: 'Critical', queue: 'Security', dueHours: '4' },
  },
  tigerpaw: {
    usual: { priority: 'Medium', board: 'Help Desk' },
    urgent: { priority: 'Emergency', board: 'Security & Monitoring' },
  },
  connectwise: {
    usual: { priority: 'Priority 3 - Normal Response', board: 'Monitoring Alert' },
    urgent: { priority: 'Priority 1 - Emergency Response', board: 'Security' },
  },
}

export type Administrator = {
  /** Saves the rules of the first day and maps every client to its company. */
  begin(): Promise<void>
  /** Does one act; gives false when it was not possible now, which changes nothing. */
  act(act: AdminAct): Promise<boolean>
  retryStuck(desk: DeskId): Promise<number>
}

type Deps = {
  readonly person: Person
  readonly ground: Ground
  readonly world: ProvedWorld
  readonly ids: Ids
  readonly meant: Meant
  now(): number
}

type RuleInput = {
  readonly section: Section
  readonly key: string
  readonly enabled: boolean
  readonly fields: Readonly<Record<string, string>>
  readonly delayMinutes?: number
  readonly lifetimeHours?: number
}

export function createAdministrator({ person, ground, world, ids, meant, now }: Deps): Administrator {
  const choices = new Map<DeskId, Readonly<Record<string, readonly Choice[]>>>()

  async function fieldsOf(desk: DeskId, urgent: boolean): Promise<Record<string, string>> {
    let lists = choices.get(desk)
    if (lists === undefined) {
      const path = `/psas/${ids.psas.get(desk)}/options`
      lists = (await person.ask<{ choices: Record<string, readonly Choice[]> }>('GET', path)).choices
      choices.set(desk, lists)
    }
    const fields: Record<string, string> = {}
    for (const [key, label] of Object.entries(wished[desk][urgent ? 'urgent' : 'usual'])) {
      const list = lists[key]
      const value = list === undefined ? label : list.find((one) => one.label === label)?.value
      if (value === undefined) throw new Error(`The desk ${desk} has no ${key} “${label}”.`)
      fields[key] = value
    }
    return fields
  }

  async function saveRows(pairing: string, rowsOf: (list: RuleList) => readonly RuleInput[]): Promise<boolean> {
    const path = `/integrations/${ids.integrations.get(pairing)}/rules`
    const from = now()
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const list = await person.ask<RuleList>('GET', path)
      const rows = rowsOf(list)
      try {
        await person.ask('PUT', path, { version: list.version, rows })
      } catch (error) {
        // A lost answer: the version is another one, although it was we who saved.
        if (error instanceof AnswerError && error.status === 409) continue
        // A value that the desk lacks just now.
        if (error instanceof AnswerError && error.status === 422) return false
        throw error
      }
      const asked: Asked = { from, to: now() }
      for (const { delayMinutes = 0, lifetimeHours = 24, ...row } of rows) {
        meant.rule(pairing, { ...row, delayMinutes, lifetimeHours }, asked)
      }
      return true
    }
    throw new Error(`The rules of “${pairing}” could not be saved.`)
  }

  async function firstRules(pairing: string, desk: DeskId): Promise<void> {
    const usual = await fieldsOf(desk, false)
    const urgent = await fieldsOf(desk, true)
    await saveRows(pairing, ({ sections }) => [
      ...(['warning', 'critical'] as const).flatMap((section) =>
        sections[section].map(({ key, fields }, n): RuleInput => {
          const own = section === 'critical' ? urgent : usual
          // Some wait, as one does for what may heal by itself.
          return { section, key, enabled: true, fields: { ...fields, ...own }, delayMinutes: n % 5 === 4 ? 6 : 0 }
        }),
      ),
      ...sections.severity.map(({ key, fields }): RuleInput => {
        const own = key === 'critical' ? urgent : usual
        return { section: 'severity', key, enabled: true, fields: { ...fields, ...own }, lifetimeHours: 24 }
      }),
    ])
  }

  async function map(clientName: string, to: 'none' | 'main' | 'annex'): Promise<boolean> {
    const client = ground.clients.find(({ name }) => name === clientName)
    const pairing = ground.pairings.find(({ source, desk }) => source === client?.source && desk === client.desk)
    if (client === undefined || pairing === undefined) return false
    const path = `/tenants/${ids.tenants.get(`${client.source}/${client.name}`)}/mapping`
    const uid = world.sources.get(client.source)?.uidOf(client.name) ?? ''
    const account = to === 'none' ? null : (ids.accounts.get(`${pairing.desk}/${companiesOf(client.name)[to]}`) ?? '')
    const from = now()
    try {
      if (account === null) await person.ask('DELETE', path)
      else await person.ask('PUT', path, { integrationId: ids.integrations.get(pairing.name), accountId: account })
    } catch (error) {
      // It was not mapped any more, or the desk does not show this company now.
      if (!(error instanceof AnswerError)) throw error
      if (account !== null) return false
    }
    meant.mapping(pairing.name, uid, account, { from, to: now() })
    return true
  }

  async function retryStuck(desk: DeskId): Promise<number> {
    const { items } = await person.ask<{ items: { id: number; psaId: number }[] }>(
      'GET',
      '/tickets?stuck=true&limit=500',
    )
    const mine = items.filter(({ psaId }) => psaId === ids.psas.get(desk))
    for (const { id } of mine) {
      await person.ask('POST', `/tickets/${id}/retry`, {}).catch((error: unknown) => {
        // Done or in somebody's hands by now.
        if (!(error instanceof AnswerError)) throw error
      })
    }
    return mine.length
  }

  return {
    async begin() {
      for (const { name, desk } of ground.pairings) await firstRules(name, desk)
      for (const { name, desk } of ground.clients) {
        if (desk !== null && !(await map(name, 'main'))) throw new Error(`“${name}” could not be mapped.`)
      }
    },
    async act(act) {
      switch (act.kind) {
        case 'mapping':
          return map(act.client, act.to)
        case 'retry-stuck':
          await retryStuck(act.desk)
          return true
        case 'pause': {
          const from = now()
          const until = act.minutes === 0 ? null : new Date(from + act.minutes * 60_000).toISOString()
          await person.ask('PATCH', `/integrations/${ids.integrations.get(act.pairing)}`, { pausedUntil: until })
          meant.pause(act.pairing, until !== null, { from, to: now() })
          return true
        }
        case 'rule': {
          const desk = ground.pairings.find(({ name }) => name === act.pairing)?.desk ?? 'autotask'
          const own = await fieldsOf(desk, act.urgent)
          return saveRows(act.pairing, ({ sections }) => {
            const row = sections[act.section].find(({ title }) => title === act.row)
            if (row === undefined) throw new Error(`There is no row “${act.row}” in ${act.section}.`)
            const { enabled, delayMinutes, section } = act
            const more = section === 'severity' ? { lifetimeHours: 24 } : { delayMinutes }
            return [{ section, key: row.key, enabled, fields: { ...row.fields, ...own }, ...more }]
          })
        }
      }
    },
    retryStuck,
  }
}
