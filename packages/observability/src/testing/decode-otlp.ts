import protobuf from 'protobufjs'
import type { AttributeValue, DecodedSpan } from './decoded-span.ts'

/** Reads the body of a POST to an OTLP collector's `/v1/traces` (protobuf). Throws if it is none. */
export function decodeOtlp(body: Buffer): DecodedSpan[] {
  requestType ??= protobuf.parse(schema, { keepCase: true }).root.lookupType('ExportTraceServiceRequest')
  const request: ExportRequest = requestType.toObject(requestType.decode(body), {
    longs: Number,
    arrays: true,
  })
  return (request.resource_spans ?? []).flatMap(({ resource, scope_spans = [] }) => {
    const service = String(decodeAttributes(resource?.attributes)['service.name'] ?? '')
    return scope_spans.flatMap(({ spans = [] }) => spans.map((span) => decodeSpan(span, service)))
  })
}

let requestType: protobuf.Type | undefined

/** What is read of opentelemetry-proto's trace.proto, common.proto and resource.proto, with their field numbers. */
const schema = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  bytes parent_span_id = 4;
  string name = 5;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
}`

interface ExportRequest {
  readonly resource_spans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] }
    readonly scope_spans?: readonly { readonly spans?: readonly ProtoSpan[] }[]
  }[]
}

interface ProtoSpan {
  readonly trace_id: Buffer
  readonly span_id: Buffer
  readonly parent_span_id?: Buffer
  readonly name: string
  readonly start_time_unix_nano: number
  readonly end_time_unix_nano: number
  readonly attributes?: readonly KeyValue[]
  readonly status?: { readonly code?: number }
}

interface KeyValue {
  readonly key: string
  readonly value?: {
    readonly string_value?: string
    readonly bool_value?: boolean
    readonly int_value?: number
    readonly double_value?: number
  }
}

const statusCodeError = 2

function decodeSpan(span: ProtoSpan, service: string): DecodedSpan {
  const parent = span.parent_span_id?.toString('hex')
  return {
    via: 'otlp',
    traceId: span.trace_id.toString('hex'),
    spanId: span.span_id.toString('hex'),
    parentSpanId: parent === '' ? undefined : parent,
    name: span.name,
    service,
    attributes: decodeAttributes(span.attributes),
    failed: span.status?.code === statusCodeError,
    startMs: span.start_time_unix_nano / 1e6,
    durationMs: (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6,
  }
}

function decodeAttributes(attributes: readonly KeyValue[] = []): Record<string, AttributeValue> {
  return Object.fromEntries(
    attributes.map(({ key, value = {} }) => [
      key,
      value.string_value ?? value.bool_value ?? value.int_value ?? value.double_value ?? '',
    ]),
  )
}
