import { importTarget } from './import-target.ts'
import { importsOf, isTest, problem, type Source } from './source.ts'
import type { Workspace } from './workspace.ts'

/** What the sandbox may load besides our own code: each new workflow pays for evaluating all of it. */
const libraries = /^(@temporalio\/(workflow|common)|big\.js|currency-codes|temporal-polyfill)$/

/** Our own code that must stay outside: effects, and schemas with their zod. */
const outside =
  /^packages\/(activities|configuration|database|cache|observability|temporal-client|temporal-worker)\/|\.schema\.ts$/

/**
 * Follows every import that is loaded, from the workflows' files on, through our packages to the
 * libraries. Zod costs each workflow 8 CPU-ms there and OpenTelemetry 6–9; I/O would break the replay.
 */
export function sandboxProblems(workspace: Workspace): string[] {
  const byPath = new Map(workspace.sources.map((source) => [source.path, source]))
  const entries = workspace.sources.filter(
    ({ path }) => path.startsWith('packages/workflows/src/') && !isTest(path),
  )
  const reached = new Map<Source, string>(entries.map((source) => [source, source.path]))
  const problems: string[] = []
  // A Map hands out what is added while it is walked: each file once, with the way that led to it.
  for (const [source, way] of reached) {
    for (const { specifier, kind, offset } of importsOf(source)) {
      if (kind === 'type') continue
      const file = importTarget(workspace, source.path, specifier)
      const next = file === undefined ? undefined : byPath.get(file)
      if (next && !outside.test(next.path)) {
        if (!reached.has(next)) reached.set(next, `${way} → ${next.path}`)
      } else if (!libraries.test(specifier)) {
        problems.push(problem(source, offset, `brings ${specifier} into the workflow sandbox (${way})`))
      }
    }
  }
  return problems
}
