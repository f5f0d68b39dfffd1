/** The files of a new workflow, as `new-workflow.ts` writes them: they compile, and each TODO is a decision. */
export function workflowFiles({ name, camel, type }: WorkflowNames): Record<string, string> {
  return {
    [`packages/contracts/src/workflows/${name}.ts`]: definition({ name, camel, type }),
    [`packages/contracts/src/workflows/${name}.schema.ts`]: schema({ name, camel, type }),
    [`packages/activities/src/${name}/index.ts`]: activities({ name, camel, type }),
    [`packages/workflows/src/${name}/index.ts`]: body({ name, camel, type }),
    [`services/worker-${name}/package.json`]: manifest(name),
    [`services/worker-${name}/src/config.ts`]: config(camel, type),
    [`services/worker-${name}/src/main.ts`]: main({ name, camel, type }),
  }
}

export interface WorkflowNames {
  /** `price-sync` */
  readonly name: string
  /** `priceSync` */
  readonly camel: string
  /** `PriceSyncWorkflow` */
  readonly type: string
}

function definition({ name, camel, type }: WorkflowNames): string {
  return `import { defineWorkflow } from './define-workflow.ts'

export const ${camel} = defineWorkflow({
  name: '${name}',
  type: '${type}',
  summary: 'TODO: one line for people',
  entityType: 'TODO',
  whenRunning: { policy: 'reuse' },
  executionTimeout: '7 days',
  priority: 3,
  startedBy: 'TODO: the operationId of the call that starts it, or platform',
})
`
}

function schema({ name, camel, type }: WorkflowNames): string {
  const model = type.replace(/Workflow$/, '')
  return `import { z } from 'zod'
import { defineContract } from './define-contract.ts'
import { ${camel} } from './${name}.ts'

const input = z.strictObject({ id: z.string().min(1) })

const result = z.strictObject({ id: z.string() })

export const ${camel}Contract = defineContract({
  definition: ${camel},
  input,
  result,
  progress: undefined,
  workflowId: (environmentId, { id }) => \`\${${camel}.name}:\${environmentId}:\${id}\`,
  entityId: ({ id }) => id,
})

export type ${model}Input = z.infer<typeof input>
export type ${model}Result = z.infer<typeof result>
`
}

function activities({ camel, type }: WorkflowNames): string {
  const model = type.replace(/Workflow$/, '')
  return `import type { ${model}Input, ${model}Result } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'

export interface ${model}Activities {
  /** TODO: what it does, and idempotent by which key. */
  ${camel}(input: ${model}Input): Promise<${model}Result>
}

export interface ${model}Dependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
}

export function create${model}Activities({ scoped }: ${model}Dependencies): ${model}Activities {
  return {
    async ${camel}({ id }) {
      // TODO: one file per activity once there is more than one.
      scoped()
      return { id }
    },
  }
}
`
}

function body({ name, camel, type }: WorkflowNames): string {
  const model = type.replace(/Workflow$/, '')
  return `import type { ${model}Activities } from '@flexprice/activities/${name}'
import type { ${model}Input, ${model}Result } from '@flexprice/contracts/workflows'
import { proxyLocalActivities } from '@temporalio/workflow'
import { untilDone } from '../retry.ts'

/** TODO: what it brings about, and what a second request does. Deterministic: effects are in activities. */
export async function ${type}(input: ${model}Input): Promise<${model}Result> {
  return ${camel}(input)
}

const { ${camel} } = proxyLocalActivities<${model}Activities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: untilDone,
})
`
}

function manifest(name: string): string {
  const own = [
    'activities',
    'configuration',
    'contracts',
    'database',
    'observability',
    'temporal-worker',
    'workflows',
  ]
  const dependencies = Object.fromEntries(own.map((part) => [`@flexprice/${part}`, 'workspace:*']))
  const content = {
    name: `@flexprice/worker-${name}`,
    version: '0.1.0',
    private: true,
    type: 'module',
    dependencies,
    // For its tests, which it does not have yet.
    devDependencies: { '@flexprice/testing': 'workspace:*' },
  }
  return `${JSON.stringify(content, undefined, 2)}\n`
}

function config(camel: string, type: string): string {
  const model = type.replace(/Workflow$/, '')
  return `import { type ConfigResult, type Environment, readConfig, type Variables } from '@flexprice/configuration'
import { type DatabaseSettings, databaseSettings } from '@flexprice/database/settings'
import { type WorkerConfig, workerConfig } from '@flexprice/temporal-worker'

export interface ${model}WorkerConfig extends WorkerConfig {
  readonly database: DatabaseSettings
}

export function ${camel}WorkerConfig(
  variables: Variables = process.env,
): ConfigResult<${model}WorkerConfig> {
  return readConfig(variables, readVariables)
}

/** By this name \`--help\`, docs/configuration.md and its test find what the service reads. */
export function readVariables(env: Environment): ${model}WorkerConfig {
  return {
    database: databaseSettings(env, { statementTimeoutMs: 20_000 }),
    ...workerConfig(env),
  }
}
`
}

function main({ name, camel, type }: WorkflowNames): string {
  const model = type.replace(/Workflow$/, '')
  return `import { create${model}Activities } from '@flexprice/activities/${name}'
import { configOrExit } from '@flexprice/configuration'
import { workflows } from '@flexprice/contracts/workflows'
import { createDatabase } from '@flexprice/database/connection'
import { createLogger, createMetrics, startTelemetry } from '@flexprice/observability'
import { currentScope, runWorker } from '@flexprice/temporal-worker'
import { ${camel}WorkerConfig, readVariables } from './config.ts'

const service = 'worker-${name}'
const config = configOrExit(${camel}WorkerConfig(), process.argv, readVariables)
const logger = createLogger({ service, level: config.telemetry.logLevel })
await using _telemetry = await startTelemetry({
  service,
  ...config.telemetry,
  onError: (err) => logger.warn({ err, 'event.action': 'span-export-failed' }, 'Spans could not be sent'),
})
await using database = createDatabase({ applicationName: service, ...config.database })

await runWorker({
  contract: workflows['${name}'],
  bundle: {
    workflows: import.meta.resolve('@flexprice/workflows/${name}'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  activities: create${model}Activities({ scoped: () => database.scoped(currentScope()) }),
  config,
  logger,
  metrics: createMetrics({ service }),
  checks: { database: () => database.ping() },
})
`
}
