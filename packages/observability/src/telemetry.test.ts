import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { currentTraceId, withSpan } from './span.ts'
import { recordSqlSpan } from './sql-span.ts'
import { startTelemetry } from './telemetry.ts'
import { type DecodedSpan, startTraceSink } from './testing/trace-sink.ts'

const insert = 'insert into "public"."line_items" ("id") values ($1)'

/** A request with work, a statement, and a failing statement below it. */
async function tracedRequest(): Promise<string | undefined> {
  return withSpan(
    'POST /plans/:id/sync',
    { 'http.request.method': 'POST', attempt: 2, cached: false },
    async () => {
      await withSpan('RunActivity:syncSlice', {}, async () => {
        await new Promise((resolve) => setImmediate(resolve))
        recordSqlSpan({ statement: insert, durationMs: 12.5 })
        const error = Object.assign(new Error('duplicate key (jo@example.com)'), { code: '23505' })
        recordSqlSpan({
          statement: `select * from plans where id = $1 -- ${'x'.repeat(9_000)}`,
          durationMs: 1,
          error,
        })
      })
      return currentTraceId()
    },
  )
}

/** Takes requests and never answers them. */
async function silentServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('No port')
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { port: address.port, [Symbol.asyncDispose]: close }
}

function named(spans: readonly DecodedSpan[], name: string): DecodedSpan {
  const found = spans.filter((span) => span.name === name)
  expect(found, name).toHaveLength(1)
  const [span] = found
  if (span === undefined) throw new Error(`No span ${name}`)
  return span
}

describe.each(['jaeger', 'otlp'] as const)('what the %s exporter sends', (exporter) => {
  test('is one trace with right parents, names, service and attributes', async () => {
    await using sink = await startTraceSink()
    const { jaegerEndpoint, otlpEndpoint } = sink
    const telemetry = await startTelemetry({
      service: 'gateway',
      version: '1.2.3',
      exporter,
      jaegerEndpoint,
      otlpEndpoint,
    })
    const traceId = await tracedRequest()
    await telemetry.shutdown()

    const spans = sink.spans()
    expect(spans).toHaveLength(4)
    expect(new Set(spans.map((span) => `${span.via} ${span.service} ${span.traceId}`))).toEqual(
      new Set([`${exporter} gateway ${traceId}`]),
    )
    const request = named(spans, 'POST /plans/:id/sync')
    const activity = named(spans, 'RunActivity:syncSlice')
    const write = named(spans, 'INSERT line_items')
    const read = named(spans, 'SELECT plans')
    expect(request.parentSpanId).toBeUndefined()
    expect(activity.parentSpanId).toBe(request.spanId)
    expect([write.parentSpanId, read.parentSpanId]).toEqual([activity.spanId, activity.spanId])
    expect(request.attributes).toMatchObject({ 'http.request.method': 'POST', attempt: 2, cached: false })
    expect(write.attributes).toMatchObject({
      'db.system.name': 'postgresql',
      'db.query.text': insert,
      'db.operation.name': 'INSERT',
      'db.collection.name': 'line_items',
    })
    expect(write.durationMs).toBeCloseTo(12.5, 2)
    expect([request.failed, write.failed, read.failed]).toEqual([false, false, true])
    expect(read.attributes).toMatchObject({ 'error.type': '23505', 'db.response.status_code': '23505' })
    expect(String(read.attributes['db.query.text']).length).toBe(4_096)
    expect(JSON.stringify(spans)).not.toContain('jo@example.com')
  })

  test('arrives whole when it is more than one batch, and before the end without a shutdown', async () => {
    await using sink = await startTraceSink()
    const { jaegerEndpoint, otlpEndpoint } = sink
    await using _telemetry = await startTelemetry({
      service: 'worker',
      exporter,
      jaegerEndpoint,
      otlpEndpoint,
    })
    await withSpan('slice', {}, () => {
      for (let page = 0; page < 1_500; page++) recordSqlSpan({ statement: 'select 1', durationMs: 1 })
    })
    const spans = await sink.waitFor((arrived) => arrived.length >= 1_501, 10_000)
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(1_501)
  })

  test('a collector that is away neither fails the work nor the end', async () => {
    const gone = await silentServer()
    await gone[Symbol.asyncDispose]()
    const endpoint = `http://127.0.0.1:${gone.port}`
    const errors: unknown[] = []
    const telemetry = await startTelemetry({
      service: 'worker',
      exporter,
      otlpEndpoint: endpoint,
      jaegerEndpoint: endpoint,
      onError: (error) => errors.push(error),
    })
    await expect(withSpan('work', {}, () => 'done')).resolves.toBe('done')
    const started = performance.now()
    await telemetry.shutdown()
    expect(performance.now() - started).toBeLessThan(7_000)
    expect(errors).toHaveLength(1)
  }, 15_000)

  test('a collector that never answers does not keep the process', async () => {
    await using collector = await silentServer()
    const script = `
      const { startTelemetry, withSpan } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))})
      const endpoint = 'http://127.0.0.1:${collector.port}'
      const telemetry = await startTelemetry({
        service: 'worker', exporter: '${exporter}', otlpEndpoint: endpoint, jaegerEndpoint: endpoint,
        onError: () => console.log('not sent'),
      })
      await withSpan('work', {}, () => {})
      await telemetry.shutdown()`
    const started = performance.now()
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    expect(stdout).toBe('not sent\n')
    expect(performance.now() - started).toBeLessThan(10_000)
  }, 20_000)
})

