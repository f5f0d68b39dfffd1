import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from '@flexprice/observability'
import { bundleWorkflowCode, type Logger as TemporalLogger } from '@temporalio/worker'
import { temporalLogger } from './temporal-logger.ts'

/**
 * The workflows' code as the sandbox runs it. Bundling takes two seconds of CPU, so the bundle is kept by
 * the hash of all it can be made from: the second start, and an image that was built with it, find it. A folder that
 * cannot be written is no failure, only slower.
 */
export async function workflowBundle(
  source: BundleSource,
  { logger, directory = bundleDirectory }: { logger: Logger; directory?: string },
): Promise<{ code: string }> {
  const path = join(directory, `${source.name}-${await sourceHash(source)}.js`)
  const kept = await readFile(path, 'utf8').catch(() => undefined)
  if (kept !== undefined) return { code: kept }
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(source.workflows),
    workflowInterceptorModules: [fileURLToPath(source.interceptors)],
    logger: quiet(temporalLogger(logger)),
  })
  await keep(path, code).catch((error: unknown) =>
    logger.debug({ 'event.action': 'bundle-not-kept', err: error }, 'The bundle could not be kept'),
  )
  return { code }
}

export interface BundleSource {
  /** The workflow's name: part of the kept file's name. */
  readonly name: string
  /** URL of the module that exports the workflow, by `import.meta.resolve`. */
  readonly workflows: string
  /** URL of the module with the sandbox's interceptors. */
  readonly interceptors: string
}

const bundleDirectory = fileURLToPath(new URL('../.bundles/', import.meta.url))

/** The bundler tells every module by name; only what goes wrong is news. */
function quiet(logger: TemporalLogger): TemporalLogger {
  return { ...logger, info: logger.debug }
}

/** Each package that code of the sandbox may import, and the exact version that makes the bundle. */
async function sourceHash(source: BundleSource): Promise<string> {
  const directories = [
    dirname(fileURLToPath(source.interceptors)),
    packageSources(import.meta.resolve('@flexprice/contracts/workflows')),
    packageSources(import.meta.resolve('@flexprice/domain')),
  ]
  const hash = createHash('sha256').update(temporalVersion()).update(source.workflows)
  for (const directory of directories) {
    const files = await readdir(directory, { recursive: true })
    for (const file of files.filter(isSource).sort()) {
      hash.update(file).update(await readFile(join(directory, file)))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

function packageSources(moduleUrl: string): string {
  const path = fileURLToPath(moduleUrl)
  return path.slice(0, path.lastIndexOf('/src/') + '/src'.length)
}

function isSource(file: string): boolean {
  return file.endsWith('.ts') && !file.endsWith('.test.ts')
}

function temporalVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('@temporalio/worker/package.json')
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version)
  throw new Error("Temporal's worker has no version")
}

/** Renamed into place: several processes may make the same file at once. */
async function keep(path: string, code: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(unfinished, code)
  await rename(unfinished, path)
}
