import { importsOf, problem, type Source } from './source.ts'

export function borderProblems(source: Source): string[] {
  if (benchmarkFloor.test(source.path)) return []
  return importsOf(source).flatMap(({ specifier, offset }) => {
    const crossed = importers.find(
      ({ library, allowed }) => library.test(specifier) && !allowed.test(source.path),
    )
    return crossed ? [problem(source, offset, `must not import ${specifier}: only ${crossed.who} may`)] : []
  })
}

/** What the product is compared with: the least that does the same, without our packages. */
const benchmarkFloor = /^benchmarks\/src\/[^/]+\/bare-[^/]+\.ts$/

/** Libraries that mark a border, and the only places that may import them, tests included. */
const importers: readonly { readonly library: RegExp; readonly allowed: RegExp; readonly who: string }[] = [
  {
    library: /^@temporalio\/client/,
    allowed: /^packages\/(temporal-client|testing)\/|^benchmarks\//,
    who: 'packages/temporal-client and benchmarks',
  },
  {
    library: /^@temporalio\/(worker|core-bridge)/,
    allowed: /^packages\/(temporal-worker|testing)\/|^packages\/workflows\/.*\.test\.ts$/,
    who: "packages/temporal-worker and the workflows' tests",
  },
  {
    library: /^@temporalio\/testing/,
    allowed: /^packages\/testing\/|^deploy\/local\/|\.test\.ts$/,
    who: 'tests and the local stack',
  },
  {
    library: /^@temporalio\//,
    allowed:
      /^packages\/(activities|workflows|temporal-client|temporal-worker|testing)\/|^deploy\/local\/|^benchmarks\//,
    who: 'the Temporal packages, activities, workflows and development tools',
  },
  {
    library: /^@flexprice\/contracts\/workflows\/(?!context-header$)/,
    allowed: /^(?!packages\/temporal-(client|worker)\/)|\.test\.ts$/,
    who: 'what belongs to a workflow, the Temporal packages know no single one,',
  },
  { library: /^(fastify$|@fastify\/|fastify-)/, allowed: /^services\/gateway\//, who: 'services/gateway' },
  { library: /^kysely/, allowed: /^packages\/(database|testing)\//, who: 'packages/database' },
  {
    library: /^(pg|pg-.*)$/,
    allowed: /^packages\/(database|testing)\/|^(benchmarks|end-to-end)\/|^deploy\/local\/|\.test\.ts$/,
    who: 'packages/database and development tools',
  },
  {
    library: /^@opentelemetry\//,
    allowed: /^packages\/(observability|temporal-client|temporal-worker)\/|^services\/gateway\//,
    who: 'observability, the Temporal packages and the gateway',
  },
  {
    library: /^zod/,
    allowed: /^(?!packages\/(domain|workflows|database|cache)\/)/,
    who: 'packages that parse at a border, never domain, workflows or storage',
  },
  {
    library: /^(?!\.|big\.js$|currency-codes$|temporal-polyfill$)/,
    allowed: /^(?!packages\/domain\/)|\.test\.ts$|\/testing\//,
    who: 'packages other than domain',
  },
]
