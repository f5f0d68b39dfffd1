/**
 * What tests and benchmarks need of the real stack: a database per test file, workers in the test's
 * own process, builders of data. For development only: no service may depend on it.
 */
export { testStack } from './config.ts'
export { createTestDatabase, type TestDatabase } from './database.ts'
