import type { QueryClient } from '@tanstack/react-query'
import {
  type AnyRouter,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { call } from '../api/call.ts'
import { signOut } from '../api/generated/sdk.gen.ts'
import { loadPageTexts } from '../texts/texts.ts'
import { Failed, Loading } from '../ui/states.tsx'
import { NotFound } from './not-found.tsx'
import { sessionQuery } from './session.ts'
import { Shell } from './shell.tsx'

type Context = { readonly queries: QueryClient }

/** Loads a page together with the texts that only it needs. */
function withTexts<T>(load: () => Promise<T>, ...texts: string[]): () => Promise<T> {
  return async () => (await Promise.all([load(), ...texts.map(loadPageTexts)]))[0]
}

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound })

const firstStart = createRoute({
  getParentRoute: () => root,
  path: '/first-start',
  component: lazyRouteComponent(() => import('../pages/first-start/first-start-page.tsx'), 'FirstStartPage'),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string; problem?: string } => ({
    ...(typeof search.next === 'string' && { next: search.next }),
    ...(typeof search.problem === 'string' && { problem: search.problem }),
  }),
  component: lazyRouteComponent(
    withTexts(() => import('../pages/sign-in/sign-in-page.tsx'), 'sign-in'),
    'SignInPage',
  ),
})

/** A way like any other, so that a page with unsaved edits asks before the person is signed out. */
const out = createRoute({
  getParentRoute: () => root,
  path: '/sign-out',
  beforeLoad: async ({ context: { queries }, preload }) => {
    if (preload) return
    await call(signOut())
    queries.clear()
    throw redirect({ to: '/sign-in' })
  },
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(
    withTexts(() => import('../pages/people/invitation-page.tsx'), 'sign-in'),
    'InvitationPage',
  ),
})

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const { state } = await context.queries.ensureQueryData(sessionQuery)
    if (state === 'first-start') throw redirect({ to: '/first-start' })
    if (state === 'signed-out') throw redirect({ to: '/sign-in', search: { next: location.href } })
  },
  component: Shell,
})

/** `texts`: the folders of `web/pages`, and `forms` and `connectors`, whose own texts the page needs. */
function page(path: string, load: () => Promise<Record<string, unknown>>, name: string, ...texts: string[]) {
  return createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(withTexts(load, ...texts) as never, name as never),
  })
}

const pages = [
  page('/', () => import('../pages/overview/overview-page.tsx'), 'OverviewPage', 'overview'),
  page('/tickets', () => import('../pages/tickets/tickets-page.tsx'), 'TicketsPage'),
  page('/tickets/$id', () => import('../pages/tickets/ticket-page.tsx'), 'TicketPage'),
  page('/conditions', () => import('../pages/conditions/conditions-page.tsx'), 'ConditionsPage'),
  page('/events', () => import('../pages/events/events-page.tsx'), 'EventsPage'),
  page('/accounts', () => import('../pages/accounts/accounts-page.tsx'), 'AccountsPage', 'accounts'),
  page(
    '/setup',
    () => import('../pages/setup/setup-page.tsx'),
    'SetupPage',
    'setup',
    'forms',
    'connections',
    'integrations',
    'connectors',
  ),
  page(
    '/integrations',
    () => import('../pages/integrations/integrations-page.tsx'),
    'IntegrationsPage',
    'integrations',
  ),
  page(
    '/integrations/new',
    () => import('../pages/integrations/new-integration-page.tsx'),
    'NewIntegrationPage',
    'integrations',
    'forms',
    'connectors',
  ),
  page(
    '/integrations/$id',
    () => import('../pages/integrations/integration-page.tsx'),
    'IntegrationPage',
    'integrations',
    'forms',
    'connectors',
  ),
  page('/connections', () => import('../pages/connections/connections-page.tsx'), 'ConnectionsPage', 'connections'),
  page(
    '/connections/new/$kind',
    () => import('../pages/connections/new-connection-page.tsx'),
    'NewConnectionPage',
    'connections',
    'forms',
    'connectors',
  ),
  page(
    '/connections/$kind/$id',
    () => import('../pages/connections/connection-page.tsx'),
    'ConnectionPage',
    'connections',
    'forms',
    'connectors',
  ),
  page(
    '/connections/source/$id/hub',
    () => import('../pages/hub/hub-page.tsx'),
    'HubPage',
    'hub',
    'connections',
    'forms',
    'connectors',
  ),
  page(
    '/ticketing',
    () => import('../pages/ticketing/ticketing-page.tsx'),
    'TicketingPage',
    'ticketing',
    'integrations',
    'forms',
    'connectors',
  ),
  page('/people', () => import('../pages/people/people-page.tsx'), 'PeoplePage', 'sign-in-settings', 'forms'),
  page('/audit', () => import('../pages/audit/audit-page.tsx'), 'AuditPage', 'audit'),
  page('/settings', () => import('../pages/settings/settings-page.tsx'), 'SettingsPage'),
]

export function createConsoleRouter(queries: QueryClient): AnyRouter {
  return createRouter({
    routeTree: root.addChildren([firstStart, signIn, out, invitation, inside.addChildren(pages)]),
    context: { queries },
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => <Failed error={error} retry={reset} />,
    scrollRestoration: true,
  })
}
