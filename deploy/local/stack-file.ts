import { rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { createPrivateJson, readJson, writePrivateJson } from './private-file.ts'
import { identify, isAlive } from './process-identity.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

const identity = { pid: z.int().positive(), started: z.string() }

const processSchema = z.object({
  name: z.string(),
  ...identity,
  log: z.string(),
  stop_signal: z.enum(['SIGINT', 'SIGTERM']),
})

/** What the commands to try are made of. */
const demoSchema = z.object({
  plan_id: z.string(),
  price_id: z.string().optional(),
  next_amount: z.string(),
  workflow_id: z.string(),
  /** Of the environment with a test clock. */
  month: z
    .object({
      api_key: z.string(),
      subscription_id: z.string(),
      next_clock: z.string(),
      workflow_id: z.string(),
    })
    .optional(),
})

const stackSchema = z.object({
  ready: z.boolean(),
  only_servers: z.boolean(),
  /** The `up` that is starting it or watches over it; null where its identity could not be read. */
  supervisor: z.object(identity).nullable(),
  gateway_url: z.string().optional(),
  /** The gateway's; a worker's are `/metrics` of its health port. */
  metrics_url: z.string().optional(),
  /** Where each worker answers `/health/live`, `/health/ready` and `/metrics`, by its name. */
  worker_urls: z.record(z.string(), z.string()).optional(),
  api_key: z.string().optional(),
  demo: demoSchema.optional(),
  database_url: z.string().optional(),
  database_owner_url: z.string().optional(),
  redis_url: z.string().optional(),
  temporal_address: z.string().optional(),
  temporal_namespace: z.string().optional(),
  temporal_ui_url: z.string().optional(),
  jaeger_url: z.string().optional(),
  /** Whether what is at `jaeger_url` is a stub: traces are at `/api/traces/<id>` there. */
  jaeger_page_is_stub: z.boolean().optional(),
  processes: z.array(processSchema),
})

export type Stack = z.output<typeof stackSchema>
export type DemoStack = z.output<typeof demoSchema>
export type StackProcess = z.output<typeof processSchema>

/** `.local/stack.json`: what runs now. It is there from the first started process until the last has stopped. */
export interface StackFile {
  readonly file: string
  read(): Stack | undefined
  /** Makes the file for a new run; false when another run has it. */
  claim(onlyServers: boolean): boolean
  change(changes: Partial<Stack>): void
  remove(): void
}

export function createStackFile(localDir: string): StackFile {
  const file = path.join(localDir, 'stack.json')
  const read = () => readStack(file)
  return {
    file,
    read,
    claim: (onlyServers) =>
      createPrivateJson(file, {
        ready: false,
        only_servers: onlyServers,
        supervisor: identify(process.pid) ?? null,
        processes: [],
      } satisfies Stack),
    change(changes) {
      const current = read()
      // Gone means that `down` gave up on this run: writing it again would announce a stack that is not there.
      if (current) writePrivateJson(file, { ...current, ...changes })
    },
    remove: () => rmSync(file, { force: true }),
  }
}

/** Whether a recorded stack is whole: it is ready and each of its processes lives, or its `up` is still at work. */
export function isRunning(stack: Stack): boolean {
  if (stack.supervisor && isAlive(stack.supervisor)) return true
  return stack.ready && stack.processes.every(isAlive)
}

function readStack(file: string): Stack | undefined {
  try {
    const content = readJson(file)
    return content === undefined ? undefined : stackSchema.parse(content)
  } catch (error) {
    throw new StepFailure(
      'Reading the running stack',
      `${file} is damaged: ${reasonOf(error)}`,
      'Stop the processes it names by hand, then remove it.',
    )
  }
}
