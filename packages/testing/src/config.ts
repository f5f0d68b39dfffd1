/** Where the throw-away stack of `npm test` listens. A missing part fails the tests, it never skips them. */
export function testStack(): { postgresUrl: string; temporalAddress: string; redisUrl: string } {
  return {
    postgresUrl: required('TEST_POSTGRES_URL'),
    temporalAddress: required('TEST_TEMPORAL_ADDRESS'),
    redisUrl: required('TEST_REDIS_URL'),
  }
}

/** The Jaeger of `npm run verify`: where it is asked, and where spans are sent, by protocol. */
export function testJaeger(): { queryUrl: string; otlpEndpoint: string; thriftEndpoint: string } {
  return {
    queryUrl: required('TEST_JAEGER_URL'),
    otlpEndpoint: required('TEST_JAEGER_OTLP_ENDPOINT'),
    thriftEndpoint: required('TEST_JAEGER_THRIFT_ENDPOINT'),
  }
}

/** How the tests run a Python program with FlexPrice's SDK for Python. */
export function testPython(): { command: string; environment: NodeJS.ProcessEnv } {
  return {
    command: required('TEST_PYTHON'),
    environment: { ...process.env, PYTHONPATH: required('TEST_PYTHON_MODULES') },
  }
}

/**
 * The Temporal namespace of this test process: the server has test-1 to test-8. An offset lets two suites
 * run against one server.
 */
export function testNamespace(): string {
  const offset = Number(process.env.TEST_TEMPORAL_NAMESPACE_OFFSET ?? 0)
  return `test-${Number(process.env.VITEST_POOL_ID ?? 1) + offset}`
}

/** What every process of ours that a test starts is given: where Node keeps what it has compiled, most of their start. */
export function testProcessEnvironment(): { readonly NODE_COMPILE_CACHE?: string } {
  const { NODE_COMPILE_CACHE } = process.env
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }
}

const shortOutageMs = 3_000

/** How long a server is away in a test of its absence: short in `npm test`, at full length in `npm run verify`. */
export function testOutageMs(): number {
  return Number(process.env.TEST_OUTAGE_MS ?? shortOutageMs)
}

const shortStressMs = 5_000

/** How long money is moved at once in a test of what meets then: short in `npm test`, longer in `npm run verify`. */
export function testStressMs(): number {
  return Number(process.env.TEST_STRESS_MS ?? shortStressMs)
}

const kills = 2

/** How often a worker is killed within one import: each costs some seconds of a missed heartbeat. */
export function testKills(): number {
  return Number(process.env.TEST_KILLS ?? kills)
}

const simulationSteps = 400

/** How many steps the simulation's lives have together: seconds in `npm test`, minutes in `npm run verify`. */
export function testSimulationSteps(): number {
  return Number(process.env.TEST_SIMULATION_STEPS ?? simulationSteps)
}

const apiSimulationSteps = 32

/** The same of the lives that go through the API and Temporal: as few as say that the way is there, or hundreds. */
export function testApiSimulationSteps(): number {
  return Number(process.env.TEST_API_SIMULATION_STEPS ?? apiSimulationSteps)
}

const attackConnections = 6

/** How many connections an attack has: enough to see it refused, or as many as once swelled a gateway. */
export function testAttackConnections(): number {
  return Number(process.env.TEST_ATTACK_CONNECTIONS ?? attackConnections)
}

const fairnessJobs = 100

/** How many jobs a tenant floods a queue with: enough to keep it busy, or a thousand. */
export function testFairnessJobs(): number {
  return Number(process.env.TEST_FAIRNESS_JOBS ?? fairnessJobs)
}

/** The run's template: test processes inherit the name from the one that made it, so two runs never meet. */
export function testTemplate(): string {
  process.env.TEST_TEMPLATE_DATABASE ??= `flexprice_template_${process.pid}`
  return process.env.TEST_TEMPLATE_DATABASE
}

function required(name: string): string {
  const value = process.env[name]
  if (!value)
    throw new Error(`${name} is not set: run the tests by \`npm test\`, which starts the servers they need`)
  return value
}
