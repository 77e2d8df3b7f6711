// Picklist values of the emulated tenant. Numbers and labels seen in real tenants: autotask-api.md 5.8, 6, 7.1.
import { webhookFieldIds } from './webhook-fields.ts'

/** One value, in the shape metadata answers it; numbers are texts there (autotask-api.md 4). */
export type PicklistValue = {
  value: string
  label: string
  isDefaultValue: boolean
  sortOrder: number
  parentValue: string
  isActive: boolean
  isSystem: boolean
}

/** Values by number, in the order shown. */
export type Picklist = Map<number, PicklistValue>

/** Picklists by entity name, then by field name. */
export type Picklists = Map<string, Map<string, Picklist>>

type Seed = readonly [value: number, label: string, extra?: Partial<PicklistValue>]

const system = { isSystem: true } as const
const initial = { isDefaultValue: true } as const
const retired = { isActive: false } as const

const ticketSeeds: Record<string, readonly Seed[]> = {
  status: [
    [1, 'New', { ...system, ...initial }],
    [5, 'Complete', system],
    [7, 'Waiting Customer'],
    [8, 'In Progress'],
    [9, 'Waiting Materials'],
    [10, 'Dispatched'],
    [11, 'Escalate'],
    [12, 'Waiting Vendor'],
    [13, 'Waiting Approval'],
    [14, 'On Hold (old)', retired],
    [15, 'Customer Note Added'],
    [16, 'RMM alert closed'],
  ],
  priority: [
    [4, 'Critical'],
    [1, 'High'],
    [2, 'Medium', initial],
    [3, 'Low'],
    [6, 'Legacy', retired],
  ],
  queueID: [
    [5, 'Client Portal', system],
    [6, 'Post Sale', system],
    [8, 'Monitoring Alert', system],
    [29682833, 'Level I Support'],
    [29682969, 'Security'],
    [29682970, 'Old Projects', retired],
  ],
  source: [
    [-1, 'Client Portal', system],
    [1, 'Other'],
    [2, 'Phone'],
    [4, 'Email'],
    [6, 'In Person'],
    [8, 'Monitoring Alert', system],
    [11, 'Contract'],
  ],
  ticketType: [
    [1, 'Service Request', system],
    [2, 'Incident', system],
    [3, 'Problem', system],
    [4, 'Change Request', system],
    [5, 'Alert', system],
  ],
  ticketCategory: [
    [2, 'Datto RMM Alert', system],
    [3, 'Standard', { ...system, ...initial }],
    [4, 'Datto Alert', system],
    [5, 'RMA', system],
    [6, 'Datto Networking Alert', system],
    [112, 'Incident (strict)'],
    [113, 'Security Alert'],
  ],
  issueType: [
    [7, 'Computer'],
    [10, 'Network'],
    [11, 'Security'],
    [12, 'Telephone', retired],
  ],
  subIssueType: [
    [92, 'Hardware failure', { parentValue: '7' }],
    [93, 'Operating system', { parentValue: '7' }],
    [120, 'Connectivity', { parentValue: '10' }],
    [136, 'Malware', { parentValue: '11' }],
    [137, 'Vulnerability', { parentValue: '11' }],
    [138, 'Databases outdated', { parentValue: '11' }],
  ],
  serviceLevelAgreementID: [
    [1, 'Standard SLA', initial],
    [2, 'Premium SLA'],
  ],
  changeApprovalBoard: [[1, 'Change Board']],
  changeApprovalStatus: [
    [1, 'Assigned', system],
    [2, 'Requested', system],
    [3, 'Partially Approved', system],
    [4, 'Approved', system],
    [5, 'Rejected', system],
  ],
  changeApprovalType: [
    [1, 'One Approval', system],
    [2, 'All Approvals', system],
  ],
  rmaStatus: [[1, 'Requested', system]],
  rmaType: [[1, 'Warranty', system]],
  monitorTypeID: [],
  apiVendorID: [],
  creatorType: [
    [1, 'Resource', system],
    [2, 'Contact', system],
  ],
  lastActivityPersonType: [
    [1, 'Resource', system],
    [2, 'Contact', system],
  ],
}

