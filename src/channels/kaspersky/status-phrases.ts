/**
 * How the text of a device-status event names its reasons. The vendor documents the reasons by the words of its console
 * (ksc-open-api.md 4.6, KSC help 191051) but not the text of the event, and the text follows the console's language: so
 * the phrases are looked for anywhere in the text, in either case, and a source may add its own.
 */
export type StatusPhrase = { readonly phrase: string; readonly statusKey: string }

/** Endpoint Security Cloud's eight reasons (kaspersky-cloud.md 2) in English. */
export const statusPhrases: readonly StatusPhrase[] = [
  { phrase: 'security application is not installed', statusKey: 'application-not-installed' },
  { phrase: 'security application is not running', statusKey: 'application-not-running' },
  { phrase: 'protection is disabled', statusKey: 'protection-disabled' },
  { phrase: 'real-time protection is disabled', statusKey: 'protection-disabled' },
  { phrase: 'databases have not been updated in a long time', statusKey: 'databases-outdated' },
  { phrase: 'databases are outdated', statusKey: 'databases-outdated' },
  { phrase: 'not connected in a long time', statusKey: 'not-connected' },
  { phrase: 'invalid encryption status', statusKey: 'encryption-status' },
  { phrase: 'license expired', statusKey: 'license-expired' },
  { phrase: 'license has expired', statusKey: 'license-expired' },
  { phrase: 'license expires soon', statusKey: 'license-expired' },
  { phrase: 'status stated by the managed application', statusKey: 'defined-by-application' },
  { phrase: 'device status defined by application', statusKey: 'defined-by-application' },
]

export const shortestPhrase = 5

/** Keys of all reasons that a text names, each once, in the order of the phrases. */
export function findReasons(text: string, phrases: readonly StatusPhrase[]): string[] {
  const lower = text.toLowerCase()
  return [
    ...new Set(phrases.filter(({ phrase }) => lower.includes(phrase.toLowerCase())).map(({ statusKey }) => statusKey)),
  ]
}
