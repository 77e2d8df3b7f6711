import { z } from 'zod'
import { harmless } from '../../answers.ts'
import { ConnectorError } from '../../failure.ts'
import type { HttpClient } from '../../http.ts'
import { isJson, replyToJson, unexpectedShape } from './errors.ts'
import { apiOrigin, type ConnectwiseSettings } from './settings.ts'
import { CompanyInfo } from './wire.ts'

/** Where a company's interface is: cloud addresses carry the version, which changes at upgrades (connectwise-api.md 1). */

export type KnownCompany = {
  /** Address of the interface, with a slash at its end. */
  readonly root: string
  readonly name: string
  readonly version: string
  readonly isCloud: boolean
  readonly lookedUpAt: Date
  /** True after a good call. */
  worked: boolean
}

/** What a look-up needs of a context. */
type Asking = {
  readonly settings: ConnectwiseSettings
  readonly http: HttpClient
  now(): Date
}

/** Kept for the life of the process; looked up again when the address stops working. */
const companiesByKey = new Map<string, KnownCompany>()
/** A second look-up helps no sooner than this, in ms, where the first address never worked. */
const lookAgainMs = 60_000

/** The company if it was looked up before, without a call. */
export function knownCompany(settings: ConnectwiseSettings): KnownCompany | undefined {
  return companiesByKey.get(keyOf(settings))
}

/** Whether a 404 may come from an upgrade since the company was looked up. */
export function mayHaveMoved(company: KnownCompany, now: Date): boolean {
  return company.worked || now.getTime() - company.lookedUpAt.getTime() >= lookAgainMs
}

/**
 * Asks where the interface is and keeps it; needs no keys, and sends none. Fails with `denied` for a company that the
 * site does not know.
 */
export async function lookUpCompany({ settings, http, now }: Asking): Promise<KnownCompany> {
  const url = `${apiOrigin(settings)}/login/companyinfo/${encodeURIComponent(settings.companyId)}`
  const reply = await harmless(http.request({ method: 'GET', url, endpoint, headers: { Accept: 'application/json' } }))
  if (reply.status === 404 && isJson(reply)) throw unknownCompany(settings)
  const asked = { write: false, onRecord: true, what: 'the look-up of the company', now: now(), redact: http.redact }
  const parsed = CompanyInfo.safeParse(replyToJson(reply, asked))
  if (!parsed.success) throw unexpectedShape(asked, z.prettifyError(parsed.error))
  if (parsed.data === null) throw unknownCompany(settings)
  const { CompanyName, Codebase, VersionNumber, IsCloud } = parsed.data
  // It becomes part of the address that the keys are sent to.
  if (!/^[\w.-]*\w\/?$/.test(Codebase)) throw unexpectedShape(asked, 'a codebase that is no path')
  const company: KnownCompany = {
    root: `${apiOrigin(settings)}/${Codebase.replace(/\/$/, '')}/apis/3.0/`,
    name: CompanyName,
    version: VersionNumber,
    isCloud: String(IsCloud).toLowerCase() === 'true',
    lookedUpAt: now(),
    worked: false,
  }
  companiesByKey.set(keyOf(settings), company)
  return company
}

/** All calls count together: ConnectWise's limit knows no endpoints (connectwise-api.md 4). */
export const endpoint = 'api'

function unknownCompany({ companyId, site }: ConnectwiseSettings): ConnectorError {
  return new ConnectorError(
    'denied',
    'bad-credentials',
    `The site ${site} knows no company "${companyId}". Check the company ID, and that the site is the one where you sign in.`,
  )
}

function keyOf(settings: ConnectwiseSettings): string {
  return `${apiOrigin(settings)} ${settings.companyId.toLowerCase()}`
}
