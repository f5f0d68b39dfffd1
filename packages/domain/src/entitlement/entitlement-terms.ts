import type { FieldProblem } from '../errors.ts'
import type { FeatureType } from './feature-terms.ts'

export const allowanceResets = [
  'MONTHLY',
  'ANNUAL',
  'WEEKLY',
  'DAILY',
  'QUARTERLY',
  'HALF_YEARLY',
  'NEVER',
] as const
export type AllowanceReset = (typeof allowanceResets)[number]

/** What an entitlement grants of its feature; what a kind of feature does not have is null, a soft limit false. */
export interface EntitlementTerms {
  readonly is_enabled: boolean
  /** Null: no limit (billing rules, section 4). */
  readonly usage_limit: number | null
  /** Null: with the subscription's billing period. */
  readonly usage_reset_period: AllowanceReset | null
  readonly is_soft_limit: boolean
  readonly static_value: string | null
  readonly config_value: Readonly<Record<string, unknown>> | null
}

/** Some of the terms: what is left out, or undefined, stays as it is. */
export type EntitlementChanges = {
  readonly [Term in keyof EntitlementTerms]?: EntitlementTerms[Term] | undefined
}

/** Enabled and without a limit. */
const defaultTerms: EntitlementTerms = {
  is_enabled: true,
  usage_limit: null,
  usage_reset_period: null,
  is_soft_limit: false,
  static_value: null,
  config_value: null,
}

export function newEntitlementTerms(given: EntitlementChanges): EntitlementTerms {
  return changedEntitlementTerms(defaultTerms, given)
}

export function changedEntitlementTerms(
  terms: EntitlementTerms,
  changes: EntitlementChanges,
): EntitlementTerms {
  const pick = <Term extends keyof EntitlementTerms>(term: Term): EntitlementTerms[Term] => {
    const change: EntitlementTerms[Term] | undefined = changes[term]
    return change === undefined ? terms[term] : change
  }
  return {
    is_enabled: pick('is_enabled'),
    usage_limit: pick('usage_limit'),
    usage_reset_period: pick('usage_reset_period'),
    is_soft_limit: pick('is_soft_limit'),
    // The empty text is none: it comes from clients that send every field.
    static_value: pick('static_value') || null,
    config_value: pick('config_value'),
  }
}

/** Of one entitlement; thousands of them still add up to a whole number that JSON holds exactly. */
export const usageLimitMax = 1_000_000_000_000

/**
 * Everything that is wrong with an entitlement to a feature of that type, empty when nothing is. A term
 * that the type does not have is refused, never ignored. FlexPrice's clients send a limit and its reset with
 * boolean and static features, too: it is kept and shown, and counts nothing.
 */
export function validateEntitlementTerms(type: FeatureType, terms: EntitlementTerms): FieldProblem[] {
  const problems: FieldProblem[] = []
  const add = (path: string, message: string) => problems.push({ path, message })
  const { usage_limit: limit } = terms
  const notMetered = `is for metered features, and this one is ${type}`
  if (type === 'config' && limit !== null) add('usage_limit', notMetered)
  if (type === 'config' && terms.usage_reset_period !== null) add('usage_reset_period', notMetered)
  if (type !== 'metered' && terms.is_soft_limit) add('is_soft_limit', notMetered)
  if (
    type !== 'config' &&
    limit !== null &&
    !(Number.isInteger(limit) && limit >= 0 && limit <= usageLimitMax)
  ) {
    add('usage_limit', `must be a whole number from 0 to ${usageLimitMax}`)
  }
  if (type === 'static' && !terms.static_value) add('static_value', 'is required for a static feature')
  if (type !== 'static' && terms.static_value) {
    add('static_value', `is for static features, and this one is ${type}`)
  }
  if (type === 'config' && terms.config_value === null) {
    add('config_value', 'is required for a config feature')
  }
  if (type !== 'config' && terms.config_value !== null) {
    add('config_value', `is for config features, and this one is ${type}`)
  }
  return problems
}
