import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChangeStep } from '../../lives/change-step.ts'
import type { EditPrice, Money, PriceTerms, Step, SubscriptionTerms } from '../../lives/step.ts'
import { type Databases, openDatabases } from '../../product/product.ts'
import { inProcess } from '../in-process.ts'
import { playLife } from '../play-life.ts'

/** What a life is about, and its steps. */
export type ShortLife = readonly [string, readonly Step[]]

/** A test of each of them: each step has a place, and product and model agree. */
export function testLives(lives: readonly ShortLife[]): void {
  let database: TestDatabase
  let databases: Databases
  beforeAll(async () => {
    database = await createTestDatabase()
    databases = openDatabases(database)
  })
  afterAll(async () => {
    await databases[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })
  test.for(lives)('%s', async ([, steps]) => {
    const { failure, skipped } = await playLife(inProcess(databases), steps)
    expect(failure).toBeUndefined()
    expect(skipped).toBe(0)
  })
}

export const at = (text: string) => new Date(text).getTime()
export const flat = (amount: string): Money => ({
  model: 'FLAT_FEE',
  amount,
  divideBy: 1,
  round: 'up',
  tiers: [],
})
export const monthly = { period: 'MONTHLY', count: 1, isOnce: false } as const

export function fixed(amount: string): PriceTerms {
  return { ...monthly, type: 'FIXED', cadence: 'ADVANCE', money: flat(amount), meter: null }
}

/** Of the plan's first chain, at work before the life begins. */
export function priceOf(price: PriceTerms): Extract<Step, { kind: 'add-price' }> {
  return { kind: 'add-price', at: at('2026-01-01'), chain: 0, price, start: at('2025-01-01') }
}

export function subscribe(
  when: string,
  changes: Partial<SubscriptionTerms> = {},
): Extract<Step, { kind: 'subscribe' }> {
  const terms: SubscriptionTerms = {
    ...{ period: 'MONTHLY', count: 1, zone: 'UTC', cycle: 'calendar', anchor: null, end: null },
    ...{ start: at(when), trialDays: 0, isProrated: true, ...changes },
  }
  return { kind: 'subscribe', at: at(when), subscription: 0, terms }
}

export function edit(when: string, from: string, amount: string): EditPrice {
  return { kind: 'edit-price', at: at(when), chain: 0, money: flat(amount), from: at(from) }
}

export function change(
  kind: 'pause' | 'resume',
  when: string,
  isProrated: boolean,
): Extract<ChangeStep, { kind: 'pause' | 'resume' }> {
  return { kind, at: at(when), subscription: 0, isBehind: false, when: 'now', isProrated }
}

/** To the second plan, at once. */
export function changePlan(when: string): Extract<ChangeStep, { kind: 'change-plan' }> {
  const how = { plan: 1, when: 'now', isProrated: true, supersedes: false } as const
  return { kind: 'change-plan', at: at(when), subscription: 0, isBehind: false, ...how }
}

export function voidAndReplace(when: string): Step[] {
  return (['void-invoice', 'replace-invoice', 'close-invoice'] as const).map((kind) => {
    return { kind, at: at(when), subscription: 0, back: 0 }
  })
}

export const wait = (until: string): Step => ({ kind: 'wait', at: at(until), leap: false })
