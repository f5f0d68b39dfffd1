import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { TracesExporter } from './telemetry-config.ts'

export interface SpanExporterOptions {
  readonly exporter: Exclude<TracesExporter, 'none'>
  /** `http://collector:4318`; `/v1/traces` is added. */
  readonly otlpEndpoint?: string | undefined
  /** `http://jaeger:14268/api/traces`; the path may be left out. */
  readonly jaegerEndpoint?: string | undefined
}

/**
 * The one place that knows exporters. They are imported when asked for: Jaeger's client is old and
 * heavy, and a process that exports elsewhere must not load it.
 */
export async function createSpanExporter(options: SpanExporterOptions): Promise<SpanExporter> {
  switch (options.exporter) {
    case 'otlp': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
      const url = otlpTracesUrl(required(options.otlpEndpoint, 'otlpEndpoint'))
      return new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs })
    }
    case 'jaeger': {
      const { JaegerExporter } = await import('@opentelemetry/exporter-jaeger')
      // Over HTTP and never UDP, which loses spans silently.
      const endpoint = jaegerTracesUrl(required(options.jaegerEndpoint, 'jaegerEndpoint'))
      return new JaegerExporter({ endpoint, flushTimeout: jaegerFlushTimeoutMs })
    }
  }
}

export const exportTimeoutMs = 5_000
/** Jaeger's exporter leaves this timer behind when it stops, and it keeps the process; all is sent by then. */
const jaegerFlushTimeoutMs = 250

function otlpTracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`
}

/** Jaeger's sender posts to the bare path it is given, so the collector's own is added where there is none. */
function jaegerTracesUrl(endpoint: string): string {
  const url = new URL(endpoint)
  if (url.pathname === '/') url.pathname = '/api/traces'
  return url.href
}

function required(endpoint: string | undefined, name: string): string {
  if (endpoint === undefined) throw new Error(`${name} is missing`)
  return endpoint
}
