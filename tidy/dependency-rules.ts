import { posix } from 'node:path'
import { type Import, importsOf, isTest, problem, type Source } from './source.ts'
import { type Package, packageOf, resolveOurs, type Workspace } from './workspace.ts'

/** The dependency table of the architecture page: which of our packages each may load. */
const mayLoad: Readonly<Record<string, readonly string[]>> = {
  configuration: [],
  domain: [],
  contracts: ['domain'],
  observability: ['configuration'],
  database: ['configuration', 'domain', 'observability'],
  cache: ['configuration', 'observability'],
  'file-rows': ['domain'],
  'file-store': ['configuration', 'domain'],
  activities: ['domain', 'contracts', 'database', 'cache', 'observability', 'file-rows', 'file-store'],
  workflows: ['domain', 'contracts'],
  'temporal-client': ['configuration', 'domain', 'contracts', 'observability'],
  // The client's settings alone (`/settings`): a worker is told in the same words where Temporal is.
  'temporal-worker': ['configuration', 'domain', 'contracts', 'observability', 'temporal-client'],
}

/** Further packages that it may name in `import type` only. */
const mayName: Readonly<Record<string, readonly string[]>> = { workflows: ['activities'] }

export function dependencyProblems(workspace: Workspace): string[] {
  return [
    ...workspace.packages.flatMap((pkg) => manifestProblems(workspace, pkg)),
    ...workspace.sources.flatMap((source) => importProblems(workspace, source)),
  ]
}

function manifestProblems(workspace: Workspace, pkg: Package): string[] {
  const refused = (dependencies: object, use: Use): Package[] =>
    workspace.packages.filter((other) => Object.hasOwn(dependencies, other.name) && !allows(pkg, other, use))
  return [...refused(pkg.dependencies, 'value'), ...refused(pkg.devDependencies, 'test')].map(
    (other) => `${pkg.folder}/package.json:1 must not depend on ${other.name}: ${table}`,
  )
}

function importProblems(workspace: Workspace, source: Source): string[] {
  const pkg = packageOf(workspace, source.path)
  if (!pkg) return []
  return importsOf(source).flatMap(({ specifier, kind, offset }) => {
    const why = importProblem(workspace, source, pkg, specifier, kind)
    return why === undefined ? [] : [problem(source, offset, `must not import ${specifier}: ${why}`)]
  })
}

function importProblem(
  workspace: Workspace,
  source: Source,
  pkg: Package,
  specifier: string,
  kind: Import['kind'],
): string | undefined {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(source.path), specifier)
    return target.startsWith(`${pkg.folder}/`)
      ? undefined
      : 'it lies in another package, import that by its name'
  }
  const other = resolveOurs(workspace, specifier)?.pkg
  if (!other) return undefined
  if (other === pkg) return 'inside a package, import the file itself'
  if (allows(pkg, other, isTest(source.path) ? 'test' : kind)) return undefined
  return allows(pkg, other, 'type') ? 'use `import type`' : table
}

type Use = 'value' | 'type' | 'test'
const table = 'see the dependency table of ARCHITECTURE.md'

/** Tests, and what exists for them, may load any package, what measures, simulates or deploys the local stack; services are loaded by nobody. */
function allows(pkg: Package, other: Package, use: Use): boolean {
  const [group, name = ''] = pkg.folder.split('/')
  const [otherGroup, otherName = ''] = other.folder.split('/')
  const mayDeploy = ['benchmarks', 'simulation', 'end-to-end', 'deploy'].includes(group ?? '')
  if (mayDeploy && otherGroup === 'deploy') return true
  if (otherGroup !== 'packages') return false
  if (
    use === 'test' ||
    group === 'benchmarks' ||
    group === 'simulation' ||
    group === 'end-to-end' ||
    name === 'testing'
  )
    return true
  if (group !== 'packages') return otherName !== 'testing'
  const tables = use === 'value' ? [mayLoad] : [mayLoad, mayName]
  return tables.some((allowed) => allowed[name]?.includes(otherName))
}
