import { type LogLevel, logLevels } from './logger.ts'

export interface TelemetryConfig {
  readonly exporter: TracesExporter
  readonly otlpEndpoint: string | undefined
  readonly jaegerEndpoint: string | undefined
  readonly sampleRatio: number
  readonly logLevel: LogLevel
}

export type TracesExporter = (typeof tracesExporters)[number]

/** Either the configuration or everything that is wrong with it, one readable line a variable. */
export type TelemetryConfigResult =
  | { readonly ok: true; readonly config: TelemetryConfig }
  | { readonly ok: false; readonly problems: readonly string[] }

/**
 * Reads TRACES_EXPORTER, OTEL_EXPORTER_OTLP_ENDPOINT, JAEGER_ENDPOINT, OTEL_TRACES_SAMPLER_ARG and
 * LOG_LEVEL from the record it is given; an empty variable counts as none. The result fits
 * `startTelemetry({ service, ...config })`. Without TRACES_EXPORTER an endpoint decides, OTLP's first.
 */
export function telemetryConfig(env: Readonly<Record<string, string | undefined>>): TelemetryConfigResult {
  const problems: string[] = []
  const otlpEndpoint = url(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', problems)
  const jaegerEndpoint = url(env, 'JAEGER_ENDPOINT', problems)
  const preferred = otlpEndpoint !== undefined ? 'otlp' : jaegerEndpoint !== undefined ? 'jaeger' : 'none'
  const exporter = oneOf(env, 'TRACES_EXPORTER', tracesExporters, preferred, problems)
  if (exporter === 'otlp' && !given(env, 'OTEL_EXPORTER_OTLP_ENDPOINT')) {
    problems.push('OTEL_EXPORTER_OTLP_ENDPOINT: is missing, and TRACES_EXPORTER is otlp')
  }
  if (exporter === 'jaeger' && !given(env, 'JAEGER_ENDPOINT')) {
    problems.push('JAEGER_ENDPOINT: is missing, and TRACES_EXPORTER is jaeger')
  }
  const sampleRatio = ratio(env, 'OTEL_TRACES_SAMPLER_ARG', problems)
  const logLevel = oneOf(env, 'LOG_LEVEL', logLevels, 'info', problems)
  if (problems.length > 0) return { ok: false, problems }
  const config = Object.freeze({ exporter, otlpEndpoint, jaegerEndpoint, sampleRatio, logLevel })
  return { ok: true, config }
}

const tracesExporters = ['otlp', 'jaeger', 'none'] as const

type Env = Readonly<Record<string, string | undefined>>

function given(env: Env, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}

function url(env: Env, name: string, problems: string[]): string | undefined {
  const value = given(env, name)
  if (value === undefined) return undefined
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
    problems.push(`${name}: must be a URL that begins with http:// or https://`)
  }
  return value
}

function oneOf<const Value extends string>(
  env: Env,
  name: string,
  values: readonly Value[],
  otherwise: Value,
  problems: string[],
): Value {
  const value = given(env, name)
  if (value === undefined) return otherwise
  const found = values.find((candidate) => candidate === value)
  if (found === undefined) problems.push(`${name}: must be one of ${values.join(', ')}`)
  return found ?? otherwise
}

function ratio(env: Env, name: string, problems: string[]): number {
  const value = given(env, name)
  if (value === undefined) return 1
  const number = Number(value)
  if (!(number >= 0 && number <= 1)) problems.push(`${name}: must be a number from 0 to 1`)
  return number
}
