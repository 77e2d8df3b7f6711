import type { Option, PsaField } from '../../psa.ts'

/** The settings of a rule and of all tickets, and the ticket fields of ConnectWise behind them. */

/** Our keys that are references by id at ConnectWise, under the same names (connectwise-api.md 7). */
export const referenceKeys: readonly string[] = ['board', 'status', 'priority', 'type', 'subType', 'item']
/** Our keys that are words there. */
export const wordKeys: readonly string[] = ['severity', 'impact']

/** Severity and impact are fixed words, whatever a tenant calls them on its screens (connectwise-api.md 7). */
const levels: readonly Option[] = ['Low', 'Medium', 'High'].map((word) => ({ value: word, label: word, active: true }))

const internal = { value: 'internal', label: 'Internal analysis (technicians only)', active: true } as const
const discussion = { value: 'discussion', label: 'Discussion (your client sees it too)', active: true } as const
const resolution = { value: 'resolution', label: 'Resolution (your client sees it too)', active: true } as const

/** Lists that do not come from the desk. */
export const fixedChoices: Readonly<Record<string, readonly Option[]>> = {
  severity: levels,
  impact: levels,
  descriptionPlace: [discussion, internal],
  notePlace: [internal, discussion, resolution],
  resolutionPlace: [resolution, internal],
}

/** Where a text of ours stands when the settings say nothing. */
export const usualPlaces = {
  descriptionPlace: 'discussion',
  notePlace: 'internal',
  resolutionPlace: 'resolution',
} as const

const choice = { kind: 'choice', required: false, main: false } as const

export const generalFields: readonly PsaField[] = [
  {
    ...choice,
    key: 'closedStatus',
    title: 'Status of closed tickets',
    help: "Its name: every board has statuses of its own, and a ticket gets the closing status of this name on the board where it is then. Where a board has none, and when this is empty, the board's Completed, its Closed, or its first status that closes is taken.",
    main: true,
  },
  {
    ...choice,
    key: 'source',
    title: 'Source',
    help: 'Where tickets say they come from; empty leaves it to ConnectWise.',
  },
  {
    ...choice,
    key: 'descriptionPlace',
    title: 'Description of tickets',
    help: 'Where the text of a new ticket stands.',
    default: { value: usualPlaces.descriptionPlace },
  },
  {
    ...choice,
    key: 'notePlace',
    title: 'Notes',
    help: 'Where notes stand that are added to a ticket while it is open.',
    default: { value: usualPlaces.notePlace },
  },
  {
    ...choice,
    key: 'resolutionPlace',
    title: 'Closing note',
    help: 'Where the note stands that says why a ticket was closed.',
    default: { value: usualPlaces.resolutionPlace },
  },
]

/** How boards usually begin their names on which alerts belong. */
const boards = ['Monitoring', 'Alert', 'Security', 'Help Desk', 'Service Desk']

export const ruleFields: readonly PsaField[] = [
  {
    ...choice,
    key: 'board',
    title: 'Board',
    help: 'Service board. A ticket that moves to another board because its level rises keeps status, type, subtype and item where that board has them by the same name.',
    required: true,
    main: true,
    escalates: true,
    starter: { critical: boards, warning: boards },
  },
  {
    ...choice,
    key: 'priority',
    title: 'Priority',
    help: '',
    required: true,
    main: true,
    escalates: true,
    starter: { critical: ['Priority 2', 'High', 'Priority 1', 'Urgent'], warning: ['Priority 3', 'Medium', 'Normal'] },
  },
  {
    ...choice,
    key: 'status',
    title: 'Status of new tickets',
    help: "The list follows the board; empty takes the board's default status.",
    dependsOn: 'board',
  },
  { ...choice, key: 'type', title: 'Type', help: 'The list follows the board.', main: true, dependsOn: 'board' },
  { ...choice, key: 'subType', title: 'Subtype', help: 'The list follows the type.', dependsOn: 'type' },
  { ...choice, key: 'item', title: 'Item', help: 'The list follows the subtype.', dependsOn: 'subType' },
  { ...choice, key: 'severity', title: 'Severity', help: 'Empty leaves it to ConnectWise.' },
  { ...choice, key: 'impact', title: 'Impact', help: 'Empty leaves it to ConnectWise.' },
]
