import type { Environment } from '@flexprice/configuration'
import { type LogLevel, logLevels } from './logger.ts'

export interface TelemetryConfig {
  readonly exporter: TracesExporter
  readonly otlpEndpoint: string | undefined
  readonly jaegerEndpoint: string | undefined
  readonly sampleRatio: number
  readonly logLevel: LogLevel
}

export type TracesExporter = (typeof tracesExporters)[number]

/** Where spans and logs go. Fits `startTelemetry({ service, ...config })`. */
export function telemetryConfig(env: Environment): TelemetryConfig {
  const otlpEndpoint = env.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http', 'https'], {
    meaning: 'an OTLP collector (HTTP) for spans; `/v1/traces` is added',
    otherwise: undefined,
  })
  const jaegerEndpoint = env.url('JAEGER_ENDPOINT', ['http', 'https'], {
    meaning: "Jaeger's collector (Thrift over HTTP) for spans; `/api/traces` is added",
    otherwise: undefined,
  })
  const preferred = otlpEndpoint !== undefined ? 'otlp' : jaegerEndpoint !== undefined ? 'jaeger' : 'none'
  const exporter = env.oneOf('TRACES_EXPORTER', tracesExporters, {
    meaning: "how spans are sent; when not given, the endpoint that is given decides, OTLP's first",
    otherwise: preferred,
  })
  if (exporter === 'otlp' && otlpEndpoint === undefined) {
    env.problem('OTEL_EXPORTER_OTLP_ENDPOINT', 'is missing, and TRACES_EXPORTER is otlp')
  }
  if (exporter === 'jaeger' && jaegerEndpoint === undefined) {
    env.problem('JAEGER_ENDPOINT', 'is missing, and TRACES_EXPORTER is jaeger')
  }
  const sampleRatio = env.ratio('OTEL_TRACES_SAMPLER_ARG', {
    meaning: "part of the traces begun here that is kept; a caller's decision goes before",
    otherwise: 1,
    min: 0,
    max: 1,
  })
  const logLevel = env.oneOf('LOG_LEVEL', logLevels, {
    meaning: 'the least that is logged',
    otherwise: 'info',
  })
  return { exporter, otlpEndpoint, jaegerEndpoint, sampleRatio, logLevel }
}

const tracesExporters = ['otlp', 'jaeger', 'none'] as const
