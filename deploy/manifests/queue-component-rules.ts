import { readFileSync } from 'node:fs'
import { workflows } from '@flexprice/contracts/workflows'
import { composeWorkers } from './compose-workers.ts'
import { type Queue, queueComponents, queuesFolder } from './queue-components.ts'
import type { ServiceVariables } from './service-variables.ts'
import { versionedWorkers } from './versioned-workers.ts'

/** The registered workflows as queues. Throws for a definition whose worker's folder is missing. */
export function registeredQueues(services: readonly ServiceVariables[]): Queue[] {
  return Object.values(workflows).map(({ definition: { name, taskQueue } }) => {
    const worker = services.find(({ service }) => service === `worker-${name}`)
    if (worker === undefined)
      throw new Error(`The workflow ${name} has no services/worker-${name}/src/config.ts`)
    return { name, taskQueue, variables: worker.variables.map((variable) => variable.name) }
  })
}

/** Everything that is made from the definitions for those who deploy: for Kubernetes, and for compose. */
export function queueFiles(queues: readonly Queue[]): ReadonlyMap<string, string> {
  return new Map([...queueComponents(queues), ...versionedWorkers(queues), ...composeWorkers(queues)])
}

/** `k8s/queues` is what the definitions make of it: a queue without a component would have no worker. */
export function queueComponentProblems(files: readonly string[], queues: readonly Queue[]): string[] {
  const wanted = queueFiles(queues)
  const remedy = 'run pnpm deploy:queues'
  return [
    ...[...wanted].flatMap(([path, text]) => {
      if (!files.includes(path)) return [`${path}:1 is missing: ${remedy}`]
      return readFileSync(path, 'utf8') === text
        ? []
        : [`${path}:1 is not what its definition says: ${remedy}`]
    }),
    ...files
      .filter((path) => path.startsWith(`${queuesFolder}/`) && !wanted.has(path))
      .map((path) => `${path}:1 belongs to no workflow: ${remedy}`),
  ]
}
