/**
 * The work of billing, for the workers of its queue. Activities are idempotent: what is billed is not due any more, a
 * slice goes on from its row's cursor. They must never import a workflow or a service.
 */

export { type BillPage, billPage } from './bill-page.ts'
export { type CronBillingActivities, createCronBillingActivities } from './cron-billing-activities.ts'
export type { CronBillingDependencies } from './dependencies.ts'
export { type CronBillingEvents, createCronBillingEvents } from './events.ts'
