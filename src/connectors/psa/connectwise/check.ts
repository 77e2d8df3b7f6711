import { referencePrefix } from '../../../lib/ids.ts'
import { ConnectorError } from '../../failure.ts'
import type { CheckReport } from '../../source.ts'
import { type Context, call } from './client.ts'
import { knownCompany, lookUpCompany } from './company-info.ts'
import { type Condition, encodeQuery, flagIs, textBegins } from './conditions.ts'
import { readBoards } from './options.ts'
import { Count } from './wire.ts'

type Facts = { title: string; value: string }[]
type Problems = { title: string; advice: string }[]

/**
 * Tries the settings. Throws when ConnectWise cannot be reached or rejects the keys; a list that may not be read is a
 * problem. What may be written cannot be asked: ConnectWise says it only when it is tried.
 */
export async function check(context: Context): Promise<CheckReport> {
  const facts: Facts = []
  const problems: Problems = []
  await lookUpCompany(context)
  await orProblem(problems, 'Service boards cannot be read', () => checkBoards(context, facts, problems))
  await orProblem(problems, 'Priorities cannot be read', async () => {
    facts.push({ title: 'Priorities', value: await count(context, 'service/priorities') })
  })
  await orProblem(problems, 'Companies cannot be read', async () => {
    facts.push({ title: 'Companies', value: await count(context, 'company/companies', flagIs('deletedFlag', false)) })
  })
  await orProblem(problems, 'Service tickets cannot be read', async () => {
    const ours = textBegins('externalXRef', referencePrefix)
    facts.push({ title: 'Tickets of Tocsin', value: await count(context, 'service/tickets', ours) })
  })
  // The boards may have been found at another address than the first one.
  const company = knownCompany(context.settings)
  const head = [
    { title: 'Company', value: company?.name ?? '' },
    { title: 'ConnectWise version', value: `${company?.version ?? ''} ${company?.isCloud ? '(cloud)' : ''}`.trim() },
    { title: 'Interface', value: company?.root ?? '' },
  ]
  return { facts: [...head, ...facts].filter((fact) => fact.value !== ''), problems }
}

async function checkBoards(context: Context, facts: Facts, problems: Problems): Promise<void> {
  const boards = await readBoards(context)
  const usable = boards.filter((board) => !board.inactiveFlag && !board.projectFlag)
  facts.push({ title: 'Service boards', value: usable.map((board) => board.name).join(', ') })
  if (usable.length > 0) return
  problems.push({
    title: 'The API member sees no active service board',
    advice:
      'Create one in ConnectWise under Setup Tables, Service Board, or let the security role of the API member see it.',
  })
}

async function count(context: Context, path: string, where?: Condition): Promise<string> {
  const query = where === undefined ? {} : { query: `conditions=${encodeQuery(where)}` }
  const answer = await call(context, { method: 'GET', path: `${path}/count`, ...query }, Count)
  return String(answer.count)
}

/** A missing right is a finding of the check, not its failure. */
async function orProblem(problems: Problems, title: string, look: () => Promise<void>): Promise<void> {
  try {
    await look()
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.reason !== 'missing-right') throw error
    problems.push({ title, advice: error.message })
  }
}
