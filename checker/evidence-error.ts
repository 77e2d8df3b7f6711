/** What was handed over cannot be judged; the message says what is missing. */
export class EvidenceError extends Error {
  readonly code = 'evidence-incomplete'
}
