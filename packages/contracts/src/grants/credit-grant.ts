import { isPositive, isStorable, readDecimal } from '@flexprice/domain/money'
import { billingPeriodCountMax, recurringPeriods } from '@flexprice/domain/time'
import { conversionRateProblem, grantDurationMax, grantProblems } from '@flexprice/domain/wallet'
import { z } from 'zod'
import { creditCount } from '../wallets/credit-count.ts'
import { decimalString } from '../wire/decimal-string.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { recordFields, recordStatus } from '../wire/record-fields.ts'
import { listOf } from '../wire/search.ts'
import { identifier, name } from '../wire/text.ts'

const priorityMax = 2_147_483_647

const grantScope = z.enum(['PLAN', 'SUBSCRIPTION', 'ADDON'])
const grantCadence = z.enum(['ONETIME', 'RECURRING'])
const expirationType = z.enum(['NEVER', 'DURATION', 'BILLING_CYCLE'])
const expirationUnit = z.enum(['DAY', 'WEEK', 'MONTH', 'YEAR'])
const grantPeriod = z.enum(recurringPeriods)
const prorationBehavior = z.enum(['create_prorations', 'none'])

/** As many as a wallet can count. */
const grantedCredits = creditCount
  .refine((credits) => isPositive(readDecimal(credits)), 'must be greater than 0')
  .refine((credits) => isStorable(readDecimal(credits)), 'has more digits than credits may have')

/** Of a plan's grant the currency is not known: the one with the smallest unit must do. */
const rate = decimalString.refine(
  (value) => conversionRateProblem(readDecimal(value), 'clf') === undefined,
  'must be more than 0 and at most 10000',
)

/** Without defaults, as a subscription's request is told from another one by what it says. */
export const creditGrantFields = z.strictObject({
  name: name.min(1),
  scope: notBuiltValues(grantScope, ['ADDON']),
  plan_id: identifier.optional(),
  subscription_id: identifier.optional(),
  addon_id: notBuilt(identifier),
  cadence: grantCadence,
  /** Of a whole period. */
  credits: grantedCredits,
  period: grantPeriod.optional(),
  period_count: z.int().min(1).max(billingPeriodCountMax).optional(),
  /** Whether a period that is cut short gives its share alone, which is so unless said otherwise. */
  proration_behavior: prorationBehavior.optional(),
  /** Of the wallet that it goes into: 1 unless said otherwise. */
  conversion_rate: rate.optional(),
  topup_conversion_rate: rate.optional(),
  priority: z.int().min(0).max(priorityMax).optional(),
  expiration_type: expirationType.optional(),
  expiration_duration: z.int().min(1).max(grantDurationMax).optional(),
  expiration_duration_unit: expirationUnit.optional(),
  start_date: instant.optional(),
  end_date: instant.optional(),
  metadata: metadata.optional(),
})
type CreditGrantFields = z.output<typeof creditGrantFields>

const fittingGrant = creditGrantFields.check(({ value, issues }) => {
  for (const { path, message } of grantProblems(value)) {
    issues.push({ code: 'custom', input: value, path: [path], message })
  }
})

/** A grant of a plan, or of a subscription that is there. */
export const createCreditGrantRequest = fittingGrant.check(({ value, issues }) => {
  const refuse = (path: string, message: string) =>
    issues.push({ code: 'custom', input: value, path: [path], message })
  const owners = { PLAN: 'plan_id', SUBSCRIPTION: 'subscription_id', ADDON: 'addon_id' } as const
  for (const [scope, field] of Object.entries(owners)) {
    if (value.scope === scope && !value[field]) refuse(field, `comes with scope ${scope}`)
    if (value.scope !== scope && value[field]) refuse(field, `comes with scope ${scope} alone`)
  }
})
export type CreateCreditGrantRequest = z.output<typeof createCreditGrantRequest>

/** A grant that a subscription begins with: it has no id as yet that could be named. */
export const subscriptionCreditGrant = fittingGrant.check(({ value, issues }) => {
  const refuse = (path: string, message: string) =>
    issues.push({ code: 'custom', input: value, path: [path], message })
  if (value.scope !== 'SUBSCRIPTION')
    refuse('scope', 'must be SUBSCRIPTION: it is of the subscription that is made')
  if (value.plan_id) refuse('plan_id', 'comes with scope PLAN alone')
  if (value.subscription_id) refuse('subscription_id', 'is that of the subscription that is made')
})

