import { startTelemetry } from '@flexprice/observability'
import { startTraceSink } from '@flexprice/observability/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let sink: Awaited<ReturnType<typeof startTraceSink>>
let telemetry: Awaited<ReturnType<typeof startTelemetry>>
let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  sink = await startTraceSink()
  telemetry = await startTelemetry({ service: 'gateway', exporter: 'otlp', otlpEndpoint: sink.otlpEndpoint })
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await telemetry.shutdown()
  await sink.close()
})

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentSpanId = '00f067aa0ba902b7'

test("a caller's request id is echoed where it is sane, else one is made", async () => {
  for (const given of ['abc-123', 'a/b:c.d=']) {
    const { headers } = await gateway.app.inject({ url: '/health/live', headers: { 'x-request-id': given } })
    expect(headers['x-request-id']).toBe(given)
  }
  for (const given of ['', 'a b', '<script>', 'x'.repeat(129)]) {
    const { headers } = await gateway.app.inject({ url: '/health/live', headers: { 'x-request-id': given } })
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-f-]{36}$/)
  }
})

test('every answer of the API has both ids: success, refusal, unknown route', async () => {
  for (const url of ['/v1/plans/plan_x', '/nope', '/openapi.json']) {
    const { headers } = await gateway.app.inject({ url })
    expect(headers).toMatchObject({
      'x-request-id': expect.any(String),
      'x-trace-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  }
})

test("the caller's trace is continued through the request with its body to the SQL", async () => {
  const response = await gateway.app.inject({
    method: 'POST',
    url: '/v1/plans',
    headers: {
      'x-api-key': caller.apiKey,
      traceparent: `00-${traceId}-${parentSpanId}-01`,
      'x-request-id': 'traced',
    },
    payload: { name: 'Traced' },
  })
  expect(response.headers['x-trace-id']).toBe(traceId)
  const isInsert = ({ name, attributes }: { name: string; attributes: object }) =>
    /insert/i.test(name + JSON.stringify(attributes))
  const spans = await sink.waitFor((all) => {
    const own = all.filter((span) => span.traceId === traceId)
    return own.some((span) => span.name === 'POST /v1/plans') && own.some(isInsert)
  }, 15_000)
  const own = spans.filter((span) => span.traceId === traceId)
  const request = own.find((span) => span.name === 'POST /v1/plans')
  expect(request).toMatchObject({ parentSpanId, failed: false })
  expect(own.find(isInsert)).toMatchObject({ parentSpanId: request?.spanId })
})

test("a request's span has neither the query nor what the log redacts", async () => {
  const hidden = ['ada@example.com', 'hidden-in-the-query']
  const response = await gateway.app.inject({
    url: `/v1/customers/external/${hidden[0]}?expand=${hidden[1]}`,
    headers: { 'x-api-key': caller.apiKey },
  })
  const spans = await sink.waitFor(
    (all) =>
      all.some(
        (span) => span.traceId === response.headers['x-trace-id'] && span.name.includes('/v1/customers/'),
      ),
    15_000,
  )
  const own = JSON.stringify(spans.filter((span) => span.traceId === response.headers['x-trace-id']))
  expect(own).toContain('/v1/customers/external/[redacted]')
  for (const text of [...hidden, caller.apiKey]) expect(own).not.toContain(text)
})

test('the line of the request has its ids, and no secret', () => {
  const line = gateway.logLines
    .map((text) => JSON.parse(text))
    .find((one) => one['http.request.id'] === 'traced')
  expect(line).toMatchObject({
    'trace.id': traceId,
    'http.route': '/v1/plans',
    'http.response.status_code': 201,
    'labels.tenant_id': caller.scoped.scope.tenantId,
    'labels.environment_id': caller.scoped.scope.environmentId,
  })
  expect(gateway.logLines.join('')).not.toContain(caller.apiKey)
})
