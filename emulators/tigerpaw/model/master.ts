// The master tables that service orders and accounts hang on, with the vendor's property names.
import { z } from 'zod'

const name = z.string().min(1)
const Entry = z.strictObject({
  Id: z.int(),
  Value: name,
  IsSystemEntry: z.boolean().default(false),
  IsSystemDefault: z.boolean().default(false),
})

/** What is in each table. `TicketChange` is this emulator's guess: "Open" or "Closed" (the vendor's values are unknown). */
export const MasterTables = z.strictObject({
  boards: z.array(z.strictObject({ DispatchBoardId: z.int(), Description: name })),
  priorities: z.array(
    z.strictObject({
      Priority: name,
      ResponseTime: z.int().default(0),
      Rank: z.int().default(0),
      WarningThreshold: z.int().default(0),
      ReportingPeriod: z.int().default(0),
      Color: z.int().default(0),
      SystemDefault: z.boolean().default(false),
      AroundTheClockResponse: z.boolean().default(false),
    }),
  ),
  types: z.array(
    z.strictObject({
      Type: name,
      AutoPrint: z.boolean().default(false),
      SystemEntry: z.boolean().default(false),
      SystemDefault: z.boolean().default(false),
      Priority: z.string().nullable().default(null),
    }),
  ),
  statuses: z.array(
    z.strictObject({
      Status: name,
      TicketChange: z.enum(['Open', 'Closed']).nullable().default('Open'),
      IVRID: z.int().nullable().default(null),
      SystemEntry: z.boolean().default(false),
      SystemDefault: z.boolean().default(false),
      Rank: z.int().default(0),
      Color: z.int().default(0),
    }),
  ),
  severities: z.array(z.strictObject({ ServiceOrderSeverityNumber: z.int(), Severity: name, Rank: z.int() })),
  noteTopics: z.array(Entry),
  accountTypes: z.array(Entry),
  accountStatuses: z.array(Entry),
  externalProducts: z.array(
    z.strictObject({
      ExternalProductId: z.int(),
      Product: name,
      ProductType: z.int().default(1),
      SystemEntry: z.boolean().default(false),
      Active: z.boolean().default(true),
    }),
  ),
  templates: z.array(
    z.strictObject({
      TemplateId: z.int(),
      TemplateName: name,
      BriefDescription: z.string(),
      DispatchBoardNumber: z.int().nullable(),
      Status: z.string(),
      ServiceOrderType: z.string(),
      Priority: z.string(),
      WorkRequested: z.string(),
    }),
  ),
})

/** All tables. */
export type MasterTables = z.infer<typeof MasterTables>
/** The name of one. */
export type MasterTable = keyof MasterTables

/** The property that names an entry of each table. */
export const keyOfTable: { readonly [Table in MasterTable]: string } = {
  boards: 'DispatchBoardId',
  priorities: 'Priority',
  types: 'Type',
  statuses: 'Status',
  severities: 'ServiceOrderSeverityNumber',
  noteTopics: 'Value',
  accountTypes: 'Value',
  accountStatuses: 'Value',
  externalProducts: 'ExternalProductId',
  templates: 'TemplateId',
}

/** An entry by name or number; the case of a name does not matter, as in the vendor's database. */
export function findEntry<Table extends MasterTable>(
  master: MasterTables,
  table: Table,
  key: string | number,
): MasterTables[Table][number] | undefined {
  const wanted = String(key).toLowerCase()
  const entries: readonly Record<string, unknown>[] = master[table]
  const found = entries.find((entry) => String(entry[keyOfTable[table]]).toLowerCase() === wanted)
  return found as MasterTables[Table][number] | undefined
}

/** The entry a table gives to who names none. */
export function defaultEntry<Table extends 'priorities' | 'types' | 'statuses'>(
  master: MasterTables,
  table: Table,
): MasterTables[Table][number] | undefined {
  const entries: readonly { SystemDefault: boolean }[] = master[table]
  return entries.find((entry) => entry.SystemDefault) as MasterTables[Table][number] | undefined
}

/** A desk as a provider may have it. */
export function seedMaster(): MasterTables {
  return MasterTables.parse({
    boards: [
      { DispatchBoardId: 1, Description: 'Dispatch' },
      { DispatchBoardId: 2, Description: 'Help Desk' },
      { DispatchBoardId: 3, Description: 'Security & Monitoring' },
      { DispatchBoardId: 4, Description: 'Projects' },
    ],
    priorities: [
      { Priority: 'Emergency', ResponseTime: 30, Rank: 1, WarningThreshold: 15, AroundTheClockResponse: true },
      { Priority: 'High', ResponseTime: 120, Rank: 2, WarningThreshold: 60 },
      { Priority: 'Medium', ResponseTime: 480, Rank: 3, WarningThreshold: 240, SystemDefault: true },
      { Priority: 'Low', ResponseTime: 2880, Rank: 4, WarningThreshold: 1440 },
    ],
    types: [
      { Type: 'Service Call', SystemEntry: true, SystemDefault: true },
      { Type: 'Security', Priority: 'High' },
      { Type: 'Remote Support' },
      { Type: 'Maintenance', Priority: 'Low' },
    ],
    statuses: [
      { Status: 'New', SystemEntry: true, SystemDefault: true, Rank: 1 },
      { Status: 'Scheduled', Rank: 2 },
      { Status: 'In Progress', Rank: 3 },
      { Status: 'Waiting – Parts & Labor', Rank: 4 },
      { Status: 'Completed', TicketChange: 'Closed', Rank: 5 },
      { Status: 'Closed', TicketChange: 'Closed', SystemEntry: true, Rank: 6 },
    ],
    severities: [
      { ServiceOrderSeverityNumber: 1, Severity: 'Critical', Rank: 1 },
      { ServiceOrderSeverityNumber: 2, Severity: 'Major', Rank: 2 },
      { ServiceOrderSeverityNumber: 3, Severity: 'Minor', Rank: 3 },
    ],
    noteTopics: [
      { Id: 1, Value: 'General', IsSystemEntry: true, IsSystemDefault: true },
      { Id: 2, Value: 'Monitoring' },
      { Id: 3, Value: 'Customer Contact' },
    ],
    accountTypes: [
      { Id: 1, Value: 'Customer', IsSystemDefault: true },
      { Id: 2, Value: 'Prospect' },
      { Id: 3, Value: 'Vendor', IsSystemEntry: true },
    ],
    accountStatuses: [
      { Id: 1, Value: 'Active', IsSystemEntry: true, IsSystemDefault: true },
      { Id: 2, Value: 'Inactive' },
      { Id: 3, Value: voidStatus, IsSystemEntry: true },
    ],
    externalProducts: [
      { ExternalProductId: 20, Product: 'Managed Print', SystemEntry: true },
      { ExternalProductId: 21, Product: 'Security Monitoring' },
      { ExternalProductId: 22, Product: 'Old RMM', Active: false },
    ],
    templates: [
      {
        TemplateId: 1,
        TemplateName: 'Security alert',
        BriefDescription: 'Security alert',
        DispatchBoardNumber: 3,
        Status: 'New',
        ServiceOrderType: 'Security',
        Priority: 'High',
        WorkRequested: 'Check the computer and report to the client.',
      },
    ],
  })
}

/** The status of an account that nobody may work for any more. */
export const voidStatus = 'Void'
