// The boards of the tenant with their statuses, types and what may stand together.
import type { Row } from '../model/field.ts'
import type { Store } from '../store/store.ts'
import { put } from './put.ts'

type BoardPlan = {
  id: number
  name: string
  more?: Record<string, boolean>
  /** Type, subtypes under it, items under each subtype. */
  types: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** Statuses beside the usual four, that are meant as closed and do not have the flag. */
  closedInName?: readonly string[]
}

const plans: readonly BoardPlan[] = [
  {
    id: 1,
    name: 'Service Desk',
    closedInName: ['Resolved'],
    types: { 'Break-fix': { Hardware: ['Disk', 'Memory'], Software: ['Office'] }, Request: { Software: ['Office'] } },
  },
  {
    id: 3,
    name: 'Monitoring Alert',
    types: {
      Endpoint: { Antivirus: ['Malware', 'Outdated databases'], Patching: [] },
      Server: { Antivirus: ['Malware'], Backup: [] },
    },
  },
  {
    id: 5,
    name: 'Security',
    types: { Incident: { Malware: ['Quarantine', 'Not cured'], Phishing: [] }, Audit: { Policy: [] } },
  },
  { id: 7, name: 'Old Projects', more: { inactiveFlag: true }, types: { Project: {} } },
  { id: 9, name: 'Projects', more: { projectFlag: true }, types: { Project: {} } },
]

/** Seeds the boards. Ids follow from the board's: statuses of board 3 are 31 to 34, its types 301, 302. */
export function seedBoards(store: Store): void {
  put(store, 'Location', { id: 2, name: 'Bremen' })
  put(store, 'Department', { id: 10, identifier: 'Services', name: 'Professional Services' })
  for (const plan of plans) seedBoard(store, plan)
}

function seedBoard(store: Store, plan: BoardPlan): void {
  const board = plan.id
  put(store, 'Board', { id: board, name: plan.name, location: 2, department: 10, ...plan.more })
  put(store, 'BoardTeam', { id: board * 10, name: `${plan.name} Team`.slice(0, 30), defaultFlag: true, board })
  const statuses = ['New', 'In Progress', 'Completed', 'Closed', ...(plan.closedInName ?? [])]
  for (const [n, name] of statuses.entries()) {
    const closedStatus = name === 'Completed' || name === 'Closed'
    const more = { closedStatus, displayOnBoard: !closedStatus, timeEntryNotAllowed: name === 'Closed' }
    put(store, 'BoardStatus', { id: board * 10 + n + 1, name, board, sortOrder: n, defaultFlag: n === 0, ...more })
  }
  const subTypes = new Map<string, Row>()
  const items = new Map<string, Row>()
  for (const [n, [typeName, under]] of Object.entries(plan.types).entries()) {
    const type = put(store, 'BoardType', { id: board * 100 + n + 1, name: typeName, board, defaultFlag: n === 0 })
    for (const [subName, itemNames] of Object.entries(under)) {
      const known = subTypes.get(subName)
      const others = (known?.typeAssociationIds ?? []) as readonly number[]
      const id = known?.id ?? board * 100 + 11 + subTypes.size
      const subType = put(store, 'BoardSubType', { id, name: subName, board, typeAssociationIds: [...others, type.id] })
      subTypes.set(subName, subType)
      put(store, 'Association', { type: type.id, subType: subType.id, item: null, board })
      for (const itemName of itemNames) {
        const item =
          items.get(itemName) ?? put(store, 'BoardItem', { id: board * 100 + 31 + items.size, name: itemName, board })
        items.set(itemName, item)
        put(store, 'Association', { type: type.id, subType: subType.id, item: item.id, board })
      }
    }
  }
}
