import { defineConfig } from 'vitest/config'
import { countReporter } from './test/support/count-reporter.ts'

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: [
      'src/**/*.test.ts',
      'emulators/**/*.test.ts',
      'demo/**/*.test.ts',
      'checker/**/*.test.ts',
      'prove/**/*.test.ts',
      'bench/**/*.test.ts',
      'test/**/*.test.ts',
      'scripts/**/*.test.ts',
      'web/**/*.test.ts',
    ],
    // Most of a test is waiting for PostgreSQL, HTTP or a browser: two side by side use two cores better than one.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    retry: 0,
    reporters: ['default', countReporter()],
  },
})
