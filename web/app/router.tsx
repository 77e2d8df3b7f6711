import type { QueryClient } from '@tanstack/react-query'
import {
  type AnyRouter,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { loadPageTexts } from '../texts/texts.ts'
import { Failed, Loading } from '../ui/states.tsx'
import { NotFound } from './not-found.tsx'
import { sessionQuery } from './session.ts'
import { Shell } from './shell.tsx'

type Context = { readonly queries: QueryClient }

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound })

const firstStart = createRoute({
  getParentRoute: () => root,
  path: '/first-start',
  component: lazyRouteComponent(() => import('../pages/first-start/first-start-page.tsx'), 'FirstStartPage'),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => (typeof search.next === 'string' ? { next: search.next } : {}),
  component: lazyRouteComponent(() => import('../pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../pages/people/invitation-page.tsx'), 'InvitationPage'),
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

/** `texts`: the folder of `web/pages` whose own texts the page needs. */
function page(path: string, load: () => Promise<Record<string, unknown>>, name: string, texts?: string) {
  const loadBoth = async () => (await Promise.all([load(), texts === undefined ? null : loadPageTexts(texts)]))[0]
  return createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(loadBoth as never, name as never),
  })
}

const pages = [
  page('/', () => import('../pages/overview/overview-page.tsx'), 'OverviewPage'),
  page('/tickets', () => import('../pages/tickets/tickets-page.tsx'), 'TicketsPage'),
  page('/tickets/$id', () => import('../pages/tickets/ticket-page.tsx'), 'TicketPage'),
  page('/conditions', () => import('../pages/conditions/conditions-page.tsx'), 'ConditionsPage'),
  page('/events', () => import('../pages/events/events-page.tsx'), 'EventsPage'),
  page('/people', () => import('../pages/people/people-page.tsx'), 'PeoplePage'),
  page('/audit', () => import('../pages/audit/audit-page.tsx'), 'AuditPage'),
  page('/settings', () => import('../pages/settings/settings-page.tsx'), 'SettingsPage'),
]

export function createConsoleRouter(queries: QueryClient): AnyRouter {
  return createRouter({
    routeTree: root.addChildren([firstStart, signIn, invitation, inside.addChildren(pages)]),
    context: { queries },
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => <Failed error={error} retry={reset} />,
    scrollRestoration: true,
  })
}
