import { type DecodedSpan, startTraceSink, type TraceSink } from '@flexprice/observability/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { ApiClient } from './api-client.ts'
import { makePlan } from './plan-under-test.ts'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

const exportTimeoutMs = 15_000
const sqlStatementsMax = 5

const request = 'gateway POST /v1/plans/:id/sync/subscriptions'
const start = 'gateway SignalWithStartWorkflow:PriceSyncWorkflow'
const activity = 'worker-price-sync RunActivity:'

test.each(['otlp', 'jaeger'])(
  '%s: one trace from the request through the start and each activity to each SQL statement, its id in the answer and the logs',
  async (exporter) => {
    await using sink = await startTraceSink()
    await using stack = await startTracedStack(sink, exporter)
    const { planId, addPrices } = await makePlan(stack, 100)
    await addPrices(2)
    const traceId = await tracedSync(stack.api, planId)
    const spans = await spansOf(sink, traceId, `${activity}completePriceSync`)
    const nameOf = new Map(spans.map((span) => [span.spanId, `${span.service} ${span.name}`]))
    const edges = spans.map(({ spanId, parentSpanId, attributes }) => {
      const parent = parentSpanId === undefined ? 'none' : (nameOf.get(parentSpanId) ?? 'lost')
      const name = 'db.query.text' in attributes ? 'SQL' : (nameOf.get(spanId) ?? '')
      return `${parent} → ${name}`
    })
    expect(new Set(edges)).toEqual(
      new Set([
        `none → ${request}`,
        `${request} → SQL`,
        `${request} → ${start}`,
        ...['beginPriceSync', 'syncPriceSlice', 'completePriceSync'].flatMap((name) => [
          `${start} → ${activity}${name}`,
          `${activity}${name} → SQL`,
        ]),
      ]),
    )
    expect(edges.filter((edge) => edge === `${start} → ${activity}syncPriceSlice`)).toHaveLength(2)
    expect(spans.filter(({ failed }) => failed)).toEqual([])
    expect(lineOf(stack.worker, 'price-sync-completed', traceId)).toMatchObject({
      'labels.tenant_id': stack.scoped.scope.tenantId,
      'labels.workflow_id': expect.stringContaining(planId),
    })
    expect(lineOf(stack.gateway, 'request', traceId)).toMatchObject({
      'url.path': `/v1/plans/${planId}/sync/subscriptions`,
    })
  },
)

test('a sync that finds nothing to do takes at most five SQL statements, the transaction included', async () => {
  await using sink = await startTraceSink()
  await using stack = await startTracedStack(sink, 'otlp')
  const { planId, addPrices } = await makePlan(stack, 100)
  await addPrices(2)
  await tracedSync(stack.api, planId)
  const traceId = await tracedSync(stack.api, planId)
  const spans = await spansOf(sink, traceId, `${activity}beginPriceSync`)
  const statements = spans.flatMap(({ attributes }) => attributes['db.query.text'] ?? [])
  expect(statements.length, statements.join('\n')).toBeGreaterThan(0)
  expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(sqlStatementsMax)
})

function startTracedStack(sink: TraceSink, exporter: string): Promise<StackUnderTest> {
  const environment = {
    TRACES_EXPORTER: exporter,
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.otlpEndpoint,
    JAEGER_ENDPOINT: sink.jaegerEndpoint,
  }
  return startStack({ environment })
}

/** Syncs the plan to the end; the trace's id, as the answer to the request names it. */
async function tracedSync(api: ApiClient, planId: string): Promise<string> {
  const { status, body, headers } = await api.call('POST', `/plans/${planId}/sync/subscriptions`)
  expect(status).toBe(200)
  await api.result(z.object({ workflow_id: z.string(), run_id: z.string() }).parse(body))
  return headers.get('x-trace-id') ?? ''
}

/** A process sends its spans in the order of their ends: with the last one of each all are there. */
async function spansOf(sink: TraceSink, traceId: string, last: string): Promise<DecodedSpan[]> {
  const inTrace = (spans: readonly DecodedSpan[]) => spans.filter((span) => span.traceId === traceId)
  const spans = await sink.waitFor((all) => {
    const names = inTrace(all).map(({ service, name }) => `${service} ${name}`)
    return names.includes(request) && names.includes(last)
  }, exportTimeoutMs)
  return inTrace(spans)
}

const logLine = z.looseObject({ 'event.action': z.string().optional(), 'trace.id': z.string().optional() })

function lineOf(service: { logLines(): readonly string[] }, action: string, traceId: string): unknown {
  return service
    .logLines()
    .map((line) => logLine.parse(JSON.parse(line)))
    .find((line) => line['event.action'] === action && line['trace.id'] === traceId)
}
