import type { RunningEmulator } from '../emulators/kit/server.ts'

/** Names behind the desk's numbers, as the Autotask emulator has them. */
export type DeskNames = {
  /** Undefined when there is no such company. */
  companyId(name: string): number | undefined
  companyName(id: number): string
  /** Label of a ticket field's value. */
  label(field: 'queueID' | 'priority', value: number | null): string
}

type Picklists = Record<string, Record<string, { value: string; label: string }[]>>

/** Reads them once. */
export function createDeskNames({ control }: Pick<RunningEmulator, 'control'>): DeskNames {
  const companies = control.getState({ part: 'companies' }) as { id: number; companyName: string }[]
  const { picklists } = control.getState() as { picklists: Picklists }
  return {
    companyId: (name) => companies.find(({ companyName }) => companyName === name)?.id,
    companyName: (id) => companies.find((company) => company.id === id)?.companyName ?? `company ${id}`,
    label: (field, value) => picklists.Ticket?.[field]?.find((one) => one.value === String(value))?.label ?? 'none',
  }
}
