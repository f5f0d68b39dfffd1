import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { type NewEvent, postgresEventStore } from '@flexprice/database/events'
import { createTestDatabase } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'
import { createEventIntake, intakeLimits } from './event-intake.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

const store = postgresEventStore
const { database } = stack
const event = (eventId: string, properties: NewEvent['properties'] = {}): NewEvent => ({
  eventId,
  eventName: 'n',
  externalCustomerId: 'c',
  customerId: null,
  timestamp: null,
  source: null,
  properties,
})

async function idsOf(scoped: Scoped): Promise<string[]> {
  const rows = await scoped.db.selectFrom('events').select('event_id').orderBy('event_id').execute()
  return rows.map(({ event_id }) => event_id)
}

/** Holds the ids, so that whoever sends them waits, until it is ended. */
async function hold(scoped: Scoped, ids: readonly string[]): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const holding = inTransaction(scoped, async (transaction) => {
    await store.append(
      transaction,
      ids.map((id) => event(id)),
    )
    held.resolve()
    await end.promise
  })
  await held.promise
  return async () => {
    end.resolve()
    await holding
  }
}

test('an environment whose writes wait for a lock holds up nobody else', async () => {
  const [stuck, free] = [await stack.newTenant(), await stack.newTenant()]
  const release = await hold(stuck, ['a', 'b'])
  const intake = createEventIntake(
    { database, store },
    { ...intakeLimits, batchEventsMax: 1, inFlightMax: 5 },
  )
  const waiting = Promise.all(['a', 'b', 'd', 'e'].map((id) => intake.add(stuck.scope, [event(id)])))
  for (const id of ['1', '2', '3']) {
    expect(await intake.add(free.scope, [event(id)])).toEqual({
      duplicates: [],
      conflicts: [],
      tooFarAhead: [],
      contradicting: [],
    })
  }
  await release()
  expect((await waiting).map(({ duplicates }) => duplicates)).toEqual([[0], [0], [], []])
  expect(await idsOf(stuck)).toEqual(['a', 'b', 'd', 'e'])
  expect(await idsOf(free)).toEqual(['1', '2', '3'])
})

test('an event that PostgreSQL refuses fails its own request, not those it was gathered with', async () => {
  const scoped = await stack.newTenant()
  const intake = createEventIntake({ database, store })
  const outcomes = await Promise.allSettled([
    intake.add(scoped.scope, [event('a'), event('b')]),
    intake.add(scoped.scope, [event('bad', { text: 'a\u0000b' })]),
    intake.add(scoped.scope, [event('b'), event('c')]),
  ])
  expect(outcomes).toMatchObject([
    { status: 'fulfilled', value: { duplicates: [] } },
    { status: 'rejected', reason: { code: 'validation_error' } },
    { status: 'fulfilled', value: { duplicates: [0] } },
  ])
  expect(await idsOf(scoped)).toEqual(['a', 'b', 'c'])
})

test('each request learns of its own events, by their positions in it', async () => {
  const scoped = await stack.newTenant()
  const intake = createEventIntake({ database, store })
  const ahead = { ...event('ahead'), timestamp: '2999-01-01T00:00:00Z' }
  const outcomes = await Promise.all([
    intake.add(scoped.scope, [event('a')]),
    intake.add(scoped.scope, [ahead, event('a'), event('b')]),
    intake.add(scoped.scope, [event('c'), event('b'), ahead]),
  ])
  expect(outcomes).toEqual([
    { duplicates: [], conflicts: [], tooFarAhead: [], contradicting: [] },
    { duplicates: [1], conflicts: [], tooFarAhead: [0], contradicting: [] },
    { duplicates: [1], conflicts: [], tooFarAhead: [2], contradicting: [] },
  ])
})

test('a thousand requests of many environments at once are all written', async () => {
  const tenants = await Promise.all(Array.from({ length: 10 }, () => stack.newTenant()))
  const intake = createEventIntake({ database, store }, { ...intakeLimits, batchEventsMax: 7 })
  await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => {
      const scope = tenants[index % tenants.length]?.scope
      if (!scope) throw new Error('one of ten')
      return intake.add(scope, [event(`e-${index}`)])
    }),
  )
  for (const scoped of tenants) expect(await idsOf(scoped)).toHaveLength(100)
})
