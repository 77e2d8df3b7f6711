import type { Role } from './session.ts'

/** The screens in the order of the left pane. `text` is the key of the title in the catalogue. */
export const navigation = [
  { to: '/', text: 'nav.overview', role: 'read-only' },
  { to: '/tickets', text: 'nav.tickets', role: 'read-only' },
  { to: '/conditions', text: 'nav.conditions', role: 'read-only' },
  { to: '/events', text: 'nav.events', role: 'read-only' },
  { to: '/accounts', text: 'nav.accounts', role: 'read-only' },
  { to: '/ticketing', text: 'nav.ticketing', role: 'read-only' },
  { to: '/integrations', text: 'nav.integrations', role: 'read-only' },
  { to: '/connections', text: 'nav.connections', role: 'read-only' },
  { to: '/people', text: 'nav.people', role: 'administrator' },
  { to: '/audit', text: 'nav.audit', role: 'administrator' },
  { to: '/settings', text: 'nav.settings', role: 'read-only' },
] as const satisfies readonly { to: string; text: string; role: Role }[]

/** Stands first until all of it is done. */
export const setup = { to: '/setup', text: 'nav.setup', role: 'administrator' } as const satisfies {
  to: string
  text: string
  role: Role
}
