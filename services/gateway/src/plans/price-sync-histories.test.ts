import { inTransaction } from '@flexprice/database/connection'
import { type CodedError, isCodedError } from '@flexprice/domain'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf } from '../testing/bill-of-world.ts'
import {
  act,
  type BilledWorld,
  closePeriods,
  dayOf,
  linesOf,
  makeWorld,
  sync,
  toldOf,
  type WorldAct,
} from '../testing/billed-world.ts'

const storiesCount = 20
const seed = 20_260_402
/** Later than all that happens: usage is never too far ahead. */
const clockAt = dayOf(90)
const refusals = new Set([
  'validation_error',
  'invalid_operation',
  'state_conflict',
  'not_found',
  'not_implemented',
  'already_exists',
])

let databases: TestDatabase
beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

const offset = fc.integer({ min: -6, max: 8 })
const place = fc.nat({ max: 3 })
const quantity = fc.nat({ max: 5 }).map(String)
const named = fc.option(fc.nat({ max: 5 }), { freq: 3 })
const lineAct = (kind: 'quantity' | 'end line' | 'override' | 'add line', at: fc.Arbitrary<number>) =>
  fc.record({ kind: fc.constant(kind), subscription: place, chain: place, named, at, quantity })
const anAct: fc.Arbitrary<WorldAct> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      chain: place,
      from: offset,
      amount: fc.integer({ min: 1, max: 40 }).map(String),
      waits: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('end price' as const), chain: place, at: offset }),
  fc.record({
    kind: fc.constant('new price' as const),
    start: offset,
    end: fc.option(fc.integer({ min: 8, max: 16 })),
  }),
  { weight: 4, arbitrary: lineAct('quantity', fc.integer({ min: -4, max: 0 })) },
  lineAct('end line', offset),
  lineAct('override', offset),
  lineAct('add line', offset),
)
const step = fc.record({
  days: fc.nat({ max: 2 }),
  /** One of the two histories has it. */
  syncs: fc.boolean(),
  act: anAct,
})
const story = fc.array(step, { minLength: 8, maxLength: 16, size: 'max' })

/** The act's instants are by days from its own day. */
function onDay(one: WorldAct, day: number): WorldAct {
  if ('from' in one) return { ...one, from: day + one.from }
  if ('at' in one) return { ...one, at: day + one.at }
  return { ...one, start: day + one.start, end: one.end === null ? null : day + one.end }
}

/**
 * In both or in none. Who names a line that a door has told of is refused in both or in none, too; the one at work then
 * may be one that a sync has made.
 */
async function actInBoth(
  worlds: readonly [BilledWorld, BilledWorld],
  one: WorldAct,
  now: Date,
): Promise<boolean> {
  const [often, once] = worlds
  if (one.kind === 'add line' && (await hasLines(often, one)) !== (await hasLines(once, one))) return false
  const before = worlds.map(({ chains }) => chains.map((chain) => [...chain]))
  const outcomes: Outcome[] = []
  try {
    await inTransaction(often.scoped, (first) =>
      inTransaction(once.scoped, async (second) => {
        outcomes.push(await attempt({ ...often, scoped: first }, one, now))
        outcomes.push(await attempt({ ...once, scoped: second }, one, now))
        const refusal = outcomes.find(({ refused }) => refused)?.refused
        if (refusal) throw refusal
      }),
    )
  } catch (error) {
    if (!outcomes.some(({ refused }) => refused === error)) throw error
    for (const [index, { chains }] of worlds.entries())
      chains.splice(0, chains.length, ...(before[index] ?? []))
    if (isOfToldLine(often, one))
      expect(outcomes).toEqual(outcomes.map(() => ({ refused: expect.anything() })))
    return false
  }
  for (const [index, world] of worlds.entries()) {
    const line = outcomes[index]?.line
    if ('subscription' in one && line) toldOf(world, one).push(line)
  }
  return true
}

interface Outcome {
  readonly line?: string | undefined
  readonly refused?: CodedError
}

async function attempt(world: BilledWorld, one: WorldAct, now: Date): Promise<Outcome> {
  try {
    return { line: await act(world, one, now) }
  } catch (error) {
    if (!isCodedError(error) || !refusals.has(error.code)) throw error
    return { refused: error }
  }
}

function isOfToldLine(world: BilledWorld, one: WorldAct): boolean {
  return 'named' in one && one.kind !== 'add line' && one.named !== null && toldOf(world, one).length > 0
}

/** Who adds a line says from when on the subscription has the chain: nothing is left of what a sync would bring. */
async function hasLines(
  { scoped, subscriptionIds, chains }: BilledWorld,
  { subscription, chain }: { subscription: number; chain: number },
): Promise<boolean> {
  const id = subscriptionIds[subscription % subscriptionIds.length] ?? ''
  return (await linesOf(scoped, id, chains[chain % chains.length] ?? [])).length > 0
}

test('how often a sync ran, and when, changes no line and no amount of what is still to be billed', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(story, async (steps) => {
      const often = await makeWorld(await databases.newTenant({ clockAt }))
      const once = await makeWorld(await databases.newTenant({ clockAt }))
      let day = 0
      for (const { days, syncs, act } of steps) {
        day += days
        await closePeriods(often, day)
        await closePeriods(once, day)
        if (syncs) await sync(often, dayOf(day))
        if (await actInBoth([often, once], onDay(act, day), dayOf(day))) taken++
      }
      await sync(often, dayOf(day))
      await sync(once, dayOf(day))
      expect(await billOf(often)).toEqual(await billOf(once))
    }),
    { numRuns: storiesCount, seed },
  )
  expect(taken).toBeGreaterThan(storiesCount * 4)
})
