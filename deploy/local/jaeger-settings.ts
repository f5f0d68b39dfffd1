export interface JaegerPorts {
  readonly query: number
  readonly otlpHttp: number
  readonly thriftHttp: number
  readonly queryGrpc: number
  readonly otlpGrpc: number
  readonly collectorGrpc: number
  readonly admin: number
}

const tracesMax = 100_000

/** The flags of Jaeger 1 (`jaeger-all-in-one`): everything on 127.0.0.1, spans in memory. */
export function jaegerFlags(ports: JaegerPorts): readonly string[] {
  const listeners = {
    'query.http-server': ports.query,
    'query.grpc-server': ports.queryGrpc,
    'collector.otlp.http': ports.otlpHttp,
    'collector.otlp.grpc': ports.otlpGrpc,
    'collector.http-server': ports.thriftHttp,
    'collector.grpc-server': ports.collectorGrpc,
    'admin.http': ports.admin,
  }
  return [
    '--collector.otlp.enabled=true',
    `--memory.max-traces=${tracesMax}`,
    ...Object.entries(listeners).map(([name, port]) => `--${name}.host-port=127.0.0.1:${port}`),
  ]
}

/** The configuration of Jaeger 2 (`jaeger`), which knows no such flags; JSON is YAML to it. */
export function jaegerSettings(ports: JaegerPorts): Readonly<Record<string, unknown>> {
  const on = (port: number) => ({ endpoint: `127.0.0.1:${port}` })
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: {
        traces: {
          receivers: ['otlp', 'jaeger'],
          processors: ['batch'],
          exporters: ['jaeger_storage_exporter'],
        },
      },
      telemetry: { metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: tracesMax } } } },
      jaeger_query: { storage: { traces: 'memory' }, http: on(ports.query), grpc: on(ports.queryGrpc) },
    },
    receivers: {
      otlp: { protocols: { http: on(ports.otlpHttp), grpc: on(ports.otlpGrpc) } },
      jaeger: { protocols: { thrift_http: on(ports.thriftHttp) } },
    },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  }
}
