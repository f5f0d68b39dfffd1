import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Thrift } from 'thriftrw'
import type { AttributeValue, DecodedSpan } from './decoded-span.ts'

/** Reads the body of a POST to Jaeger's `/api/traces` (Thrift binary, one Batch). Throws if it is none. */
export function decodeJaeger(body: Buffer): DecodedSpan[] {
  batchType ??= loadBatchType()
  const { err, value } = batchType.fromBufferResult(body)
  if (err) throw err
  return value.spans.map((span) => decodeSpan(span, value.process.serviceName))
}

let batchType: ReturnType<typeof loadBatchType> | undefined

/** The IDL that the exporter's own client ships, found from the exporter. */
function loadBatchType() {
  const exporter = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/exporter-jaeger'))
  const source = readFileSync(
    exporter.resolve('jaeger-client/dist/src/jaeger-idl/thrift/jaeger.thrift'),
    'ascii',
  )
  return new Thrift({ source, allowOptionalArguments: true }).getType<Batch>('Batch')
}

interface Batch {
  readonly process: { readonly serviceName: string }
  readonly spans: readonly ThriftSpan[]
}

interface ThriftSpan {
  readonly traceIdLow: Buffer
  readonly traceIdHigh: Buffer
  readonly spanId: Buffer
  readonly parentSpanId: Buffer
  readonly operationName: string
  /** Microseconds. */
  readonly startTime: Buffer
  readonly duration: Buffer
  readonly tags: readonly ThriftTag[] | null
}

interface ThriftTag {
  readonly key: string
  readonly vType: string
  readonly vStr: string
  readonly vDouble: number
  readonly vBool: boolean
}

function decodeSpan(span: ThriftSpan, service: string): DecodedSpan {
  const parent = span.parentSpanId.toString('hex')
  const attributes = Object.fromEntries((span.tags ?? []).map((tag) => [tag.key, tagValue(tag)]))
  return {
    via: 'jaeger',
    traceId: `${span.traceIdHigh.toString('hex')}${span.traceIdLow.toString('hex')}`,
    spanId: span.spanId.toString('hex'),
    parentSpanId: /^0*$/.test(parent) ? undefined : parent,
    name: span.operationName,
    service,
    attributes,
    failed: attributes.error === true,
    startMs: Number(span.startTime.readBigInt64BE()) / 1_000,
    durationMs: Number(span.duration.readBigInt64BE()) / 1_000,
  }
}

function tagValue(tag: ThriftTag): AttributeValue {
  if (tag.vType === 'DOUBLE') return tag.vDouble
  return tag.vType === 'BOOL' ? tag.vBool : tag.vStr
}
