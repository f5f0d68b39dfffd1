import { type ConfigResult, readConfig, type WorkerConfig, workerConfig } from '@flexprice/temporal-worker'

export interface PriceSyncWorkerConfig extends WorkerConfig {
  readonly database: {
    /** A role that owns nothing: row security binds it. */
    readonly url: string
    readonly poolSizeMax: number
    readonly statementTimeoutMs: number
    readonly lockTimeoutMs: number
  }
  /** Slices of one plan that are worked on at once: more than the database has cores gives nothing. */
  readonly slicesMax: number
}

/** Reads the environment's variables; an empty one counts as none. `.env.example` says what each means. */
export function priceSyncWorkerConfig(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): ConfigResult<PriceSyncWorkerConfig> {
  return readConfig(variables, (env) => ({
    ...workerConfig(env),
    database: {
      url: env.required('DATABASE_URL'),
      poolSizeMax: env.integer('DATABASE_POOL_SIZE', { min: 1, max: 1_000, otherwise: 10 }),
      statementTimeoutMs: env.integer('DATABASE_STATEMENT_TIMEOUT_MS', {
        min: 1,
        max: 600_000,
        otherwise: 60_000,
      }),
      lockTimeoutMs: env.integer('DATABASE_LOCK_TIMEOUT_MS', { min: 1, max: 600_000, otherwise: 5_000 }),
    },
    slicesMax: env.integer('PRICE_SYNC_SLICES', { min: 1, max: 64, otherwise: 2 }),
  }))
}
