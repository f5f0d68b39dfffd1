import { createTestDatabase, startTcpProxy } from '@flexprice/testing'
import { expect, test, vi } from 'vitest'
import { startGateway } from '../testing/gateway-under-test.ts'

test('503 with Retry-After while PostgreSQL is away, through both doors; nothing is half done, and it goes on after', async () => {
  await using testDatabase = await createTestDatabase()
  const direct = new URL(testDatabase.appUrl)
  await using proxy = await startTcpProxy(direct.host)
  const through = new URL(direct)
  through.host = proxy.address
  await using gateway = await startGateway({ testDatabase, databaseUrl: through.href })
  const caller = await gateway.newCaller()
  const event = (id: string) => ({ event_name: 'n', external_customer_id: 'c', event_id: id })
  const sendAll = () =>
    Promise.all([
      ...['a', 'b', 'c'].map((id) => caller.call('POST', '/events', event(id))),
      caller.call('POST', '/events/bulk', { events: ['c', 'd', 'e'].map(event) }),
    ])
  const ids = async () => {
    const query = caller.scoped.db.selectFrom('events').select('event_id').orderBy('event_id')
    return (await query.execute()).map((row) => row.event_id)
  }
  expect(await caller.call('POST', '/events', event('before'))).toMatchObject({ status: 202 })

  await proxy.cut()
  for (const answer of await sendAll()) {
    expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable' } })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  }
  expect(await ids()).toEqual(['before'])

  await proxy.mend()
  await vi.waitUntil(async () => (await sendAll()).every(({ status }) => status === 202), { timeout: 10_000 })
  expect(await ids()).toEqual(['a', 'b', 'before', 'c', 'd', 'e'])
})
