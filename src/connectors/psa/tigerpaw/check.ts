import { harmless } from '../../answers.ts'
import { ConnectorError } from '../../failure.ts'
import type { CheckReport } from '../../source.ts'
import { accountSearch } from './accounts.ts'
import { type Context, call } from './client.ts'
import { orderSearch } from './one-order.ts'
import { readOptions, readTable } from './options.ts'
import { originOf } from './settings.ts'
import { trySoapUser } from './soap.ts'
import { Done, ExternalProduct, NoteTopic, ProductInformation, pageOf } from './wire.ts'

type Facts = { title: string; value: string }[]
type Problems = { title: string; advice: string }[]

/** What the integration needs of the rep's security role (tigerpaw-api.md 2.2). */
const rightsAdvice =
  'Give the rights to the security role of the rep: Accounts get; Master tables get; Service orders get, create and update.'

/** Tries the settings. Throws when Tigerpaw cannot be reached or rejects the keys; a missing right is a problem. */
export async function check(context: Context): Promise<CheckReport> {
  const facts: Facts = []
  const problems: Problems = []
  const { settings } = context
  await call(context, { method: 'GET', path: 'diagnostics/validate/user', write: false }, Done)
  facts.push({ title: 'API address', value: originOf(settings) })
  if (settings.probeVersion) await probe(context, facts, problems)
  await orProblem(problems, 'The lists for rules cannot be read', () => checkLists(context, facts, problems))
  await orProblem(problems, 'Accounts cannot be read', () => checkAccounts(context, facts, problems))
  await orProblem(problems, 'Service orders cannot be searched', () => checkOrders(context))
  if (settings.noteTopic !== '') {
    await orProblem(problems, 'Note topics cannot be read', () => checkTopic(context, problems))
  }
  if (settings.externalProduct !== '') {
    await orProblem(problems, 'External products cannot be read', () => checkProduct(context, problems))
  }
  if (settings.timeZone === '') {
    problems.push({
      title: 'The time zone of Tigerpaw is not set',
      advice: 'Set it in the connection, so that service orders carry a date and the times of changes are understood.',
    })
  }
  if (settings.soapUser !== '') await checkSoap(context, facts, problems)
  return { facts, problems }
}

/** Which Tigerpaw this is. An older or newer API may lack each of these, which is no fault. */
async function probe(context: Context, facts: Facts, problems: Problems): Promise<void> {
  const product = await orNothing(() =>
    call(context, { method: 'GET', path: 'diagnostics/productInformation', write: false }, ProductInformation),
  )
  const version = await orNothing(() =>
    call(context, { method: 'GET', path: 'diagnostics/database/version', write: false }, Done),
  )
  const database = version?.Message || product?.DatabaseVersion || ''
  if (database !== '') facts.push({ title: 'Database version', value: database })
  const api = await readApiVersion(context)
  if (api !== '') facts.push({ title: 'API version', value: api })
  if (product?.HasValidLicense === false) {
    problems.push({
      title: 'Tigerpaw has no valid license',
      advice: 'Put the license right; the API may refuse calls.',
    })
  }
  if (product?.IsArchivedDatabase === true) {
    problems.push({
      title: 'This is an archived database',
      advice: 'Check the API address: service orders would be opened where nobody looks.',
    })
  }
}

/** The documentation page of the site, which needs no keys, links the specification of its version (tigerpaw-api.md 2.1). */
async function readApiVersion(context: Context): Promise<string> {
  const url = `${originOf(context.settings)}/docs/index`
  const reply = await harmless(context.http.request({ method: 'GET', url, endpoint: 'docs' }))
  if (reply.status !== 200) return ''
  return /\/docs\/(v?\d[\w.-]*)\/swagger/i.exec(reply.text)?.[1] ?? ''
}