/** What is left out stays. What is given, and when, never changes: it is another grant. */
export const updateCreditGrantRequest = z.strictObject({
  name: name.min(1).optional(),
  metadata: metadata.optional(),
  end_date: instant.optional(),
})

export const deleteCreditGrantRequest = z.strictObject({
  /** From then on nothing falls due; now unless said otherwise. */
  effective_date: instant.optional(),
})

/** What a request says, its defaults filled in, as it is kept. */
export function grantColumns(asked: Omit<CreditGrantFields, 'scope'>) {
  const conversion_rate = asked.conversion_rate ?? '1'
  const isRecurring = asked.cadence === 'RECURRING'
  return {
    name: asked.name,
    credits: asked.credits,
    cadence: asked.cadence,
    period: asked.period ?? null,
    period_count: isRecurring ? (asked.period_count ?? 1) : null,
    proration_behavior: asked.proration_behavior ?? 'create_prorations',
    conversion_rate,
    topup_conversion_rate: asked.topup_conversion_rate ?? conversion_rate,
    priority: asked.priority ?? null,
    expiration_type: asked.expiration_type ?? 'NEVER',
    expiration_duration: asked.expiration_duration ?? null,
    expiration_duration_unit: asked.expiration_duration_unit ?? null,
    start_date: asked.start_date ?? null,
    end_date: asked.end_date ?? null,
    metadata: asked.metadata ?? {},
  }
}

/** Credits and rates are decimal texts. */
export const creditGrantResponse = z
  .object({
    ...recordFields,
    name: z.string(),
    scope: grantScope,
    plan_id: z.string().optional(),
    subscription_id: z.string().optional(),
    addon_id: z.string().optional(),
    cadence: grantCadence,
    credits: z.string(),
    period: grantPeriod.optional(),
    period_count: z.int().optional(),
    conversion_rate: z.string(),
    topup_conversion_rate: z.string(),
    priority: z.int().optional(),
    expiration_type: expirationType,
    expiration_duration: z.int().optional(),
    expiration_duration_unit: expirationUnit.optional(),
    start_date: instant.optional(),
    end_date: instant.optional(),
    /** Of a subscription's grant the subscription's anchor; a plan's falls due on each subscription's own. */
    credit_grant_anchor: instant.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    /** Ours: the contract has it in the request alone. */
    proration_behavior: prorationBehavior,
  })
  .meta({ id: 'CreditGrantResponse' })
export type CreditGrantResponse = z.output<typeof creditGrantResponse>

export const listCreditGrantsResponse = listOf(creditGrantResponse).meta({ id: 'ListCreditGrantsResponse' })

export const creditGrantApplicationResponse = z
  .object({
    ...recordFields,
    credit_grant_id: z.string(),
    subscription_id: z.string(),
    application_status: z.enum(['applied', 'failed', 'pending', 'skipped', 'cancelled']),
    application_reason: z.enum([
      'first_time_recurring_credit_grant',
      'recurring_credit_grant',
      'onetime_credit_grant',
    ]),
    credits: z.string(),
    /** The instant at which it falls due. */
    scheduled_for: instant.meta({ type: 'string', format: undefined }),
    period_start: instant,
    period_end: instant.optional(),
    subscription_status_at_application: z
      .enum(['active', 'paused', 'cancelled', 'incomplete', 'trialing', 'draft'])
      .optional(),
    applied_at: instant.optional(),
    failure_reason: z.string().optional(),
    idempotency_key: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    retry_count: z.int().optional(),
    status: recordStatus,
  })
  .meta({ id: 'CreditGrantApplicationResponse' })
export type CreditGrantApplicationResponse = z.output<typeof creditGrantApplicationResponse>

export const listCreditGrantApplicationsResponse = listOf(creditGrantApplicationResponse).meta({
  id: 'ListCreditGrantApplicationsResponse',
})
