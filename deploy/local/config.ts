import path from 'node:path'
import { loadEnvFile } from 'node:process'
import { withoutOwnServers } from './own-servers.ts'
import { readSettings, settingsPath } from './settings-file.ts'
import { StepFailure } from './step-failure.ts'

/** Where things are kept. */
export interface LocalFolders {
  readonly repositoryDir: string
  /** Data, logs, passwords: what `down --wipe` removes. */
  readonly localDir: string
  /** Programs that were fetched: shared by every stack of this clone, because they are large. */
  readonly toolsDir: string
}

/** What the person gave by the environment (or `.env`), and where things are kept. */
export interface LocalConfig extends LocalFolders {
  readonly searchPath: string
  readonly given: GivenParts
  /** Passed on to the services, so that their own settings reach them. */
  readonly environment: Variables
}

export interface GivenParts {
  readonly databaseUrl: string | undefined
  readonly databaseOwnerUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly temporalAddress: string | undefined
  readonly temporalNamespace: string
  readonly temporalCliPath: string | undefined
  readonly otlpEndpoint: string | undefined
  readonly jaegerEndpoint: string | undefined
  readonly gatewayPort: number | undefined
}

type Variables = Readonly<Record<string, string | undefined>>

const repositoryDir = path.resolve(import.meta.dirname, '../..')

/**
 * Reads `.env` (what is set already wins) and the environment; every mistake is named in one failure. What the shell has
 * of an earlier run's own servers is no person's choice, and not taken for one.
 */
export function readConfig(): LocalConfig {
  loadDotEnv()
  const { localDir } = foldersFrom(process.env)
  return configFrom(withoutOwnServers(process.env, readSettings(settingsPath(localDir))))
}

/** The places alone, whatever the rest of the configuration is like. */
export function readFolders(): LocalFolders {
  loadDotEnv()
  return foldersFrom(process.env)
}

function loadDotEnv(): void {
  try {
    loadEnvFile(path.join(repositoryDir, '.env'))
  } catch {
    // There is no .env: everything has a default.
  }
}

function foldersFrom(environment: Variables): LocalFolders {
  const toolsDir = path.join(repositoryDir, '.local')
  return {
    repositoryDir,
    localDir: path.resolve(givenValue(environment, 'FLEXPRICE_LOCAL_DIR') ?? toolsDir),
    toolsDir,
  }
}

/** Where Node keeps what it has compiled of our sources: half of the start of each of our processes. */
export function compileCacheDir({ toolsDir }: LocalFolders): string {
  return path.join(toolsDir, 'compile-cache')
}

/**
 * For a throw-away stack in a folder of its own. What the person uses for `up` (a database!) must not be touched by
 * tests, so nothing that is given is used but the program's place.
 */
export function throwAwayConfig(localDir: string): LocalConfig {
  return configFrom(throwAwayEnvironment(process.env, localDir))
}

/** The environment without what would lead a throw-away stack, or what runs on it, to somebody's real servers. */
export function throwAwayEnvironment(environment: Variables, localDir: string): Variables {
  const kept = Object.entries(environment).filter(
    ([name]) => name === 'TEMPORAL_CLI_PATH' || !leadsElsewhere.test(name),
  )
  return { ...Object.fromEntries(kept), FLEXPRICE_LOCAL_DIR: localDir }
}

const leadsElsewhere =
  /^(DATABASE_(OWNER_)?URL|REDIS_URL|PORT|JAEGER_ENDPOINT|TRACES_EXPORTER|TEMPORAL_.*|OTEL_.*)$/

/** Whether the tests are to be run that need Jaeger, which is built once for them. */
export function asksForJaeger(): boolean {
  return process.env.TEST_JAEGER === '1'
}

/** Whether a person looks at a terminal. One without a width is a machine's: a spinner cannot tell how many lines it took. */
export function isInteractive(): boolean {
  return process.stdout.isTTY && process.stdout.columns > 0 && !process.env.CI
}

