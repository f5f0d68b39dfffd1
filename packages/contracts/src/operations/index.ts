/**
 * Every operation of the API: method, path, schemas, and what it promises. With the resources in the other rooms they
 * are the one source of validation, OpenAPI and types: field for field the published contract (a test compares), plus
 * what we add. This package must never import Temporal, Fastify or Kysely.
 */
export * from './api-keys.ts'
export * from './billing.ts'
export * from './calculations.ts'
export * from './credit-grants.ts'
export * from './credit-notes.ts'
export * from './customers.ts'
export * from './entitlements.ts'
export * from './environments.ts'
export * from './events.ts'
export * from './features.ts'
export * from './groups.ts'
export * from './invoices.ts'
export { operations } from './operations.ts'
export * from './payments.ts'
export * from './plans.ts'
export * from './prices.ts'
export * from './subscription-schedules.ts'
export * from './subscriptions.ts'
export * from './sync-previews.ts'
export * from './tenants.ts'
export { unbuiltOperations } from './unbuilt-operations.ts'
export * from './usage.ts'
export * from './wallets.ts'
export * from './workflows.ts'
