import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { z } from 'zod'
import { readSource, type Source } from './source.ts'

/** One package of the workspace. `folder` is relative to the root: `packages/domain`. */
export interface Package {
  readonly name: string
  readonly folder: string
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

export interface Workspace {
  /** Every file that belongs to the project, sorted. */
  readonly files: readonly string[]
  readonly sources: readonly Source[]
  readonly packages: readonly Package[]
}

/** What `.gitignore` keeps out. Not asked of git: `npm test` also runs where only Node.js is installed. */
const ignored = /(^|\/)(node_modules|\.git|\.local|\.bundles|coverage|\.env|[^/]*\.log)(\/|$)/

const manifest = z.object({
  name: z.string(),
  exports: z.record(z.string(), z.string()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
})

/** Reads and parses the whole project once; all rules work on this. The working directory is the root. */
export async function readWorkspace(): Promise<Workspace> {
  const files = await listFiles('')
  const packages = files
    .filter((path) =>
      /^(packages|services|deploy)\/[^/]+\/package\.json$|^(benchmarks|simulation|end-to-end)\/package\.json$/.test(
        path,
      ),
    )
    .map(readPackage)
  const sources = files.filter((path) => /\.(ts|mjs)$/.test(path)).map(readSource)
  return { files, sources, packages }
}

function readPackage(path: string): Package {
  return {
    ...manifest.parse(JSON.parse(readFileSync(path, 'utf8'))),
    folder: path.replace('/package.json', ''),
  }
}

/** By hand and not with `recursive`, which would walk through every installed package. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder || '.', { withFileTypes: true })
  const lists = await Promise.all(
    entries.map((entry) => {
      const path = folder ? `${folder}/${entry.name}` : entry.name
      if (ignored.test(path)) return []
      if (entry.isDirectory()) return listFiles(path)
      return entry.isFile() ? [path] : []
    }),
  )
  return lists.flat().sort()
}

/** The package that a file belongs to; none for the root's own files. */
export function packageOf(workspace: Pick<Workspace, 'packages'>, path: string): Package | undefined {
  return workspace.packages.find(({ folder }) => path.startsWith(`${folder}/`))
}

/** `@flexprice/contracts/workflows` → the package and the file it stands for, undefined for libraries. */
export function resolveOurs(
  workspace: Pick<Workspace, 'packages'>,
  specifier: string,
): { readonly pkg: Package; readonly file: string | undefined } | undefined {
  const name = specifier.split('/').slice(0, 2).join('/')
  const pkg = workspace.packages.find((candidate) => candidate.name === name)
  if (!pkg) return undefined
  const target = pkg.exports[specifier === name ? '.' : `.${specifier.slice(name.length)}`]
  return { pkg, file: target && `${pkg.folder}/${target.replace('./', '')}` }
}
