import type { Operation } from '@flexprice/contracts/wire'
import { priceBody } from '@flexprice/testing'
import type { DoorWorld, RecordKind } from './door-world.ts'
import { type Door, type JsonSchema, partSchema } from './doors.ts'
import { meteredFeatureBody, usageOf } from './metered-feature.ts'

export type RequestParts = Readonly<Record<Door['part'], unknown>>

/** A request of the operation that has no fault, about the records of the world, and new where it makes something. */
export function validRequest(operation: Operation, world: DoorWorld): RequestParts {
  const sampled = (part: Door['part']) => {
    const schema = partSchema(operation, part)
    return schema === undefined ? undefined : sample(schema, '', { operation, world })
  }
  const body = bodies[operation.operationId]?.(world, String(++requests))
  return {
    params: sampled('params'),
    querystring: queries[operation.operationId]?.(world) ?? sampled('querystring'),
    body: body ?? sampled('body'),
  }
}

let requests = 0

/** The request with another value at the door; what lies around it there is made where it is missing. */
export function withValue(request: RequestParts, door: Door, value: unknown, world: DoorWorld): RequestParts {
  const schema = partSchema(door.operation, door.part) ?? {}
  return {
    ...request,
    [door.part]: placed(request[door.part], { schema, path: door.path, value }, { ...door, world }),
  }
}

interface Place {
  readonly schema: JsonSchema
  readonly path: Door['path']
  readonly value: unknown
}

function placed(whole: unknown, { schema, path, value }: Place, about: About): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  const within = whole ?? sample(schema, '', about)
  const inner = innerSchema(schema, step)
  const place = { schema: inner, path: rest, value }
  if (Array.isArray(within)) return [placed(within[0] ?? sample(inner, '', about), place, about)]
  const fields: Record<string, unknown> = { ...Object(within) }
  return { ...fields, [step]: placed(fields[step] ?? sample(inner, String(step), about), place, about) }
}

function innerSchema(schema: JsonSchema, step: string | number): JsonSchema {
  const inner =
    typeof step === 'number' ? schema.items : (schema.properties?.[step] ?? schema.additionalProperties)
  return typeof inner === 'object' ? inner : {}
}

interface About {
  readonly operation: Operation
  readonly world: DoorWorld
}

/** A value of the schema with what it requires; a text by its field's name. */
function sample(schema: JsonSchema, name: string, about: About): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.format === 'date-time') return '2026-09-01T00:00:00Z'
  switch (schema.type) {
    case 'integer':
      return Math.max(1, schema.minimum ?? 1)
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'array':
      return schema.items ? [sample(schema.items, name, about)] : []
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((field) => [
          field,
          sample(schema.properties?.[field] ?? {}, field, about),
        ]),
      )
    default:
      return texts[name]?.(about.world) ?? idOf(name, about) ?? '1'
  }
}

const texts: Readonly<Record<string, (world: DoorWorld) => string>> = {
  currency: () => 'usd',
  billing_currency: () => 'usd',
  timezone: () => 'Europe/Berlin',
  email: () => 'ada@example.com',
  wait: () => '1s',
  external_id: () => `external-${++requests}`,
  lookup_key: () => `key-${++requests}`,
}

function idOf(name: string, { operation, world }: About): string | undefined {
  const kind = kindOf(name, operation)
  return kind && world[kind]
}

function kindOf(name: string, { operationId, path }: Operation): RecordKind | undefined {
  if (name === 'id' && operationId === 'getEvent') return 'event'
  if (name === 'id' && operationId === 'updateCustomer') return 'customer'
  if (name === 'external_id') return path.includes('{external_id}') ? 'externalCustomer' : undefined
  if (name === 'id') return kindOfPath.find(([prefix]) => path.startsWith(prefix))?.[1]
  return kindOfName[name]
}

const kindOfPath: ReadonlyArray<readonly [prefix: string, kind: RecordKind]> = [
  ['/subscriptions/lineitems', 'lineItem'],
  ['/secrets', 'apiKey'],
  ['/plans', 'plan'],
  ['/customers', 'customer'],
  ['/features', 'feature'],
  ['/groups', 'group'],
  ['/prices', 'price'],
  ['/entitlements', 'entitlement'],
  ['/subscriptions', 'subscription'],
  ['/invoices', 'invoice'],
  ['/wallets/transactions', 'walletTransaction'],
  ['/wallets', 'wallet'],
  ['/calculations', 'calculation'],
  ['/tenants', 'tenant'],
]

