import {
  certificateProblem,
  type Environment,
  privateKeyProblem,
  readableText,
} from '@flexprice/configuration'

export interface DatabaseSettings {
  /** A role that owns nothing: row security binds it. */
  readonly url: string
  readonly poolSizeMax: number
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
}

/** Where the database is, and what a process takes of it. Fits `createDatabase({ applicationName, ...settings })`. */
export function databaseSettings(
  env: Environment,
  defaults: Pick<DatabaseSettings, 'statementTimeoutMs'>,
): DatabaseSettings {
  const url = env.requiredUrl('DATABASE_URL', ['postgres', 'postgresql'], {
    meaning: 'PostgreSQL, by a role that owns nothing and does not bypass row security',
  })
  for (const problem of certificateProblems(url)) env.problem('DATABASE_URL', problem)
  return {
    url,
    poolSizeMax: env.integer('DATABASE_POOL_SIZE', {
      meaning: 'connections of one process',
      otherwise: 10,
      min: 1,
      max: 1_000,
    }),
    statementTimeoutMs: env.integer('DATABASE_STATEMENT_TIMEOUT_MS', {
      meaning: 'how long one statement may take',
      unit: 'ms',
      otherwise: defaults.statementTimeoutMs,
      min: 1,
      max: timeoutMsMax,
    }),
    lockTimeoutMs: env.integer('DATABASE_LOCK_TIMEOUT_MS', {
      meaning: 'how long a statement may wait for a lock',
      unit: 'ms',
      otherwise: 5_000,
      min: 1,
      max: timeoutMsMax,
    }),
  }
}

const timeoutMsMax = 600_000

/** Of the files that the address names: PostgreSQL's client would read them at the first connection. */
function certificateProblems(url: string): string[] {
  const parameters = URL.parse(url)?.searchParams
  const checks = { sslrootcert: certificateProblem, sslcert: certificateProblem, sslkey: privateKeyProblem }
  return Object.entries(checks).flatMap(([name, problemOf]) => {
    const path = parameters?.get(name)
    // `system`: the certificates that the machine trusts.
    if (path === undefined || path === null || path === 'system') return []
    const { text, problem } = readableText(path)
    const wrong = problem ?? problemOf(text)
    return wrong === undefined ? [] : [`${name} (${path}): ${wrong}`]
  })
}
