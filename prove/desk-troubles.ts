import type { JournalEntry } from '../emulators/kit/journal.ts'
import type { DeskTrouble } from './fault-kinds.ts'
import type { DeskId } from './ground.ts'
import type { ProvedDesk } from './world.ts'

/** What administrators of a desk do that breaks us, and how they undo it. */

type Order = { readonly act: string } & Readonly<Record<string, unknown>>
type Orders = {
  readonly on: readonly Order[]
  readonly off: readonly Order[]
  readonly felt: (entry: JournalEntry) => boolean
}

const status =
  (...wanted: number[]) =>
  (entry: JournalEntry) =>
    entry.status !== null && wanted.includes(entry.status)
const creates = (path: RegExp) => (entry: JournalEntry) => entry.method === 'POST' && path.test(entry.path)
const security = { autotask: 29_682_969 } as const

const troubles: Readonly<Record<DeskId, (desk: ProvedDesk) => Readonly<Record<DeskTrouble, Orders>>>> = {
  autotask: ({ ready }) => ({
    // A category that demands a field we do not fill is refused with status 500 and the reason in words.
    'refusing-text': {
      on: [{ act: 'setCategoryRule', category: 3, requiredFields: ['purchaseOrderNumber'] }],
      off: [{ act: 'setCategoryRule', category: 3, requiredFields: [] }],
      felt: status(500),
    },
    'value-removed': {
      on: [{ act: 'removePicklistValue', entity: 'Ticket', field: 'queueID', value: security.autotask }],
      off: [
        { act: 'setPicklistValue', entity: 'Ticket', field: 'queueID', value: security.autotask, label: 'Security' },
      ],
      felt: status(500),
    },
    'credentials-changed': {
      on: [{ act: 'setSecret', secret: 'another-secret' }],
      off: [{ act: 'setSecret', secret: ready.secret }],
      felt: status(401),
    },
  }),
  tigerpaw: ({ ready }) => ({
    'refusing-text': {
      on: [{ act: 'setSwitch', name: 'textLimits', value: { Reference: 50, BriefDescription: 12 } }],
      off: [{ act: 'setSwitch', name: 'textLimits', value: { Reference: 50, BriefDescription: 255 } }],
      felt: creates(/serviceorder/i),
    },
    'value-removed': {
      on: [{ act: 'removePriority', priority: 'Emergency' }],
      off: [
        {
          act: 'setMasterEntry',
          table: 'priorities',
          entry: {
            Priority: 'Emergency',
            ResponseTime: 30,
            Rank: 1,
            WarningThreshold: 15,
            AroundTheClockResponse: true,
          },
        },
      ],
      felt: creates(/serviceorder/i),
    },
    'credentials-changed': {
      on: [{ act: 'setKeys', active: false }],
      off: [{ act: 'setKeys', active: true, publicKey: ready.publicKey, privateKey: ready.privateKey }],
      felt: status(401),
    },
  }),
  connectwise: ({ ready, companies }) => ({
    'refusing-text': {
      on: [{ act: 'deleteCompany', name: companies[0] }],
      off: [{ act: 'restoreCompany', name: companies[0] }],
      felt: status(400, 404),
    },
    'value-removed': {
      on: [{ act: 'archiveBoard', board: 'Security' }],
      off: [{ act: 'restoreBoard', board: 'Security' }],
      felt: status(400),
    },
    'credentials-changed': {
      on: [{ act: 'setKeys', privateKey: 'another-key' }],
      off: [{ act: 'setKeys', privateKey: ready.privateKey }],
      felt: status(401),
    },
  }),
}

/** The orders for one trouble at one desk. */
export function troubleOrders(desk: ProvedDesk, name: DeskTrouble): Orders {
  return troubles[desk.id](desk)[name]
}