/** The same from any environment: what the tests use. An empty value counts as not given. */
export function configFrom(environment: Variables): LocalConfig {
  const value = (name: string) => givenValue(environment, name)
  const problems: string[] = []
  const given = {
    databaseUrl: value('DATABASE_URL'),
    databaseOwnerUrl: value('DATABASE_OWNER_URL'),
    redisUrl: value('REDIS_URL'),
    temporalAddress: value('TEMPORAL_ADDRESS'),
    temporalNamespace: value('TEMPORAL_NAMESPACE') ?? 'default',
    temporalCliPath: value('TEMPORAL_CLI_PATH'),
    otlpEndpoint: value('OTEL_EXPORTER_OTLP_ENDPOINT'),
    jaegerEndpoint: value('JAEGER_ENDPOINT'),
    gatewayPort: parsePort(value('PORT'), problems),
  }
  checkUrl('DATABASE_URL', given.databaseUrl, ['postgres:', 'postgresql:'], problems)
  checkUrl('DATABASE_OWNER_URL', given.databaseOwnerUrl, ['postgres:', 'postgresql:'], problems)
  checkUrl('REDIS_URL', given.redisUrl, ['redis:', 'rediss:'], problems)
  checkDatabasePair(given, problems)
  checkTemporal(environment, problems)
  if (given.temporalAddress && !/^[^:/\s]+:\d+$/.test(given.temporalAddress)) {
    problems.push('TEMPORAL_ADDRESS is not of the form host:port.')
  }
  if (problems.length > 0) {
    throw new StepFailure(
      'Reading the configuration',
      problems.join('\n'),
      'Correct the environment or .env; .env.example explains each variable.',
    )
  }
  return Object.freeze({
    ...foldersFrom(environment),
    searchPath: environment.PATH ?? '',
    given: Object.freeze(given),
    environment,
  })
}

function givenValue(environment: Variables, name: string): string | undefined {
  return environment[name]?.trim() || undefined
}

/** Row security rests on two roles: a run with the owner's alone would hide mistakes that production shows. */
function checkDatabasePair(
  given: Pick<GivenParts, 'databaseUrl' | 'databaseOwnerUrl'>,
  problems: string[],
): void {
  if (given.databaseUrl && !given.databaseOwnerUrl) {
    problems.push(
      'DATABASE_URL is given without DATABASE_OWNER_URL, the role that owns the database and migrates it.',
    )
  }
  if (given.databaseOwnerUrl && !given.databaseUrl) {
    problems.push(
      'DATABASE_OWNER_URL is given without DATABASE_URL, the role (owning nothing) that the services use.',
    )
  }
  if (given.databaseUrl && given.databaseUrl === given.databaseOwnerUrl) {
    problems.push('DATABASE_URL and DATABASE_OWNER_URL are the same: they must be two roles.')
  }
}

/** Our own server knows neither keys nor TLS: services that were told of them would never reach it. */
function checkTemporal(environment: Variables, problems: string[]): void {
  if (givenValue(environment, 'TEMPORAL_ADDRESS')) return
  const names = Object.keys(environment).filter((name) =>
    isOfAnotherTemporal(name, givenValue(environment, name)),
  )
  if (names.length === 0) return
  problems.push(
    `${names.toSorted().join(', ')} ${names.length === 1 ? 'is' : 'are'} given without TEMPORAL_ADDRESS, the server that is meant. Give it, or unset the rest to use our own.`,
  )
}

function isOfAnotherTemporal(name: string, value: string | undefined): boolean {
  if (!name.startsWith('TEMPORAL_') || !value || ofAnyTemporal.has(name)) return false
  if (name === 'TEMPORAL_NAMESPACE') return value !== 'default'
  return name !== 'TEMPORAL_TLS' || (value !== 'false' && value !== '0')
}

/** These say nothing of the server: where its program is, and which version a worker is. */
const ofAnyTemporal = new Set(['TEMPORAL_CLI_PATH', 'TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID'])

function checkUrl(
  name: string,
  text: string | undefined,
  protocols: readonly string[],
  problems: string[],
): void {
  if (text === undefined) return
  const parsed = URL.parse(text)
  if (!parsed || !protocols.includes(parsed.protocol)) {
    problems.push(
      `${name} is not a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}.`,
    )
  }
}

function parsePort(text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  problems.push(`PORT is "${text}", not a number from 1 to 65535.`)
  return undefined
}
