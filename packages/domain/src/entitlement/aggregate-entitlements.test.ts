import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  aggregateEntitlements,
  entitlementSources,
  type GrantedEntitlement,
} from './aggregate-entitlements.ts'
import { type EntitlementChanges, newEntitlementTerms } from './entitlement-terms.ts'
import type { FeatureType } from './feature-terms.ts'

type Place = Partial<Pick<GrantedEntitlement, 'id' | 'plan_id' | 'subscription_id' | 'parent_entitlement_id'>>

function entitlement(type: FeatureType, terms: EntitlementChanges, place: Place = {}): GrantedEntitlement {
  return {
    id: 'ent_1',
    plan_id: place.subscription_id ? null : 'plan_1',
    subscription_id: null,
    feature_id: `feat_${type}`,
    feature_type: type,
    parent_entitlement_id: null,
    ...newEntitlementTerms(terms),
    ...place,
  }
}

function aggregateOf(type: FeatureType, terms: readonly EntitlementChanges[]) {
  const sources = terms.map((one) => ({ subscription_id: 'subs_1', entitlement: entitlement(type, one) }))
  return aggregateEntitlements(sources)[0]?.aggregated
}

describe('entitlements to one feature', () => {
  test.each([
    ['add up their limits', [{ usage_limit: 100 }, { usage_limit: 50 }], { usage_limit: 150 }],
    ['have no limit when one has none', [{ usage_limit: 100 }, {}], { usage_limit: null }],
    ['keep a limit of nothing', [{ usage_limit: 0 }], { is_enabled: true, usage_limit: 0 }],
    [
      'do not count what is disabled, be it without a limit',
      [{ usage_limit: 100 }, { is_enabled: false }, { is_enabled: false, usage_limit: 7 }],
      { is_enabled: true, usage_limit: 100 },
    ],
    ['grant nothing when all are disabled', [{ is_enabled: false }], { is_enabled: false, usage_limit: 0 }],
    [
      'are soft when one is',
      [{ usage_limit: 1, is_soft_limit: true }, { usage_limit: 1 }],
      { is_soft_limit: true },
    ],
    [
      'are not soft by a disabled one',
      [{ is_soft_limit: true, is_enabled: false }, {}],
      { is_soft_limit: false },
    ],
    [
      'share the period that all have',
      [{ usage_reset_period: 'DAILY' }, { usage_reset_period: 'DAILY' }],
      { usage_reset_period: 'DAILY' },
    ],
    [
      'have no common period when they differ',
      [{ usage_reset_period: 'DAILY' }, { usage_reset_period: 'NEVER' }],
      { usage_reset_period: null },
    ],
  ] satisfies ReadonlyArray<[string, EntitlementChanges[], object]>)('%s', (_what, terms, expected) => {
    expect(aggregateOf('metered', terms)).toMatchObject(expected)
  })

  test('of a boolean feature enable it when one does', () => {
    expect(aggregateOf('boolean', [{ is_enabled: false }, { is_enabled: true }])?.is_enabled).toBe(true)
    expect(aggregateOf('boolean', [{ is_enabled: false }])?.is_enabled).toBe(false)
  })

  test('of static and config features list each value once, but no disabled one', () => {
    const values = ['gold', 'silver', 'gold'].map((static_value) => ({ static_value }))
    const off = { static_value: 'off', is_enabled: false }
    expect(aggregateOf('static', [...values, off])?.static_values).toEqual(['gold', 'silver'])
    const configs = [{ a: 1 }, { a: 2 }, { a: 1 }].map((config_value) => ({ config_value }))
    expect(aggregateOf('config', configs)?.config_values).toEqual([{ a: 1 }, { a: 2 }])
  })

  test('add up alike in any order, to a number that holds the sum exactly', () => {
    const one = fc.record({
      is_enabled: fc.boolean(),
      usage_limit: fc.option(fc.integer({ min: 0, max: 1_000_000_000_000 })),
    })
    const lists = fc.array(one, { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(lists, lists, (left, right) => {
        const sum = aggregateOf('metered', [...left, ...right])
        expect(aggregateOf('metered', [...right, ...left])).toEqual(sum)
        const parts = [aggregateOf('metered', left), aggregateOf('metered', right)]
        expect(sum?.is_enabled).toBe(parts.some((part) => part?.is_enabled))
        const limits = parts.map((part) => part?.usage_limit ?? null)
        const [a = null, b = null] = limits
        expect(sum?.usage_limit).toBe(a === null || b === null ? null : a + b)
      }),
      { seed: 11 },
    )
  })
})

describe('the sources of subscriptions', () => {
  const planned = entitlement('metered', { usage_limit: 100 }, { id: 'ent_plan' })
  const own: Place = { subscription_id: 'subs_2', plan_id: null }
  const subscriptions = ['subs_1', 'subs_2'].map((id) => ({ id, plan_id: 'plan_1' }))
  const limitOf = (entitlements: readonly GrantedEntitlement[]) =>
    aggregateEntitlements(entitlementSources(subscriptions, entitlements))[0]?.aggregated.usage_limit

  test("are the plan's for each of its subscriptions", () => {
    expect(limitOf([planned])).toBe(200)
    expect(entitlementSources(subscriptions, [planned])).toEqual([
      { subscription_id: 'subs_1', entitlement: planned },
      { subscription_id: 'subs_2', entitlement: planned },
    ])
  })

  test("add a subscription's own, which replaces the plan's when it names it as its parent", () => {
    expect(limitOf([planned, entitlement('metered', { usage_limit: 5 }, { ...own, id: 'ent_2' })])).toBe(205)
    const override = { ...own, id: 'ent_2', parent_entitlement_id: planned.id }
    expect(limitOf([planned, entitlement('metered', { usage_limit: 5 }, override)])).toBe(105)
    expect(limitOf([planned, entitlement('metered', { is_enabled: false }, override)])).toBe(100)
    expect(limitOf([entitlement('metered', { usage_limit: 5 }, override)])).toBe(5)
  })

  test('are none of another plan or subscription', () => {
    const others = [
      entitlement('metered', {}, { id: 'ent_3', plan_id: 'plan_2' }),
      entitlement('metered', {}, { id: 'ent_4', subscription_id: 'subs_3', plan_id: null }),
    ]
    expect(entitlementSources(subscriptions, others)).toEqual([])
  })

  test('are grouped by feature', () => {
    const entitlements = [planned, entitlement('boolean', {}, { id: 'ent_5' })]
    const features = aggregateEntitlements(entitlementSources(subscriptions, entitlements))
    expect(
      features.map(({ feature_id, feature_type, sources }) => [feature_id, feature_type, sources.length]),
    ).toEqual([
      ['feat_metered', 'metered', 2],
      ['feat_boolean', 'boolean', 2],
    ])
  })
})
