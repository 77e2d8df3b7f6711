import { z } from 'zod'
import type { Reach } from '../../http.ts'
import { proxyOf, trustOf } from '../../psa-settings.ts'
import { behaviourFields, limitFields } from './behaviour-fields.ts'
import { connectionFields, soapFields } from './connection-fields.ts'

/** A connection to one Tigerpaw. Empty text means "not set". */
export const TigerpawSettings = z
  .strictObject({ ...connectionFields, ...behaviourFields, ...soapFields, ...limitFields })
  .superRefine((settings, refinement) => {
    const complain = (field: string, message: string) => refinement.addIssue({ code: 'custom', path: [field], message })
    if (settings.setDateTimeClosed && settings.timeZone === '') {
      complain('timeZone', 'is needed to set the closing date')
    }
    if (settings.fingerprint !== '' && settings.certificate !== '') {
      complain('fingerprint', 'must be empty when a root certificate is given')
    }
    if (settings.soapUser === '' && settings.soapPassword !== '') complain('soapUser', 'is missing beside its password')
    if (settings.soapUser !== '' && settings.soapPassword === '') complain('soapPassword', 'is missing beside its user')
  })

export type TigerpawSettings = z.infer<typeof TigerpawSettings>

/** Scheme and host, without a slash at the end. */
export function originOf(settings: TigerpawSettings): string {
  return new URL(settings.baseUrl).origin
}

/** Where the REST interface begins, with a slash at the end. */
export function apiBaseOf(settings: TigerpawSettings): string {
  return `${originOf(settings)}${settings.apiPath.replace(/\/$/, '')}/`
}

/** The entries of a list that a person writes with commas. */
export function namesIn(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

export function reachOf(settings: TigerpawSettings): Reach {
  return {
    trust: trustOf(settings),
    proxy: proxyOf(settings),
    timeoutMs: settings.timeoutSeconds * 1_000,
    secrets: secretsOf(settings),
    hosts: [new URL(settings.baseUrl).host],
  }
}

/** Texts that no error and no log line may hold. The public key is one because every token begins with it. */
function secretsOf(settings: TigerpawSettings): readonly string[] {
  const { privateKey, publicKey, soapPassword, proxyPassword } = settings
  return [privateKey, publicKey, soapPassword, proxyPassword].filter((text) => text !== '')
}