const kindOfName: Readonly<Record<string, RecordKind>> = {
  plan_id: 'plan',
  plan_ids: 'plan',
  entity_id: 'plan',
  customer_id: 'customer',
  customer_ids: 'customer',
  external_customer_id: 'externalCustomer',
  customer_lookup_key: 'externalCustomer',
  feature_id: 'feature',
  feature_ids: 'feature',
  meter_id: 'meter',
  meter_ids: 'meter',
  group_id: 'group',
  group_ids: 'group',
  wallet_ids: 'wallet',
  price_id: 'price',
  price_ids: 'price',
  include_price_ids: 'price',
  entitlement_id: 'entitlement',
  subscription_id: 'subscription',
  subscription_ids: 'subscription',
  preview_id: 'preview',
  workflow_id: 'workflow',
  event_id: 'event',
}

type BodyOf = (world: DoorWorld, unique: string) => object

/** Where what is required alone is no valid request. */
const bodies: Readonly<Record<string, BodyOf>> = {
  createApiKey: (_world, unique) => ({ name: `key ${unique}`, type: 'private_key' }),
  createCalculation: ({ subscription }) => ({ subscription_ids: [subscription] }),
  createCustomer: (_world, unique) => ({ external_id: `made-${unique}`, name: 'Ada' }),
  createEntitlement: (world) => ({ ...entitlementBody(world) }),
  createEntitlementsBulk: (world) => ({ items: [entitlementBody(world)] }),
  createFeature: (_world, unique) => meteredFeatureBody({ lookup_key: `feature-${unique}` }),
  createGroup: (_world, unique) => ({ name: 'Group', lookup_key: `group-${unique}`, entity_type: 'price' }),
  createInvoice: ({ customer, subscription }) => ({
    ...{ customer_id: customer, subscription_id: subscription, currency: 'usd' },
    line_items: [{ display_name: 'Setup', quantity: '1', amount: '10.5' }],
    ...{ subtotal: '10.5', total: '10.5', amount_due: '10.5' },
  }),
  createPrice: ({ plan, meter }) => priceBody(plan, usageOf(meter)),
  createPricesBulk: ({ plan, meter }) => ({ items: [priceBody(plan, usageOf(meter))] }),
  createSubscription: (world) => subscriptionBody(world),
  createSubscriptionsBulk: (world) => ({ items: [subscriptionBody(world)] }),
  createWallet: ({ customer }, unique) => ({
    customer_id: customer,
    currency: 'usd',
    conversion_rate: unique,
  }),
  topUpWallet: () => ({ transaction_reason: 'FREE_CREDIT_GRANT', credits_to_add: '1' }),
  createSubscriptionLineItem: ({ price }) => ({ price_id: price }),
  getInvoicePreview: ({ subscription }) => ({ subscription_id: subscription }),
  getUsageByMeter: ({ meter, externalCustomer }) => ({
    meter_id: meter,
    external_customer_id: externalCustomer,
  }),
  getUsageStatistics: ({ externalCustomer }) => ({
    ...{ event_name: 'api_call', aggregation_type: 'COUNT', external_customer_id: externalCustomer },
  }),
  getUsageAnalytics: ({ externalCustomer }) => ({ external_customer_id: externalCustomer }),
  ingestEvent: ({ externalCustomer }, unique) => eventBody(externalCustomer, unique),
  ingestEventsBulk: ({ externalCustomer }, unique) => ({ events: [eventBody(externalCustomer, unique)] }),
  previewPlanSync: ({ price }) => ({ prices: [{ price_id: price, amount: '11' }] }),
  updatePrice: () => ({ display_name: 'Fee' }),
}

const queries: Readonly<Record<string, (world: DoorWorld) => object>> = {
  getCustomerWallets: ({ customer }) => ({ id: customer }),
  updateCustomer: ({ customer }) => ({ id: customer }),
  getCustomerUsageSummary: ({ customer }) => ({ customer_id: customer }),
}

function entitlementBody({ plan, feature }: DoorWorld) {
  return {
    entity_type: 'PLAN',
    entity_id: plan,
    feature_id: feature,
    feature_type: 'metered',
    usage_limit: 5,
  }
}

function subscriptionBody({ plan, customer }: DoorWorld) {
  return {
    ...{ customer_id: customer, plan_id: plan, currency: 'usd', billing_period: 'MONTHLY' },
    start_date: '2026-08-01T00:00:00Z',
  }
}

function eventBody(externalCustomer: string, unique: string) {
  return { event_name: 'api_call', external_customer_id: externalCustomer, event_id: `event-${unique}` }
}
