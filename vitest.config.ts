import { defineConfig } from 'vitest/config'

/** Tests of packages that neither start nor need a server run without the stack. */
const withoutStack = [
  'packages/{configuration,contracts,domain,file-rows,observability}/**/*.test.ts',
  'simulation/src/{lives,model}/**/*.test.ts',
  '*.test.ts',
  'tidy/**/*.test.ts',
]
const all = [
  '{packages,services,deploy,benchmarks,simulation,end-to-end}/**/*.test.ts',
  '*.test.ts',
  'tidy/**/*.test.ts',
]
/** Of `npm run verify` alone, which brings Jaeger. */
const withJaeger = process.env.TEST_JAEGER === '1' ? [] : ['**/*.jaeger.test.ts']
const never = ['**/node_modules/**', '**/.local/**', ...withJaeger]

export default defineConfig({
  test: {
    pool: 'forks',
    // No module of ours keeps state, so that a process need not load them all again for each file: a third of the time.
    isolate: false,
    // Two cores carry two test processes and the servers; more only wait for each other.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    sequence: { seed: 20_260_101 },
    projects: [
      { extends: true, test: { name: 'pure', include: withoutStack, exclude: never } },
      {
        extends: true,
        test: {
          name: 'stack',
          include: all,
          exclude: [...never, ...withoutStack],
          globalSetup: ['packages/testing/src/global-setup.ts'],
        },
      },
    ],
  },
})
