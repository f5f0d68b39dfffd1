import { expect, test } from 'vitest'
import { startGateway } from '../testing/gateway-under-test.ts'

test('requests are counted by route and status, and no id or tenant is in a label', async () => {
  await using gateway = await startGateway()
  const caller = await gateway.newCaller()
  await caller.call('GET', '/plans/plan_x')
  await gateway.app.inject({ url: '/nothing/here' })
  const body = await gateway.metrics()
  expect(body).toMatch(/http_request_duration_seconds_count\{.*route="\/v1\/plans\/:id",status="404"\} 1/)
  expect(body).toMatch(/http_request_duration_seconds_count\{.*route="unknown",status="404"\} 1/)
  expect(body).toMatch(/database_connections\{.*state="total".*\} \d/)
  expect(body).not.toContain('plan_x')
  expect(body).not.toContain(caller.scoped.scope.tenantId)
})

test('the backlog of each queue can be seen, and is absent while Temporal is away', async () => {
  await using gateway = await startGateway()
  const body = await gateway.metrics()
  for (const name of ['task_queue_backlog', 'task_queue_oldest_seconds', 'task_queue_pollers']) {
    expect(linesOf(body, name)).toContainEqual(
      expect.stringMatching(/queue="PriceSyncWorkflowTaskQueue".*\} \d/),
    )
  }
  await using without = await startGateway({ temporalAddress: '127.0.0.1:1' })
  expect(linesOf(await without.metrics(), 'task_queue_backlog')).toEqual([])
})

function linesOf(body: string, name: string): string[] {
  return body.split('\n').filter((line) => line.startsWith(`${name}{`))
}
