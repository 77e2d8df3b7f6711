import { startTigerpawEmulator, type TigerpawReady } from '../../emulators/tigerpaw/main.ts'
import type { DeskKind } from './desk-kind.ts'
import { namesFrom } from './desk-kind.ts'

type Master = { boards: { DispatchBoardId: number; Description: string }[] }

const monitoring = { board: 'Security & Monitoring', type: 'Security' }

/** Tigerpaw as a provider may have it. */
export const tigerpawDesk: DeskKind<TigerpawReady> = {
  vendor: 'tigerpaw',
  name: 'Tigerpaw',
  // It has no defaults: every Tigerpaw has its own words.
  general: { serviceOrderRep: 'Marta Lindqvist', newStatus: 'New', closedStatus: 'Completed' },
  rules: {
    urgent: { ...monitoring, priority: 'Emergency' },
    high: { ...monitoring, priority: 'High' },
    security: { ...monitoring, priority: 'Medium' },
    usual: { board: 'Help Desk', priority: 'Medium', type: 'Remote Support' },
    someday: { board: 'Help Desk', priority: 'Medium', type: 'Service Call' },
    low: { board: 'Help Desk', priority: 'Low', type: 'Maintenance' },
  },
  orders: {
    take: () => ({ act: 'takeOrder' }),
    note: (words) => ({ act: 'addNote', note: words }),
    // A closing status takes no words; they stand in a note.
    close: () => ({ act: 'closeOrder' }),
    reopen: () => ({ act: 'reopenOrder' }),
    delete: () => ({ act: 'voidOrder' }),
    lower: () => ({ act: 'setPriority', priority: 'Low' }),
    move: (words) => ({ act: 'moveBoard', board: words }),
    lock: () => ({ act: 'lockOrder' }),
    unlock: () => ({ act: 'unlockOrder' }),
  },
  fields: { place: 'DispatchBoardNumber', priority: 'Priority' },
  grant: { threads: 3, threadsPer: 'endpoint', uncounted: [], perHour: 6_000 },
  look: '/_emulator/state?part=orders',
  // An order has 153 properties.
  start: (given) => startTigerpawEmulator({ ...given, switches: { leaveOutNulls: true } }),
  settings: ({ url, publicKey, privateKey }) => ({ baseUrl: url, publicKey, privateKey, timeZone: 'UTC' }),
  names(control) {
    const accounts = control.getState({ part: 'accounts' }) as { AccountNumber: number; Account: { Name: string } }[]
    const { boards } = (control.getState() as { master: Master }).master
    return namesFrom(
      accounts.map(({ AccountNumber, Account }) => [AccountNumber, Account.Name]),
      {
        DispatchBoardNumber: new Map(
          boards.map(({ DispatchBoardId, Description }) => [String(DispatchBoardId), Description]),
        ),
      },
    )
  },
}
