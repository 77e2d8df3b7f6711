// Is it there, are the keys right, which version (tigerpaw-api.md 2.1).
import { written } from './envelopes.ts'
import type { Route } from './route.ts'

/** The three calls that need no right. */
export const diagnosticRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'diagnostics/validate/user',
    right: null,
    root: 'Response',
    run: () => written(),
  },
  {
    method: 'GET',
    path: 'diagnostics/productInformation',
    right: null,
    root: 'ProductInformation',
    run: (store) => ({
      HasValidLicense: true,
      IsUsingNamedUserLicense: true,
      IsTigerpawOne: true,
      IsArchivedDatabase: false,
      DatabaseVersion: store.version,
    }),
  },
  {
    method: 'GET',
    path: 'diagnostics/database/version',
    right: null,
    root: 'Response',
    run: (store) => ({ Success: true, Message: store.version }),
  },
]
