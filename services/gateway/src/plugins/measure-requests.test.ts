import { expect, test } from 'vitest'
import { startGateway } from '../testing/gateway-under-test.ts'

test('requests are counted by route and status, and no id or tenant is in a label', async () => {
  await using gateway = await startGateway()
  const caller = await gateway.newCaller()
  await caller.call('GET', '/plans/plan_x')
  await gateway.app.inject({ url: '/nothing/here' })
  const { body, headers } = await gateway.app.inject({ url: '/metrics' })
  expect(headers['content-type']).toContain('text/plain')
  expect(body).toMatch(/http_request_duration_seconds_count\{.*route="\/v1\/plans\/:id",status="404"\} 1/)
  expect(body).toMatch(/http_request_duration_seconds_count\{.*route="unknown",status="404"\} 1/)
  expect(body).toMatch(/database_connections\{.*state="total".*\} \d/)
  expect(body).not.toContain('plan_x')
  expect(body).not.toContain(caller.scoped.scope.tenantId)
})
