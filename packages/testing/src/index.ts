/**
 * What tests and benchmarks need of the real stack: a database per test file, services as
 * processes of their own, ways to servers that can be cut, and requests to begin with. For development only: no service may depend on it.
 */
export {
  testApiSimulationSteps,
  testAttackConnections,
  testFairnessJobs,
  testJaeger,
  testKills,
  testNamespace,
  testOutageMs,
  testProcessEnvironment,
  testPython,
  testSimulationSteps,
  testStack,
  testStressMs,
} from './config.ts'
export { type CountedWay, startCountedWay } from './counted-statements.ts'
export { createTestDatabase, type TestDatabase } from './database.ts'
export { type HeldPlace, type HeldStatements, holdStatements } from './held-statements.ts'
export { sendLargeBodies } from './large-bodies.ts'
export { insertMonthlySubscriptions } from './monthly-subscriptions.ts'
export { priceBody } from './price-body.ts'
export { type ServiceProcess, startService } from './service-process.ts'
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
export { terminateLeftOvers } from './test-client.ts'
