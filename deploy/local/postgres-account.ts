import { findCommand, runCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const accountName = 'postgres'
const commandTimeoutMs = 15_000

/** The user PostgreSQL runs as: it refuses to run as root, so as root the user `postgres`, made if missing. */
export async function postgresAccount(run: StackRun): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const present = await lookUp(run)
  if (present) return present
  try {
    const adduser = findCommand(['useradd'], `${run.config.searchPath}:/usr/sbin:/sbin`)
    if (!adduser) throw new Error('there is no useradd')
    const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', accountName]
    await runCommand(run, adduser, args, { timeoutMs: commandTimeoutMs })
  } catch (error) {
    throw new StepFailure(
      'PostgreSQL',
      `It does not run as root, and the user "${accountName}" could not be made: ${reasonOf(error)}`,
      `Make that user, run as another user than root, or give DATABASE_URL and DATABASE_OWNER_URL.`,
    )
  }
  const made = await lookUp(run)
  if (made) return made
  throw new StepFailure(
    'PostgreSQL',
    `The user "${accountName}" was made but is not found.`,
    'Run as another user than root.',
  )
}

/** Whether the account can enter a folder: asked of the system, which knows access lists and mounts too. */
export async function canEnter(run: StackRun, account: Account, dir: string): Promise<boolean> {
  try {
    await runCommand(run, '/bin/sh', ['-c', 'cd "$1"', 'sh', dir], {
      timeoutMs: commandTimeoutMs,
      account,
      cwd: '/',
    })
    return true
  } catch {
    run.signal.throwIfAborted()
    return false
  }
}

async function lookUp(run: StackRun): Promise<Account | undefined> {
  const id = async (flag: string) =>
    Number(await runCommand(run, 'id', [flag, accountName], { timeoutMs: commandTimeoutMs }))
  try {
    return { name: accountName, uid: await id('-u'), gid: await id('-g') }
  } catch {
    run.signal.throwIfAborted()
    return undefined
  }
}