async function checkLists(context: Context, facts: Facts, problems: Problems): Promise<void> {
  const { choices, extra } = await readOptions(context)
  const names = (key: string): string =>
    (choices[key] ?? [])
      .filter((option) => option.active)
      .map((option) => option.label)
      .join(', ')
  for (const [key, title] of Object.entries(listTitles)) {
    facts.push({ title, value: names(key) || 'none' })
  }
  const isShort = Array.isArray(extra.incomplete) && extra.incomplete.includes('newStatus')
  if (isShort && context.settings.moreStatuses === '') {
    problems.push({
      title: 'Tigerpaw tells only one service order status',
      advice: 'Name the others in "More statuses", so that they can be chosen.',
    })
  }
}

const listTitles = { board: 'Boards', priority: 'Priorities', type: 'Types', newStatus: 'Statuses' }

async function checkAccounts(context: Context, facts: Facts, problems: Problems): Promise<void> {
  const { externalProduct } = context.settings
  const count = async (product: string): Promise<number> => {
    const { ask, name, row } = accountSearch(product)
    const page = await call(context, ask(context.settings.firstRow, 1), pageOf(name, row))
    return Math.max(page.totalCount, page.items.length)
  }
  const all = await count('')
  facts.push({ title: 'Accounts', value: String(all) })
  if (externalProduct === '') return
  const referenced = await count(externalProduct)
  facts.push({ title: `Accounts with a reference to ${externalProduct}`, value: String(referenced) })
  if (referenced > 0) return
  problems.push({
    title: `No account has a cross reference to "${externalProduct}"`,
    advice: 'Add it to the accounts in Tigerpaw, or correct or clear "External product": no account can be mapped.',
  })
}

async function checkOrders(context: Context): Promise<void> {
  const { ask, name, row } = orderSearch([
    { SearchType: 'Reference', MatchType: 'Equal', Criteria: 'nothing has this reference' },
  ])
  await call(context, ask(context.settings.firstRow, 1), pageOf(name, row))
}

async function checkTopic(context: Context, problems: Problems): Promise<void> {
  const { noteTopic } = context.settings
  const { rows } = await readTable(context, 'serviceOrder/noteTopics', NoteTopic)
  if (rows.some((row) => [row.Value, row.Topic].some((name) => name.toLowerCase() === noteTopic.toLowerCase()))) return
  problems.push({
    title: `There is no note topic "${noteTopic}"`,
    advice: 'Add it in Tigerpaw, or correct or clear "Topic of notes".',
  })
}

async function checkProduct(context: Context, problems: Problems): Promise<void> {
  const { externalProduct } = context.settings
  const { rows } = await readTable(context, 'externalproducts', ExternalProduct)
  const found = rows.find((row) => row.Product.toLowerCase() === externalProduct.toLowerCase())
  if (found !== undefined && found.Active !== false) return
  problems.push({
    title: `The external product "${externalProduct}" ${found === undefined ? 'does not exist' : 'is not active'}`,
    advice: 'Edit, Master Tables, Account, External Products; or correct or clear "External product".',
  })
}

async function checkSoap(context: Context, facts: Facts, problems: Problems): Promise<void> {
  const { verdict, words } = await trySoapUser(context)
  if (verdict === 'accepted') {
    facts.push({ title: 'SOAP user', value: `${context.settings.soapUser} was let in` })
    return
  }
  const said = words === '' ? '' : ` (${words})`
  problems.push(
    verdict === 'rejected'
      ? {
          title: `The SOAP service does not accept the user "${context.settings.soapUser}"${said}`,
          advice:
            'Check name and password in "tsiWS Users", and that the user is active. Billing needs it, tickets do not.',
        }
      : {
          title: `No SOAP service answers at ${context.settings.soapPath}${said}`,
          advice: 'Correct the SOAP path, or clear the SOAP user. Billing needs it, tickets do not.',
        },
  )
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

/** For what this Tigerpaw may not have. */
async function orNothing<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look()
  } catch (error) {
    const isAbsent = error instanceof ConnectorError && (error.reason === 'wrong-address' || error.kind === 'refused')
    if (!isAbsent) throw error
    return null
  }
}
