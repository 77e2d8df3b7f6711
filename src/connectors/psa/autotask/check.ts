import { z } from 'zod'
import { ConnectorError } from '../../failure.ts'
import type { CheckReport } from '../../source.ts'
import { type Context, call } from './client.ts'
import { optionsOf } from './map.ts'
import { queryAll } from './query.ts'
import { latencyBands, readUsage } from './usage.ts'
import { Company, EntityInformation, Fields, itemOf, Resource, Version } from './wire.ts'
import { knownZone } from './zone.ts'

type Facts = { title: string; value: string }[]
type Problems = { title: string; advice: string }[]

/** What the API user must be allowed, by entity (autotask-api.md 4). */
const rights = [
  { entity: 'Tickets', needs: ['Create', 'Query', 'Update'] },
  { entity: 'TicketNotes', needs: ['Create', 'Query'] },
  { entity: 'Companies', needs: ['Query'] },
] as const

const rightsAdvice = 'Give the right to the security level of the API user: Admin, Security Levels.'
/** From here on Autotask slows every call down. */
const busyShare = latencyBands[0].fromShare

/** Tries the settings. Throws when Autotask cannot be reached or rejects the account; a missing right is a problem. */
export async function check(context: Context): Promise<CheckReport> {
  const facts: Facts = []
  const problems: Problems = []
  await checkUsage(context, facts, problems)
  const zone = knownZone(context.settings)?.zone
  const head = [
    { title: 'Zone', value: zone === undefined ? '' : `${zone.name} (${zone.url})` },
    { title: 'Web address', value: context.settings.webUrl || zone?.webUrl || '' },
    { title: 'API user', value: context.settings.user },
    { title: 'Autotask version', value: await readVersion(context) },
  ]
  await orProblem(problems, 'The own company cannot be read', () => checkOwnCompany(context, facts, problems))
  for (const right of rights) {
    const title = `The rights on ${right.entity} cannot be read`
    await orProblem(problems, title, () => checkRights(context, right.entity, right.needs, problems))
  }
  await orProblem(problems, 'The fields of tickets cannot be read', () => checkQueues(context, facts, problems))
  await orProblem(problems, 'Resources cannot be read, so rules cannot assign tickets to a person', () =>
    checkStaff(context),
  )
  return { facts: [...head, ...facts].filter((fact) => fact.value !== ''), problems }
}

async function checkUsage(context: Context, facts: Facts, problems: Problems): Promise<void> {
  const { allowed: most, used, windowMinutes: minutes } = await readUsage(context)
  const granted = Math.round(most * (60 / minutes))
  facts.push({ title: 'Calls used', value: `${used} of ${most} in the last ${minutes} minutes` })
  if (used >= most * busyShare) {
    problems.push({
      title: `Other programs use much of Autotask's hourly calls (${used} of ${most})`,
      advice: 'Autotask slows down from half of them on. Find the program that calls so often, or take fewer here.',
    })
  }
  if (context.settings.requestsPerHour > granted) {
    problems.push({
      title: `"Calls per hour" is ${context.settings.requestsPerHour}, but this database grants ${granted}`,
      advice: `Set it to ${Math.floor(granted * 0.6)} or less.`,
    })
  }
}

/** Newer than the rest of the interface, so an Autotask without it is no fault. */
async function readVersion(context: Context): Promise<string> {
  try {
    const version = await call(context, { method: 'GET', path: 'Version', write: false }, Version)
    return version.build || [version.majorVersion, version.minorVersion].filter((part) => part != null).join('.')
  } catch (error) {
    if (error instanceof ConnectorError && error.reason === 'wrong-address') return ''
    throw error
  }
}

async function checkOwnCompany(context: Context, facts: Facts, problems: Problems): Promise<void> {
  const { item } = await call(context, { method: 'GET', path: 'Companies/0', write: false }, itemOf(Company))
  if (item !== null) {
    facts.push({ title: 'Own company', value: item.companyName })
    return
  }
  problems.push({
    title: 'The own company is not visible to the API user',
    advice:
      'Its security level probably limits which companies it sees; tickets of hidden companies look deleted to us.',
  })
}

async function checkRights(
  context: Context,
  entity: string,
  needs: readonly ('Create' | 'Query' | 'Update')[],
  problems: Problems,
): Promise<void> {
  const path = `${entity}/entityInformation`
  const { info } = await call(context, { method: 'GET', path, write: false }, EntityInformation)
  for (const need of needs) {
    if (info[`can${need}`] === false || info[`userAccessFor${need}`].toLowerCase() === 'none') {
      problems.push({ title: `The API user may not ${need.toLowerCase()} ${entity}`, advice: rightsAdvice })
    }
  }
}

async function checkQueues(context: Context, facts: Facts, problems: Problems): Promise<void> {
  const path = 'Tickets/entityInformation/fields'
  const fields = await call(context, { method: 'GET', path, write: false }, Fields)
  const queues = optionsOf(fields, 'queueID').filter((queue) => queue.active)
  facts.push({ title: 'Queues', value: queues.map((queue) => queue.label).join(', ') || 'none' })
  if (!queues.some((queue) => queue.label.trim().toLowerCase() === 'monitoring alert')) {
    problems.push({
      title: 'There is no active queue "Monitoring Alert"',
      advice: 'Choose another queue in each rule, or create it in Autotask under Admin, Service Desk, Queues.',
    })
  }
}

async function checkStaff(context: Context): Promise<void> {
  const where = [{ op: 'eq', field: 'isActive', value: true } as const]
  await queryAll(context, { entity: 'Resources', where, fields: ['id'], row: z.object({ id: Resource.shape.id }) })
}

/** A missing right is a finding of the check, not its failure. */
async function orProblem(problems: Problems, title: string, look: () => Promise<void>): Promise<void> {
  try {
    await look()
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.reason !== 'missing-right') throw error
    problems.push({ title, advice: `${error.message} ${rightsAdvice}` })
  }
}
