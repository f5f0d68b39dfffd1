import { describe, expect, test } from 'vitest'
import {
  changedEntitlementTerms,
  type EntitlementChanges,
  newEntitlementTerms,
  usageLimitMax,
  validateEntitlementTerms,
} from './entitlement-terms.ts'
import type { FeatureType } from './feature-terms.ts'

describe('terms of an entitlement', () => {
  const good: ReadonlyArray<[FeatureType, EntitlementChanges]> = [
    ['metered', {}],
    ['metered', { usage_limit: 0 }],
    ['metered', { usage_limit: usageLimitMax, usage_reset_period: 'NEVER', is_soft_limit: true }],
    ['boolean', {}],
    ['boolean', { static_value: '' }],
    ['boolean', { is_enabled: false }],
    ['boolean', { usage_limit: 5, usage_reset_period: 'DAILY' }],
    ['static', { static_value: 'gold' }],
    ['static', { static_value: 'gold', usage_limit: 0, usage_reset_period: 'MONTHLY' }],
    ['config', { config_value: {} }],
    ['config', { config_value: { seats: { max: 5 } } }],
  ]
  test.each(good)('fit a %s feature: %j', (type, given) => {
    expect(validateEntitlementTerms(type, newEntitlementTerms(given))).toEqual([])
  })

  const bad: ReadonlyArray<[FeatureType, EntitlementChanges, string[]]> = [
    ['metered', { usage_limit: -1 }, ['usage_limit']],
    ['metered', { usage_limit: 1.5 }, ['usage_limit']],
    ['metered', { usage_limit: usageLimitMax + 1 }, ['usage_limit']],
    ['metered', { usage_limit: Number.NaN }, ['usage_limit']],
    ['metered', { static_value: 'gold', config_value: {} }, ['static_value', 'config_value']],
    ['boolean', { usage_limit: -5 }, ['usage_limit']],
    ['boolean', { usage_reset_period: 'DAILY', is_soft_limit: true }, ['is_soft_limit']],
    ['static', {}, ['static_value']],
    ['static', { static_value: '' }, ['static_value']],
    ['static', { static_value: 'gold', config_value: {} }, ['config_value']],
    ['config', {}, ['config_value']],
    ['config', { config_value: {}, static_value: 'gold', usage_limit: 1 }, ['usage_limit', 'static_value']],
    ['config', { config_value: {}, usage_reset_period: 'DAILY' }, ['usage_reset_period']],
  ]
  test.each(bad)('do not fit a %s feature: %j', (type, given, paths) => {
    const problems = validateEntitlementTerms(type, newEntitlementTerms(given))
    expect(problems.map(({ path }) => path)).toEqual(paths)
  })

  test('are enabled and without a limit unless told otherwise', () => {
    expect(newEntitlementTerms({})).toMatchObject({
      is_enabled: true,
      usage_limit: null,
      is_soft_limit: false,
    })
  })

  test('change where a change is given; null takes a limit off, undefined leaves it', () => {
    const terms = newEntitlementTerms({ usage_limit: 100, usage_reset_period: 'MONTHLY' })
    expect(changedEntitlementTerms(terms, {})).toEqual(terms)
    expect(changedEntitlementTerms(terms, { usage_limit: undefined, is_enabled: false })).toEqual({
      ...terms,
      is_enabled: false,
    })
    expect(changedEntitlementTerms(terms, { usage_limit: null })).toEqual({ ...terms, usage_limit: null })
  })
})
