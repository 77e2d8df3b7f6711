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
    testTimeout: 30_000,
    hookTimeout: 120_000,
    retry: 0,
    reporters: ['default', countReporter()],
  },
})
