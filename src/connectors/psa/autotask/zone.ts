import { z } from 'zod'
import { harmless } from '../../answers.ts'
import { ConnectorError } from '../../failure.ts'
import type { PsaContext } from '../../psa.ts'
import { replyToJson, unexpectedShape } from './errors.ts'
import { type AutotaskSettings, baseUrlOf, isAllowedAddress } from './settings.ts'

/** Where a customer's database lives (autotask-api.md 1.1). */
export type Zone = {
  readonly name: string
  /** Ends with a slash and has no version. */
  readonly url: string
  /** Ends with a slash; empty when the answer named none. */
  readonly webUrl: string
}

const ZoneInformation = z.object({
  zoneName: z.string().nullish(),
  url: z.string(),
  webUrl: z.string().nullish(),
})

/** A zone does not move from one call to the next, so it is kept for the life of the process; `worked` after a good call. */
type KnownZone = { readonly zone: Zone; worked: boolean }
const zonesByUser = new Map<string, KnownZone>()

/** The zone if it was looked up before, without a call. */
export function knownZone(settings: AutotaskSettings): KnownZone | undefined {
  return zonesByUser.get(keyOf(settings))
}

/**
 * Asks for the zone and keeps it. The look-up needs no credentials and is exempt from the thread limit, so its endpoint
 * is empty. Fails with `denied` when Autotask does not know the user or names an address that must not be called.
 */
export async function lookUpZone(context: PsaContext<AutotaskSettings>): Promise<KnownZone> {
  const { settings } = context
  const url = `${baseUrlOf(settings)}V1.0/zoneInformation?user=${encodeURIComponent(settings.user)}`
  const reply = await harmless(context.http.request({ method: 'GET', url, endpoint: '' }))
  const asked = { write: false, what: 'the zone look-up', now: context.now(), redact: context.http.redact }
  const parsed = ZoneInformation.safeParse(replyToJson(reply, asked))
  if (!parsed.success) throw unexpectedShape(asked, z.prettifyError(parsed.error))
  const zone = toZone(settings, parsed.data)
  const known = { zone, worked: false }
  zonesByUser.set(keyOf(settings), known)
  return known
}

function toZone(settings: AutotaskSettings, answer: z.infer<typeof ZoneInformation>): Zone {
  const url = withSlash(answer.url.trim()).replace(/v1\.0\/$/i, '')
  if (!isAllowedAddress(settings, url)) {
    throw new ConnectorError(
      'denied',
      'wrong-address',
      `The zone look-up names ${shown(url)} as the address of the database, which is neither https under autotask.net nor the zone look-up address of the settings; nothing was sent there. Check the zone look-up address.`,
    )
  }
  const webUrl = answer.webUrl ?? ''
  return { name: answer.zoneName ?? '', url, webUrl: URL.canParse(webUrl) ? withSlash(webUrl) : '' }
}

function keyOf(settings: AutotaskSettings): string {
  return `${baseUrlOf(settings)} ${settings.user.toLowerCase()}`
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}

function shown(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'something that is no address'
}