const otherSeeds: Record<string, Record<string, readonly Seed[]>> = {
  TicketNote: {
    noteType: [
      [1, 'Task Summary', { ...system, ...initial }],
      [2, 'Task Detail', system],
      [3, 'Task Notes', system],
      [13, 'Workflow Rule Note', system],
      [15, 'Duplicate Ticket Note', system],
      [18, 'Client Portal Note', system],
      [91, 'Workflow Rule Action Note', system],
      [92, 'Forward/Modify Note', system],
      [93, 'Merged Ticket Note', system],
      [94, 'Absorbed Ticket Note', system],
      [95, 'Copied to Project', system],
      [99, 'RMM Note', system],
      [100, 'BDR Note', system],
      [101, 'Email Note', system],
    ],
    publish: [
      [1, 'All Autotask Users', { ...system, ...initial }],
      [2, 'Internal Users Only', system],
      [4, 'Internal & Co-managed', system],
    ],
  },
  Company: {
    companyType: [
      [1, 'Customer', { ...system, ...initial }],
      [2, 'Lead', system],
      [3, 'Prospect', system],
      [4, 'Dead', system],
      [6, 'Cancellation', system],
      [7, 'Vendor', system],
      [8, 'Partner', system],
    ],
    classification: [
      [1, 'Managed'],
      [2, 'Break-fix'],
    ],
    territoryID: [[29682778, 'Local']],
    marketSegmentID: [[29682779, 'Small business']],
    invoiceMethod: [[1, 'One invoice per company', system]],
    billToAddressToUse: [[1, 'Company address', system]],
  },
  ConfigurationItem: {
    configurationItemType: [
      [1, 'Workstation'],
      [2, 'Server'],
      [3, 'Mobile'],
    ],
  },
  Resource: {
    userType: [
      [10, 'Technician'],
      [17, 'API User', system],
    ],
    licenseType: [
      [1, 'Professional', system],
      [7, 'API User', system],
    ],
  },
  Role: { roleType: [[0, 'Standard', system]] },
  BillingCode: {
    useType: [
      [1, 'General Allocation Code', system],
      [2, 'Internal Allocation Code', system],
      [3, 'Expense Category', system],
      [4, 'Material Cost Code', system],
    ],
    billingCodeType: [
      [0, 'Normal', system],
      [1, 'System', system],
    ],
  },
  Contract: {
    contractType: [
      [1, 'Time And Materials', system],
      [3, 'Fixed Price', system],
      [4, 'Block Hours', system],
      [6, 'Retainer', system],
      [7, 'Recurring Service', system],
      [8, 'Incident', system],
    ],
    status: [
      [0, 'Inactive', system],
      [1, 'Active', { ...system, ...initial }],
    ],
    timeReportingRequiresStartAndStopTimes: [
      [0, 'No', { ...system, ...initial }],
      [1, 'Yes', system],
    ],
    contractPeriodType: [
      [2, 'Monthly', { ...system, ...initial }],
      [3, 'Quarterly', system],
      [4, 'Semi-annual', system],
      [5, 'Yearly', system],
    ],
    contractCategory: [[12, 'Managed Security']],
  },
  Service: {
    periodType: [
      [2, 'Monthly', { ...system, ...initial }],
      [3, 'Quarterly', system],
      [4, 'Semi-annual', system],
      [5, 'Yearly', system],
    ],
  },
  TicketWebhookField: {
    fieldID: Object.entries(webhookFieldIds).map(([id, name]): Seed => [Number(id), name, system]),
  },
}

/** Fields that show the values of a ticket field under another name. */
const shared: readonly (readonly [entity: string, field: string, ticketField: string])[] = [
  ['TicketCategoryFieldDefaults', 'status', 'status'],
  ['TicketCategoryFieldDefaults', 'priority', 'priority'],
  ['TicketCategoryFieldDefaults', 'queueID', 'queueID'],
  ['TicketCategoryFieldDefaults', 'sourceID', 'source'],
  ['TicketCategoryFieldDefaults', 'ticketTypeID', 'ticketType'],
  ['TicketCategoryFieldDefaults', 'issueTypeID', 'issueType'],
  ['TicketCategoryFieldDefaults', 'subIssueTypeID', 'subIssueType'],
  ['TicketCategoryFieldDefaults', 'serviceLevelAgreementID', 'serviceLevelAgreementID'],
  ['ResourceRole', 'queueID', 'queueID'],
  ['ConfigurationItem', 'serviceLevelAgreementID', 'serviceLevelAgreementID'],
  ['Contract', 'serviceLevelAgreementID', 'serviceLevelAgreementID'],
  ['Service', 'serviceLevelAgreementID', 'serviceLevelAgreementID'],
]

/** The tenant's picklists as seeded. */
export function seedPicklists(): Picklists {
  const all: Picklists = new Map()
  for (const [entity, seeds] of Object.entries({ Ticket: ticketSeeds, ...otherSeeds })) {
    all.set(entity, new Map(Object.entries(seeds).map(([field, values]) => [field, toPicklist(values)])))
  }
  return sharePicklists(all)
}

/** Makes the fields that show a ticket field's values point at those. */
export function sharePicklists(all: Picklists): Picklists {
  for (const [entity, field, ticketField] of shared) {
    const own = all.get(entity) ?? new Map<string, Picklist>()
    const values = all.get('Ticket')?.get(ticketField)
    if (values) own.set(field, values)
    all.set(entity, own)
  }
  return all
}

function toPicklist(seeds: readonly Seed[]): Picklist {
  return new Map(
    seeds.map(([value, label, extra], index) => [
      value,
      {
        value: String(value),
        label,
        isDefaultValue: false,
        sortOrder: index + 1,
        parentValue: '',
        isActive: true,
        isSystem: false,
        ...extra,
      },
    ]),
  )
}
