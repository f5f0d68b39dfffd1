import pg from 'pg'
import { startPostgres } from './postgres.ts'
import { queryOnce } from './query-once.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

export interface DatabasePart {
  readonly taken: string
  /** The role of the services: owns nothing, bound by row security. */
  readonly appUrl: string
  /** The role that owns the database and migrates it. */
  readonly ownerUrl: string
}

const versionMin = 15
const databaseName = 'flexprice'
const ownerRole = 'flexprice_owner'
const appRole = 'flexprice_app'

/** PostgreSQL ≥ 15 with its two roles: the given one, else our own. */
export async function startDatabase(run: StackRun, tell: (doing: string) => void): Promise<DatabasePart> {
  const { databaseUrl, databaseOwnerUrl } = run.config.given
  if (databaseUrl && databaseOwnerUrl) {
    await checkGiven('DATABASE_OWNER_URL', databaseOwnerUrl)
    await checkGiven('DATABASE_URL', databaseUrl)
    return { taken: 'DATABASE_URL and DATABASE_OWNER_URL', appUrl: databaseUrl, ownerUrl: databaseOwnerUrl }
  }
  const { taken, superuserUrl } = await startPostgres(run, tell)
  const { owner, app } = run.settings.read().passwords
  await makeRolesAndDatabase(superuserUrl, owner, app)
  return {
    taken,
    appUrl: urlFor(superuserUrl, appRole, app),
    ownerUrl: urlFor(superuserUrl, ownerRole, owner),
  }
}

async function makeRolesAndDatabase(
  superuserUrl: string,
  ownerPassword: string,
  appPassword: string,
): Promise<void> {
  const options = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION'
  for (const [role, password] of [
    [ownerRole, ownerPassword],
    [appRole, appPassword],
  ] as const) {
    if (!(await exists(superuserUrl, `select 1 from pg_roles where rolname = ${pg.escapeLiteral(role)}`))) {
      await queryOnce(superuserUrl, `create role ${role} ${options} password ${pg.escapeLiteral(password)}`)
    }
  }
  if (
    !(await exists(
      superuserUrl,
      `select 1 from pg_database where datname = ${pg.escapeLiteral(databaseName)}`,
    ))
  ) {
    await queryOnce(superuserUrl, `create database ${databaseName} owner ${ownerRole}`)
    await queryOnce(superuserUrl, `revoke all on database ${databaseName} from public`)
    await queryOnce(superuserUrl, `grant connect on database ${databaseName} to ${appRole}`)
  }
}

async function exists(url: string, sql: string): Promise<boolean> {
  return (await queryOnce(url, sql)).length > 0
}

function urlFor(superuserUrl: string, role: string, password: string): string {
  const url = new URL(superuserUrl)
  url.username = role
  url.password = password
  url.pathname = `/${databaseName}`
  return url.href
}

async function checkGiven(name: string, url: string): Promise<void> {
  let version: number
  try {
    const [row] = await queryOnce(url, `select current_setting('server_version_num')::int as version`)
    version = Math.floor(Number(row?.version) / 10_000)
  } catch (error) {
    throw new StepFailure(
      'PostgreSQL',
      `${name} cannot be used: ${reasonOf(error)}`,
      `Start that server and check the URL's user, password and database, or leave DATABASE_URL and DATABASE_OWNER_URL out.`,
    )
  }
  if (version >= versionMin) return
  throw new StepFailure(
    'PostgreSQL',
    `${name} is PostgreSQL ${version}; ${versionMin} is the oldest that works.`,
    'Give a newer one, or leave DATABASE_URL and DATABASE_OWNER_URL out.',
  )
}
