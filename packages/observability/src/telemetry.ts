import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { loggingErrorHandler, setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  NoopSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { createSpanExporter, exportTimeoutMs } from './span-exporter.ts'
import type { TracesExporter } from './telemetry-config.ts'

export interface TelemetryOptions {
  /** `service.name` of every span. */
  readonly service: string
  readonly exporter: TracesExporter
  /** Needed by `otlp`: the collector's base URL, without `/v1/traces`. */
  readonly otlpEndpoint?: string | undefined
  /** Needed by `jaeger`: its Thrift-over-HTTP collector, port 14268. */
  readonly jaegerEndpoint?: string | undefined
  readonly version?: string | undefined
  /** Share of traces begun here that are recorded, 0 to 1. A caller's decision is kept, whatever this says. */
  readonly sampleRatio?: number | undefined
  /** Told of failing exports, at most once a minute; spans are dropped meanwhile. */
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface Telemetry extends AsyncDisposable {
  readonly provider: NodeTracerProvider
  /** For makers of spans beside the provider, such as Temporal's workflow sink. Does nothing under `none`. */
  readonly spanProcessor: SpanProcessor
  readonly resource: Resource
  /** Sends what is waiting, within `shutdownTimeoutMs`, and lets go of the process. Never fails. */
  shutdown(): Promise<void>
}

/**
 * Makes this process's tracing: global provider, context that follows promises, W3C `traceparent`.
 * With `none` spans have ids (every answer and log line names its trace) but are never recorded.
 * Throws if an endpoint is missing, or if it was started already and not shut down.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const resource = resourceFromAttributes({
    'service.name': options.service,
    ...(options.version === undefined ? {} : { 'service.version': options.version }),
  })
  const { exporter: kind, otlpEndpoint, jaegerEndpoint } = options
  const exporter =
    kind === 'none' ? undefined : await createSpanExporter({ exporter: kind, otlpEndpoint, jaegerEndpoint })
  const spanProcessor = exporter === undefined ? new NoopSpanProcessor() : batches(exporter)
  const provider = new NodeTracerProvider({
    resource,
    sampler: sampler(options),
    spanProcessors: [spanProcessor],
  })
  if (!trace.setGlobalTracerProvider(provider)) throw new Error('Telemetry runs already in this process')
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  const report = atMostEvery(errorReportIntervalMs, options.onError ?? (() => {}))
  setGlobalErrorHandler(report)

  let stopped: Promise<void> | undefined
  const shutdown = () => {
    stopped ??= stop(provider, exporter, report)
    return stopped
  }
  return { provider, spanProcessor, resource, shutdown, [Symbol.asyncDispose]: shutdown }
}

const shutdownTimeoutMs = 6_000
const errorReportIntervalMs = 60_000
/** Spans that wait for export; more are dropped. A page of SQL spans from several slices fits. */
const queuedSpansMax = 8_192
const exportedSpansMax = 512
const exportDelayMs = 1_000

function batches(exporter: SpanExporter): SpanProcessor {
  return new BatchSpanProcessor(exporter, {
    maxQueueSize: queuedSpansMax,
    maxExportBatchSize: exportedSpansMax,
    scheduledDelayMillis: exportDelayMs,
    exportTimeoutMillis: exportTimeoutMs,
  })
}

function sampler({ exporter, sampleRatio = 1 }: TelemetryOptions): Sampler {
  // Unsampled spans keep their ids and cost next to nothing.
  if (exporter === 'none') return new AlwaysOffSampler()
  return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) })
}

async function stop(
  provider: NodeTracerProvider,
  exporter: SpanExporter | undefined,
  report: (error: unknown) => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Spans could not be sent before the end')), shutdownTimeoutMs)
  })
  try {
    await Promise.race([provider.shutdown(), timeout])
  } catch (error) {
    report(error)
    // The processor gives up before it stops its exporter, whose open requests would keep the process.
    exporter?.shutdown().catch(() => {})
  } finally {
    clearTimeout(timer)
    trace.disable()
    context.disable()
    propagation.disable()
    setGlobalErrorHandler(loggingErrorHandler())
  }
}

function atMostEvery(intervalMs: number, report: (error: unknown) => void): (error: unknown) => void {
  let last = Number.NEGATIVE_INFINITY
  return (error) => {
    const now = performance.now()
    if (now - last < intervalMs) return
    last = now
    report(error)
  }
}
