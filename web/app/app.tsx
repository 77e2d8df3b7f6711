import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiError } from '../api/problem.ts'
import { createConsoleRouter } from './router.tsx'
import { readableColours, theme } from './theme.ts'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refused stays refused; only silence is worth asking again.
      retry: (count, error) => count < 2 && error instanceof ApiError && error.code === 'offline',
    },
  },
})
const router = createConsoleRouter(queries)
const colorScheme = localStorageColorSchemeManager({ key: 'tocsin-color-scheme' })

/** Also told to the part of Mantine that locks the page's scrolling behind a drawer, which asks for it by this name. */
function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
}

Object.assign(globalThis, { __webpack_nonce__: nonce() })

export function App(): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readableColours}
      defaultColorScheme="auto"
      colorSchemeManager={colorScheme}
      getStyleNonce={nonce}
    >
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
