import { createSubscriptionCreationActivities } from '@flexprice/activities/subscription-creation'
import { insertFeature, insertPlan } from '@flexprice/database/catalog'
import { createDatabase, type Database, inTransaction, type Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { createEnvironment, createTenant } from '@flexprice/database/tenancy'
import { aggregationOf, multiplier } from '../lives/step.ts'

/** The product's database, as the services and as the owner of its tables see it. */
export interface Databases extends AsyncDisposable {
  readonly app: Database
  readonly owner: Database
  readonly ownerUrl: string
}

/** One environment of the product, in which one life is lived. */
export interface Product {
  readonly scoped: Scoped
  /** Of the owner of the tables. */
  readonly ownerUrl: string
  readonly planId: string
  /** By the steps' numbers: the first one is `planId`. */
  readonly plans: readonly [string, string]
  /** Ids by the steps' numbers. */
  readonly prices: Map<number, string>
  /** The steps' number of a chain, by the id of its first price. */
  readonly chains: Map<string, number>
  readonly subscriptions: Map<number, string>
  readonly oneOffs: Map<number, string>
  readonly payments: Map<number, string>
  readonly notes: Map<number, string>
  readonly meters: Map<number, { meterId: string; featureId: string }>
  readonly creation: ReturnType<typeof createSubscriptionCreationActivities>
  moveClock(to: number): Promise<void>
}

/** A life does one thing after the other; where several share a handle they take turns. */
const lifePoolSize = 2
/** For lists of all of a life's events, on a machine that is busy with others. */
const statementTimeoutMs = 120_000
/** On such a machine a connection may take long: that is no difference. */
const connectTimeoutMs = 60_000

export function openDatabases(
  { appUrl, ownerUrl }: { appUrl: string; ownerUrl: string },
  poolSizeMax = lifePoolSize,
): Databases {
  const patience = { statementTimeoutMs, connectTimeoutMs }
  const app = createDatabase({ url: appUrl, applicationName: 'simulation', poolSizeMax, ...patience })
  const owner = createDatabase({
    ...{ url: ownerUrl, applicationName: 'simulation-clock', poolSizeMax: 2 },
    ...patience,
  })
  return {
    ...{ app, owner, ownerUrl },
    async [Symbol.asyncDispose]() {
      await Promise.all([app[Symbol.asyncDispose](), owner[Symbol.asyncDispose]()])
    },
  }
}

/** A development environment with a test clock, and a plan without prices. */
export async function createProduct({ app, owner, ownerUrl }: Databases, at: number): Promise<Product> {
  const now = new Date(at)
  const tenant = await createTenant(ownerUrl, { name: 'Simulation' })
  const terms = { tenantId: tenant.id, name: 'Simulation', type: 'development', clockAt: now } as const
  const environment = await createEnvironment(ownerUrl, terms)
  const scope = {
    ...{ tenantId: tenant.id, environmentId: environment.id },
    ...{ userId: 'user_simulation', requestId: 'req_simulation' },
  }
  const scoped = app.scoped(scope)
  const plan = await insertPlan(scoped, { name: 'Simulated' }, now)
  const other = await insertPlan(scoped, { name: 'Simulated beside it' }, now)
  let clockAt = at
  const unheard = { created: () => undefined, itemBroke: () => undefined, activated: () => undefined }
  return {
    ...{
      scoped,
      ownerUrl,
      planId: plan.id,
      plans: [plan.id, other.id],
      prices: new Map(),
      chains: new Map(),
      subscriptions: new Map(),
      oneOffs: new Map(),
      payments: new Map(),
      notes: new Map(),
      meters: new Map(),
    },
    creation: createSubscriptionCreationActivities({ scoped: () => scoped, events: unheard }),
    async moveClock(to) {
      if (to === clockAt) return
      clockAt = to
      await owner
        .scoped(scope)
        .db.updateTable('environments')
        .set({ clock_at: new Date(to) })
        .where('id', '=', scope.environmentId)
        .execute()
    },
  }
}

/** The meter of a number and its feature, made where they are missing. */
export async function meterOf({ scoped, meters }: Product, meter: number, now: Date) {
  const known = meters.get(meter)
  if (known) return known
  const aggregation = aggregationOf(meter)
  const feature = await inTransaction(scoped, (transaction) =>
    insertFeature(
      transaction,
      {
        ...{ name: eventNameOf(meter), type: 'metered' },
        meter: {
          ...{ name: eventNameOf(meter), event_name: eventNameOf(meter), aggregation_type: aggregation },
          field: aggregation === 'COUNT' ? null : 'value',
          multiplier: aggregation === 'SUM_WITH_MULTIPLIER' ? multiplier : null,
          reset_usage: 'BILLING_PERIOD',
        },
      },
      now,
    ),
  )
  const made = { meterId: feature.meter_id ?? '', featureId: feature.id }
  meters.set(meter, made)
  return made
}

export function eventNameOf(meter: number): string {
  return `meter-${meter}`
}

export function customerOf(subscription: number): string {
  return `customer-${subscription}`
}

export async function makeCustomer({ scoped }: Product, subscription: number, now: Date): Promise<void> {
  const name = customerOf(subscription)
  await insertCustomer(scoped, { external_id: name, name }, now)
}

export function subscriptionOf(
  { subscriptions }: Product,
  { subscription }: { subscription: number },
): string {
  const id = subscriptions.get(subscription)
  if (id === undefined) throw new Error(`subscription ${subscription} was not made`)
  return id
}
