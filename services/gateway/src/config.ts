import { type TelemetryConfig, telemetryConfig } from '@flexprice/observability'
import { type TemporalSettings, temporalSettings } from '@flexprice/temporal-client'
import { z } from 'zod'

export interface GatewayConfig extends AppConfig {
  readonly host: string
  readonly port: number
  readonly database: {
    readonly url: string
    readonly poolSizeMax: number
    readonly statementTimeoutMs: number
    readonly lockTimeoutMs: number
  }
  readonly temporal: TemporalSettings
  readonly telemetry: TelemetryConfig
  readonly shutdownGraceMs: number
}

/** What the app itself needs, apart from where things are. */
export interface AppConfig {
  /** Requests a second that one key may send to this process. */
  readonly rateLimitPerSecond: number
  /** The longest that `wait` may hold a request. */
  readonly waitMsMax: number
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs: number
}

/** Either a frozen configuration or everything that is wrong, one readable line a variable. */
export type ConfigResult =
  | { readonly ok: true; readonly config: GatewayConfig }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Reads the environment's variables; an empty one counts as none. `.env.example` says what each means. */
export function gatewayConfig(env: Readonly<Record<string, string | undefined>> = process.env): ConfigResult {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()))
  const own = variables.safeParse(given)
  const telemetry = telemetryConfig(given)
  const temporal = readTemporal(given)
  if (!own.success || !telemetry.ok || !temporal.ok) {
    const problems = own.success
      ? []
      : own.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    return {
      ok: false,
      problems: [
        ...problems,
        ...(telemetry.ok ? [] : telemetry.problems),
        ...(temporal.ok ? [] : temporal.problems),
      ],
    }
  }
  const { data } = own
  return {
    ok: true,
    config: Object.freeze({
      host: data.HOST,
      port: data.PORT,
      database: {
        url: data.DATABASE_URL,
        poolSizeMax: data.DATABASE_POOL_SIZE,
        statementTimeoutMs: data.DATABASE_STATEMENT_TIMEOUT_MS,
        lockTimeoutMs: data.DATABASE_LOCK_TIMEOUT_MS,
      },
      temporal: temporal.settings,
      telemetry: telemetry.config,
      shutdownGraceMs: data.SHUTDOWN_GRACE_MS,
      rateLimitPerSecond: data.RATE_LIMIT_PER_SECOND,
      waitMsMax: data.WAIT_LIMIT_MS,
      requestTimeoutMs: data.REQUEST_TIMEOUT_MS,
    }),
  }
}

const variables = z.object({
  DATABASE_URL: z
    .string({ error: 'is missing: the connection of a role that owns nothing' })
    .regex(/^postgres(ql)?:\/\//, 'must be a URL that begins with postgres://'),
  HOST: z.string().default('0.0.0.0'),
  PORT: integer(0, 65_535, 8_080),
  DATABASE_POOL_SIZE: integer(1, 1_000, 10),
  DATABASE_STATEMENT_TIMEOUT_MS: integer(1, 600_000, 15_000),
  DATABASE_LOCK_TIMEOUT_MS: integer(1, 600_000, 5_000),
  SHUTDOWN_GRACE_MS: integer(0, 3_600_000, 30_000),
  RATE_LIMIT_PER_SECOND: integer(1, 1_000_000, 1_000),
  WAIT_LIMIT_MS: integer(0, 600_000, 25_000),
  REQUEST_TIMEOUT_MS: integer(1, 600_000, 30_000),
})

function integer(min: number, max: number, otherwise: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .default(otherwise)
}

type TemporalResult =
  | { readonly ok: true; readonly settings: TemporalSettings }
  | { readonly ok: false; readonly problems: readonly string[] }

function readTemporal(env: Record<string, string | undefined>): TemporalResult {
  try {
    return { ok: true, settings: temporalSettings(env) }
  } catch (error) {
    return { ok: false, problems: [`TEMPORAL_*: ${error instanceof Error ? error.message : String(error)}`] }
  }
}

/**
 * The configuration; or the process ends before it starts half, with what is wrong on standard error.
 * With `--check-config` it ends here in any case.
 */
export function configOrExit(result: ConfigResult, commandLine: readonly string[]): GatewayConfig {
  if (!result.ok) {
    process.stderr.write(
      `The configuration is not usable:\n${result.problems.map((line) => `  ${line}\n`).join('')}`,
    )
    process.exit(1)
  }
  if (commandLine.includes('--check-config')) {
    process.stdout.write('The configuration is usable.\n')
    process.exit(0)
  }
  return result.config
}