test('a failing span is marked, carries no personal data, and the failure passes on', async () => {
  await using sink = await startTraceSink()
  const telemetry = await startTelemetry({
    service: 'gateway',
    exporter: 'otlp',
    otlpEndpoint: sink.otlpEndpoint,
  })
  const work = withSpan('work', {}, () => Promise.reject(new Error('postgres://me:hidden@db failed')))
  await expect(work).rejects.toThrow('hidden')
  await telemetry.shutdown()
  expect(named(sink.spans(), 'work').failed).toBe(true)
  expect(JSON.stringify(sink.spans())).not.toContain('hidden')
})

test('a trace that comes in by traceparent goes on, and so does its decision not to be recorded', async () => {
  await using sink = await startTraceSink()
  const telemetry = await startTelemetry({
    service: 'worker',
    exporter: 'otlp',
    otlpEndpoint: sink.otlpEndpoint,
  })
  const continued = (flags: string) => {
    const traceparent = `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`
    const parent = propagation.extract(ROOT_CONTEXT, { traceparent })
    return context.with(parent, () => withSpan(`flags ${flags}`, {}, () => currentTraceId()))
  }
  expect(await continued('01')).toBe('0af7651916cd43dd8448eb211c80319c')
  expect(await continued('00')).toBe('0af7651916cd43dd8448eb211c80319c')
  await telemetry.shutdown()
  expect(sink.spans().map((span) => [span.name, span.parentSpanId])).toEqual([
    ['flags 01', 'b7ad6b7169203331'],
  ])
})

test('a ratio of 0 records nothing, yet gives ids', async () => {
  await using sink = await startTraceSink()
  const { otlpEndpoint } = sink
  const telemetry = await startTelemetry({
    service: 'gateway',
    exporter: 'otlp',
    otlpEndpoint,
    sampleRatio: 0,
  })
  expect(await tracedRequest()).toMatch(/^[0-9a-f]{32}$/)
  await telemetry.shutdown()
  expect(sink.spans()).toEqual([])
})

test('without an exporter there are trace ids, and they pass on', async () => {
  await using _telemetry = await startTelemetry({ service: 'gateway', exporter: 'none' })
  const carrier: Record<string, string> = {}
  const traceId = await withSpan('request', {}, async () => {
    propagation.inject(context.active(), carrier)
    return withSpan('inner', {}, () => currentTraceId())
  })
  expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
  expect(carrier.traceparent).toContain(traceId)
})

test('a statement outside of any trace makes no span', async () => {
  await using sink = await startTraceSink()
  const telemetry = await startTelemetry({
    service: 'gateway',
    exporter: 'otlp',
    otlpEndpoint: sink.otlpEndpoint,
  })
  recordSqlSpan({ statement: 'select 1', durationMs: 1 })
  await telemetry.shutdown()
  expect(sink.spans()).toEqual([])
})

test('it starts once at a time, and again after its end', async () => {
  const first = await startTelemetry({ service: 'gateway', exporter: 'none' })
  await expect(startTelemetry({ service: 'gateway', exporter: 'none' })).rejects.toThrow('already')
  await first.shutdown()
  await first.shutdown()
  expect(currentTraceId()).toBeUndefined()
  await using _second = await startTelemetry({ service: 'gateway', exporter: 'none' })
  expect(trace.getTracer('test').startSpan('x').spanContext().traceId).not.toMatch(/^0+$/)
})

test.each([
  ['SELECT * FROM "plans"', 'SELECT plans'],
  ['/* why */ -- so\n with x as (select 1) insert into t select * from x', 'WITH'],
  ['update "prices" set "amount" = $1', 'UPDATE prices'],
  ['delete from "public"."prices"', 'DELETE prices'],
  ["select set_config('app.tenant_id', $1, true)", 'SELECT'],
  ['begin', 'BEGIN'],
  ['', 'SQL'],
])('the span of %j is called %j', async (statement, name) => {
  await using sink = await startTraceSink()
  const telemetry = await startTelemetry({
    service: 'worker',
    exporter: 'otlp',
    otlpEndpoint: sink.otlpEndpoint,
  })
  await withSpan('parent', {}, () => recordSqlSpan({ statement, durationMs: 1 }))
  await telemetry.shutdown()
  expect(sink.spans().map((span) => span.name)).toContain(name)
})
