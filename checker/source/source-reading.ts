import type { SourceEvidence } from '../evidence.ts'
import type { TrailLine } from '../violation.ts'
import { readHubSights } from './hub-told.ts'
import { hubTrail } from './hub-trail.ts'
import { readHubTruth } from './hub-truth.ts'
import { hubLastingWords, hubStatusWords } from './hub-words.ts'
import { kscTrail } from './ksc-trail.ts'
import { readKscTruth } from './ksc-truth.ts'
import { kscWords } from './ksc-words.ts'
import { readSights, type Sight } from './sights.ts'
import type { Truth } from './truth.ts'

/** What the emulator of a source says, whatever its vendor: a further kind has its files beside this one and a case here. */
export type SourceReading = {
  readonly truth: Truth
  readonly sights: readonly Sight[]
  /** It is never asked: what is to be seen of it is what it told. */
  readonly isTold: boolean
  /** What happened to a computer (or, where `what` is about none, at the clients), for people. */
  trail(computer: string, what: string): TrailLine[]
}

/** Reads the evidence of one source. */
export function readSource(evidence: SourceEvidence): SourceReading {
  if (evidence.vendor === 'ksc') {
    const truth = readKscTruth(evidence)
    const sights = readSights(evidence.id, truth, evidence.namesAllReasons)
    return { truth, sights, isTold: false, trail: kscTrail(evidence) }
  }
  const sights = readHubSights(evidence)
  return { truth: readHubTruth(evidence), sights, isTold: true, trail: hubTrail(evidence) }
}

const conditionWords = new Set([...kscWords, ...Object.values(hubStatusWords), ...Object.values(hubLastingWords)])

/** Whether these words of a ticket mean something that holds until it ends; else they mean an event that only happened. */
export function isConditionWords(what: string): boolean {
  return conditionWords.has(what)
}
