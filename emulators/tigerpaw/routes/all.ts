import { accountRoutes } from './accounts.ts'
import { billingRoutes } from './billing.ts'
import { diagnosticRoutes } from './diagnostics.ts'
import { masterTableRoutes } from './master-tables.ts'
import { orderPartRoutes } from './order-parts.ts'
import { orderSearchRoutes } from './order-searches.ts'
import { orderRoutes } from './orders.ts'
import type { Route } from './route.ts'

/** Every operation that is emulated, none that the vendor does not publish. */
export const allRoutes: readonly Route[] = [
  ...diagnosticRoutes,
  ...orderRoutes,
  ...orderSearchRoutes,
  ...orderPartRoutes,
  ...accountRoutes,
  ...masterTableRoutes,
  ...billingRoutes,
]
