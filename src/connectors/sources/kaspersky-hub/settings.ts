import { z } from 'zod'
import type { SourceFacts } from '../../source.ts'

const http = 'Web requests'
const statusEvents = 'Status events'
const inbox = 'Inbox'

/**
 * Settings of a hub: nothing is called, so there is no address and no password here. Tokens are made beside the source
 * and never shown again.
 */
export const Settings = z.object({
  httpOn: z.boolean().default(true).meta({
    title: 'Take web requests',
    help: 'Scripts and webhooks may post computers and events with a token of this source.',
    group: http,
  }),
  silentHours: z.number().int().min(0).max(720).default(26).meta({
    title: 'Silent after (hours)',
    help: 'A company that sent a list of its computers must send the next one within this time, or it is shown as silent. 0: never.',
    group: http,
  }),
  statusEnds: z
    .enum(['said', 'said-or-held'])
    .default('said')
    .meta({
      title: 'A status that syslog or mail reported ends',
      help: 'A hold time closes tickets for what may still be wrong there, since nobody said that it is over. Without one, what no message ends stays open until a person closes it.',
      titles: {
        said: 'when a later message says so, and only then',
        'said-or-held': 'also when it was not repeated for the hold time',
      },
      group: statusEvents,
    }),
  statusHoldHours: z
    .number()
    .int()
    .min(1)
    .max(720)
    .default(48)
    .meta({
      title: 'Hold time (hours)',
      help: 'How long a reported status is taken to hold without a repeat. Only time in which Tocsin listened without a break counts.',
      when: { key: 'statusEnds', value: 'said-or-held' },
      group: statusEvents,
    }),
  mostWaiting: z.number().int().min(1_000).max(10_000_000).default(1_000_000).meta({
    title: 'Most messages waiting',
    help: 'When so many wait to be settled, senders are asked to try again later. A single company may use a quarter of it.',
    group: inbox,
  }),
  unreadMegabytes: z.number().int().min(8).max(1_000_000).default(1_000).meta({
    title: 'Room for what nobody could read (MB)',
    help: 'Mails that no pattern reads, and messages of an unknown company, are kept until a person deals with them. When they take so much, their senders are asked to try again later. One group of them may use a quarter of it.',
    group: inbox,
  }),
})

export type Settings = z.infer<typeof Settings>

/** What settling needs to know of the settings of a hub. */
export function settingsFacts(): SourceFacts {
  // A list over the web names all reasons; what syslog and mail leave out is judged as hidden, message by message.
  // Whoever takes something wakes the settling; the interval is for what only the passing of time tells.
  return { namesAllReasons: true, computersEverySeconds: 15, eventsEverySeconds: 15 }
}
