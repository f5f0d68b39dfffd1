import { type Attributes, isSpanContextValid, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { redactText } from './redact.ts'

/** Runs `fn` inside a span of this name. A failure marks the span, ends it and passes on. */
export async function withSpan<T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span) => Promise<T> | T,
): Promise<T> {
  return tracer().startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await fn(span)
    } catch (error) {
      markFailed(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** Trace id of the active span, 32 hex digits; undefined outside of any. */
export function currentTraceId(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext()
  return span !== undefined && isSpanContextValid(span) ? span.traceId : undefined
}

/** Asked for each time, as the provider is global and comes later than the imports. */
export function tracer() {
  return trace.getTracer('@flexprice/observability')
}

function markFailed(span: Span, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  span.recordException({
    name,
    message: redactText(message),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
  })
  span.setStatus({ code: SpanStatusCode.ERROR, message: redactText(message) })
}
