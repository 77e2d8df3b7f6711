// What is answered without credentials: where the API is, what it runs, and the key of callbacks.
import { type Answer, ok } from './answers.ts'
import { keyPath } from './callbacks/message.ts'
import type { Store } from './store/store.ts'

/** Router prefix that leads to the present version always (connectwise-api.md 1). */
export const routerPrefix = 'v4_6_release/'

/** `GET /login/companyinfo/{id}`: where a company's API is, or null for a company that is unknown. */
export function companyInfo(store: Store, given: string): Answer {
  const { companyId } = store.account
  const { unknownCompany, isCloudAsText } = store.switches
  if (given.toLowerCase() !== companyId.toLowerCase()) {
    if (unknownCompany === 'null') return { status: 200, body: 'null', headers: jsonType }
    return { status: 404, body: { code: 'NotFound', message: `Company ${given} not found.`, errors: null } }
  }
  const isCloud = store.codebase !== routerPrefix
  return ok({
    CompanyName: 'Nordlicht IT-Service',
    Codebase: store.codebase,
    VersionCode: versionOf(store),
    VersionNumber: `${versionOf(store)}.102345`,
    CompanyID: companyId,
    IsCloud: isCloudAsText ? (isCloud ? 'True' : 'False') : isCloud,
  })
}

/** `GET {root}system/info`. */
export function systemInfo(store: Store): Answer {
  const isCloud = store.codebase !== routerPrefix
  return ok({
    version: `${versionOf(store)}.102345`,
    isCloud,
    serverTimeZone: 'W. Europe Standard Time',
    licenseBits: [{ name: 'ServiceDesk', activeFlag: true }],
    ...(isCloud && { cloudRegion: 'EU' }),
  })
}

/** `GET` of the signing key that callbacks name; undefined when the path is another. */
export function signingKey(store: Store, path: string): Answer | undefined {
  return path === keyPath(store) ? ok({ signing_key: store.signing.key }) : undefined
}

/** The version header that the API answers with: `v2025_1/` is 2025.1. */
export function apiVersion(store: Store): string {
  return /^v(\d{4})_(\d+)\/$/.exec(store.codebase)?.slice(1, 3).join('.') ?? '2025.1'
}

const jsonType = { 'content-type': 'application/json; charset=utf-8' }

function versionOf(store: Store): string {
  return `v${apiVersion(store)}`
}
