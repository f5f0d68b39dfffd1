/** `pnpm k8s:queues`: writes a kustomize component a task queue into k8s/queues, from the workflow definitions. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { registeredQueues } from './queue-component-rules.ts'
import { queueComponents, queuesFolder } from './queue-components.ts'
import { serviceVariables } from './service-variables.ts'

process.chdir(path.resolve(import.meta.dirname, '../..'))
const components = queueComponents(registeredQueues(await serviceVariables()))
await rm(queuesFolder, { recursive: true, force: true })
for (const [file, text] of components) {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}
