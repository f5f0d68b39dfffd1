/**
 * Runs one queue's workflow and its activities: connection, bundle, interceptors, health, metrics, graceful
 * stop. The only importer of Temporal's worker. Knows no single workflow and no activity: the service hands them in.
 */
export { currentScope } from './activity-scope.ts'
export { connectToTemporal } from './connect-to-temporal.ts'
export type { CreateWorkerOptions } from './create-worker.ts'
export { createWorker } from './create-worker.ts'
export type { RunWorkerOptions } from './run-worker.ts'
export { runWorker } from './run-worker.ts'
export { installRuntime } from './runtime.ts'
export type { WorkerConfig } from './worker-config.ts'
export { workerConfig } from './worker-config.ts'
export type { BundleSource } from './workflow-bundle.ts'
export { workflowBundle } from './workflow-bundle.ts'
