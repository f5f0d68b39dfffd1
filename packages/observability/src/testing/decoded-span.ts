/** A span as it arrived, whichever way it came. */
export interface DecodedSpan {
  readonly via: 'jaeger' | 'otlp'
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  /** Undefined for the first span of a trace. */
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly service: string
  /** Values as the protocol carries them; Jaeger's tags also hold the resource, the kind and the status. */
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly failed: boolean
  readonly startMs: number
  readonly durationMs: number
}

export type AttributeValue = string | number | boolean
