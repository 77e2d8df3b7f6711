import type { PsaField } from '../../psa.ts'

/** The settings of a rule and of all service orders (kaspersky-msp-product.md 2.2 to 2.4). */

const choice = { kind: 'choice', required: false, main: true } as const

/** All three are required, and none has a default: every Tigerpaw has its own words for them. */
export const generalFields: readonly PsaField[] = [
  {
    ...choice,
    key: 'serviceOrderRep',
    title: 'Service order rep',
    help: 'Who takes the new service orders.',
    required: true,
  },
  {
    ...choice,
    key: 'newStatus',
    title: 'New service order status',
    help: 'It must not be a status that closes a service order.',
    required: true,
  },
  {
    ...choice,
    key: 'closedStatus',
    title: 'Closed service order status',
    help: 'Set when Tocsin closes a service order. Service orders that people give this status count as closed too.',
    required: true,
  },
]

/** How boards usually begin their names on which alerts belong. */
const boards = ['Security', 'Monitoring', 'Alert']

export const ruleFields: readonly PsaField[] = [
  {
    ...choice,
    key: 'board',
    title: 'Board',
    help: "Empty takes the account's own board, or Tigerpaw's default.",
    escalates: true,
    starter: { critical: boards, warning: boards },
  },
  {
    ...choice,
    key: 'priority',
    title: 'Priority',
    help: '',
    required: true,
    escalates: true,
    starter: { critical: ['High', 'Urgent', 'Emergency'], warning: ['Medium', 'Normal', 'Low'] },
  },
  { ...choice, key: 'type', title: 'Type', help: "Empty takes Tigerpaw's default." },
]
