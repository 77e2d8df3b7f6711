import type { DecisionReason } from '../core/decide.ts'

/** Reasons that leave all as it was: the decision before them says more. */
export const idleReasons: ReadonlySet<DecisionReason> = new Set(['text-changed', 'hidden-by-critical', 'level-fell'])

/** Each reason of a decision as a sentence for a technician. */
export const decisionWords: Readonly<Record<DecisionReason, string>> = {
  'rule-on': 'It began, its client was mapped and its rule was on, so a ticket was wanted.',
  'rule-off': 'Its rule was off at that moment, so no ticket was wanted.',
  'tenant-not-mapped': 'Its client was not mapped to an account at the desk at that moment, so no ticket was wanted.',
  'integration-paused': 'The integration was paused at that moment, so no new ticket was opened.',
  'held-before':
    'It was wrong already when Tocsin first read this client, and such things open no tickets by themselves.',
  'opened-by-request': 'A person asked for tickets for what was wrong already.',
  'level-rose': 'The computer went from Warning to Critical while it still held.',
  'level-fell': 'The computer went from Critical to Warning while it still held; the ticket stays the same.',
  'text-changed': 'Only the words of the security product changed; that is no reason for a ticket.',
  'hidden-by-critical':
    'The computer is Critical, and this server may then hide reasons of the Warning level, so it is taken to hold still.',
  'began-again-before-close': 'It began again before its ticket was closed, so the ticket stays open.',
  'began-again-after-reopening':
    'It began again on a ticket that a person had reopened, so Tocsin takes care of it again.',
  'too-old': 'The event was older than its rule allows when it was received.',
  'repeat-of-open-ticket': 'There is an open ticket about the same thing already, so this was counted on it.',
  'no-ticket': 'It ended, and it had no ticket.',
  'ticket-is-done': 'It had its ticket, which is done; a new one is opened only when it ends and begins again.',
  overtaken: 'Something later was heard about the same thing before this, so this changed nothing.',
  'no-longer-applies': 'It no longer applies to the computer, so its ticket is closed.',
  'computer-removed': 'The computer was removed from the security product, so the ticket is closed.',
  'computer-moved': 'The computer was moved to another client, so the ticket here is closed.',
  resolved: 'The security product reported that it is resolved, so its ticket is closed.',
  'not-repeated': 'It was not reported again within the hold time of its source, so its ticket is closed.',
}
